"""Who starts what: one claim an object version, put only if absent, in the lake below trigger/.

    trigger/claims/NAME.json         whose attempt has this object version, and until when
    trigger/manifests/ATTEMPT.json   the keys of an attempt: what the run is given
    trigger/starts/ATTEMPT.json      that the attempt's run was started: one put for all its claims

An object version is started when its claim's attempt was started and its key is in the attempt's
manifest. An attempt is an invocation's own: two of them never write the same manifest.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from process_cat_data.events import Arrival
from process_cat_data.runs import Runs, error_code
from process_cat_data.settings import Settings

FOLDER = "trigger"
Clock = Callable[[], datetime]
# The clocks of two invocations and of S3 differ by less.
_SKEW = timedelta(seconds=30)
_LOST = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_GONE = frozenset({"NoSuchKey", "404"})
_DELETED_AT_ONCE = 1000
_NOBODY, _LONG_AGO = "", datetime(2000, 1, 1, tzinfo=UTC)


class Outcome(Enum):
    """What became of asking for a claim."""

    TAKEN = auto()
    TAKEN_OVER = auto()
    STARTED = auto()
    """A run was started for it already."""
    HELD = auto()
    """Another invocation has it, and may still fail."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One invocation's try to start a run."""

    id: str
    at: datetime
    held_until: datetime

    @classmethod
    def begin(cls, now: datetime, seconds_left: float) -> "Attempt":
        """Begin an attempt: its claims hold until Lambda must have ended the invocation."""
        id = f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:16]}"
        return cls(id, now, now + timedelta(seconds=seconds_left) + _SKEW)

    @property
    def manifest(self) -> str:
        """Key of the manifest, relative to the lake."""
        return _manifest(self.id)


@dataclass(frozen=True, slots=True)
class _Claim:
    attempt: str
    at: datetime
    held_until: datetime
    etag: str


class Claims:
    """The claims of one attempt."""

    def __init__(
        self, s3: Any, settings: Settings, runs: Runs, attempt: Attempt, clock: Clock
    ) -> None:
        self._s3, self._settings, self._runs = s3, settings, runs
        self._attempt, self._clock = attempt, clock
        # What each other attempt started, and the runs that Glue knows: asked once a batch.
        self._started: dict[str, frozenset[str] | None] = {}
        self._known_runs: tuple[datetime, dict[str, str]] | None = None

    def take(self, arrival: Arrival) -> Outcome:
        """Claim an object version for this attempt, unless another has it."""
        key = _claim(arrival)
        if self._put_if(key, IfNoneMatch="*"):
            return Outcome.TAKEN
        claim = self._read(key)
        if claim is None:  # given back a moment ago
            return Outcome.HELD
        if (
            claim.attempt == self._attempt.id
        ):  # the answer to our put was lost, and boto3 tried again
            return Outcome.TAKEN
        if claim.attempt != _NOBODY:
            if self._was_started(claim, arrival.key):
                return Outcome.STARTED
            if self._clock() <= claim.held_until:
                return Outcome.HELD
            # Its invocation has ended without a word: before it started the run, or just after.
            if self._is_running(claim, arrival.key):
                return Outcome.STARTED
        return Outcome.TAKEN_OVER if self._put_if(key, IfMatch=claim.etag) else Outcome.HELD

    def write_manifest(self, keys: Iterable[str]) -> None:
        """Write the attempt's manifest: each key once."""
        self._put(self._attempt.manifest, sorted(set(keys)))

    def mark_started(self, run: str) -> None:
        """Write down that the attempt's run was started."""
        self._mark(self._attempt.id, run)

    def release(self, arrivals: Iterable[Arrival]) -> None:
        """Give claims back, so that the next attempt need not wait."""
        keys = [{"Key": self._full(_claim(arrival))} for arrival in arrivals]
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            part = keys[start : start + _DELETED_AT_ONCE]
            self._s3.delete_objects(
                Bucket=self._settings.bucket, Delete={"Objects": part, "Quiet": True}
            )

    def _was_started(self, claim: _Claim, key: str) -> bool:
        """Return whether an attempt's run was started, by its own word, and had the key."""
        if claim.attempt not in self._started:
            # Listed, because reading what is not there is "forbidden" to a role with narrow rights.
            found = self._s3.list_objects_v2(
                Bucket=self._settings.bucket, Prefix=self._full(_start(claim.attempt)), MaxKeys=1
            )
            keys = self._manifest_keys(claim.attempt) if found.get("KeyCount") else None
            self._started[claim.attempt] = keys
        return key in (self._started[claim.attempt] or ())

    def _is_running(self, claim: _Claim, key: str) -> bool:
        """Return whether Glue knows a run of a silent attempt; it is then written down."""
        run = self._runs_since(claim.at).get(_manifest(claim.attempt))
        if run is None:
            return False
        self._mark(claim.attempt, run)
        self._started[claim.attempt] = keys = self._manifest_keys(claim.attempt)
        return key in keys

    def _runs_since(self, moment: datetime) -> dict[str, str]:
        if self._known_runs is None or moment < self._known_runs[0]:
            self._known_runs = (moment, dict(self._runs.manifests_since(moment)))
        return self._known_runs[1]

    def _manifest_keys(self, attempt: str) -> frozenset[str]:
        answer = self._s3.get_object(
            Bucket=self._settings.bucket, Key=self._full(_manifest(attempt))
        )
        return frozenset(json.loads(answer["Body"].read()))

    def _put_if(self, key: str, **condition: str) -> bool:
        try:
            self._put(
                key,
                {
                    "state": "claimed",
                    "manifest": self._attempt.manifest,
                    "attempt": self._attempt.id,
                    "at": self._attempt.at.isoformat(),
                    "held_until": self._attempt.held_until.isoformat(),
                },
                **condition,
            )
        except ClientError as error:
            if error_code(error) in _LOST | _GONE:
                return False
            raise
        return True

    def _read(self, key: str) -> _Claim | None:
        try:
            answer = self._s3.get_object(Bucket=self._settings.bucket, Key=self._full(key))
        except ClientError as error:
            if error_code(error) in _GONE:
                return None
            raise
        return _parsed(answer["Body"].read(), answer["ETag"])

    def _mark(self, attempt: str, run: str) -> None:
        at = self._clock().isoformat()
        self._put(_start(attempt), {"state": "started", "job_run_id": run, "at": at})

    def _put(self, key: str, content: object, **condition: str) -> None:
        self._s3.put_object(
            Bucket=self._settings.bucket,
            Key=self._full(key),
            Body=json.dumps(content, ensure_ascii=False).encode(),
            ContentType="application/json",
            **condition,
        )

    def _full(self, key: str) -> str:
        return self._settings.prefix + key


def _parsed(body: bytes, etag: str) -> _Claim:
    """Return a claim; one that nobody can read is nobody's."""
    try:
        content = json.loads(body)
        at, until = (
            datetime.fromisoformat(content[name]).astimezone(UTC) for name in ("at", "held_until")
        )
        return _Claim(str(content["attempt"]), at, until, etag)
    except (ValueError, KeyError, TypeError, OverflowError):
        return _Claim(_NOBODY, _LONG_AGO, _LONG_AGO, etag)


def _claim(arrival: Arrival) -> str:
    return f"{FOLDER}/claims/{arrival.name}.json"


def _manifest(attempt: str) -> str:
    return f"{FOLDER}/manifests/{attempt}.json"


def _start(attempt: str) -> str:
    return f"{FOLDER}/starts/{attempt}.json"
