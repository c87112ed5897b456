"""S3's notifications as SQS delivers them: one message in, what arrived and what is ignored out."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_plus

from process_cat_data.settings import Settings

_RAW, _UNMATCHED = "raw", "unmatched"
# A key as the job takes it: raw/SOURCE/NAME, where the name may hold folders.
_LOADABLE = re.compile(rf"{_RAW}/(?P<source>[^/]+)/.+", re.DOTALL)
# Names of contracts look like this; anything else in that place may be a person's.
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]*")
_CREATED, _REMOVED, _TEST = "ObjectCreated:", "ObjectRemoved:", "s3:TestEvent"


class Reason(StrEnum):
    """Why an event starts nothing."""

    TEST = "S3's test event"
    OTHER_BUCKET = "another bucket than the lake's"
    OUTSIDE_RAW = "not below raw/ of the lake"
    FOLDER = "a folder's marker"
    NO_SOURCE = "not raw/SOURCE/FILE: the job could not tell whose file it is"
    UNMATCHED = "kept in raw/unmatched/ because no contract fits it"
    REMOVED = "an object was removed: its rows go by `catdata withdraw`, not by themselves"
    OTHER_EVENT = "an event of another kind than ObjectCreated"


class MalformedError(ValueError):
    """A message that is no notification of S3; the sentence quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One version of an object: its key relative to the lake, code point by code point as in S3."""

    bucket: str
    key: str
    version: str

    @property
    def name(self) -> str:
        """A name without meaning that no other object or version has."""
        return _digest(json.dumps([self.bucket, self.key, self.version]))

    @property
    def for_log(self) -> dict[str, str]:
        """What a log may say of it: the name of a file can be that of a person."""
        return describe(self.key)


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that starts nothing."""

    reason: Reason
    for_log: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """What one message of the queue says; with a `problem`, it goes back after the good part is done."""

    id: str
    arrivals: tuple[Arrival, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    problem: str | None = None

    @property
    def events(self) -> int:
        """How many events it holds that could be read."""
        return len(self.arrivals) + len(self.ignored)


def describe(key: str) -> dict[str, str]:
    """Return source folder and hash of a key; the ledger's folder of the object bears this hash."""
    match = _LOADABLE.fullmatch(key)
    known = match is not None and _SOURCE.fullmatch(match["source"])
    return {
        "source": match["source"] if match and known else "?",
        "key_hash": _digest(key)[:16],
    }


def read_messages(records: Iterable[Mapping[str, Any]], settings: Settings) -> list[Message]:
    """Read the records of an SQS event; each message is judged by itself."""
    return [_read(record, settings) for record in records]


def _read(record: Mapping[str, Any], settings: Settings) -> Message:
    id = record["messageId"]
    try:
        events = _events(record.get("body"))
    except MalformedError as error:
        return Message(id, problem=str(error))
    arrivals: list[Arrival] = []
    ignored: list[Ignored] = []
    problem = None
    for event in events:
        try:
            found = _judge(event, settings)
        except MalformedError as error:
            problem = str(error)
        else:
            arrivals.append(found) if isinstance(found, Arrival) else ignored.append(found)
    return Message(id, tuple(arrivals), tuple(ignored), problem)


def _events(body: object) -> list[object]:
    try:
        content = json.loads(body) if isinstance(body, str) else None
    except (ValueError, RecursionError):
        raise MalformedError("The message's body is not JSON.") from None
    if isinstance(content, dict) and content.get("Event") == _TEST:
        return [content]
    events = content.get("Records") if isinstance(content, dict) else None
    if not isinstance(events, list) or not events:
        raise MalformedError("The message's body has no list Records, as S3's notifications have.")
    return events


def _judge(event: object, settings: Settings) -> Arrival | Ignored:
    if isinstance(event, dict) and event.get("Event") == _TEST:
        return Ignored(Reason.TEST, {})
    name, bucket = _text(event, "eventName"), _text(event, "s3", "bucket", "name")
    full_key = _decoded(_text(event, "s3", "object", "key"))
    key = full_key.removeprefix(settings.prefix)
    reason = _reason(name, bucket, key, is_in_lake=full_key.startswith(settings.prefix), s=settings)
    if reason is not None:
        return Ignored(reason, {"event": name.partition(":")[0], **describe(key)})
    return Arrival(bucket, key, _version(event))


def _reason(name: str, bucket: str, key: str, *, is_in_lake: bool, s: Settings) -> Reason | None:
    """Return why an event starts nothing; None where it does."""
    loadable = _LOADABLE.fullmatch(key)
    checks = (
        (bucket != s.bucket, Reason.OTHER_BUCKET),
        (not is_in_lake or not key.startswith(f"{_RAW}/"), Reason.OUTSIDE_RAW),
        (name.startswith(_REMOVED), Reason.REMOVED),
        (not name.startswith(_CREATED), Reason.OTHER_EVENT),
        (key.endswith("/"), Reason.FOLDER),
        # One such key would stop the whole run, and with it the other objects of the manifest.
        (loadable is None, Reason.NO_SOURCE),
        (loadable is not None and loadable["source"] == _UNMATCHED, Reason.UNMATCHED),
    )
    return next((reason for holds, reason in checks if holds), None)


def _version(event: object) -> str:
    """Return what tells versions apart: the bucket's version, else content and place in time."""
    version = _optional(event, "s3", "object", "versionId")
    if version and version != "null":
        return version
    etag, sequencer = (_optional(event, "s3", "object", name) for name in ("eTag", "sequencer"))
    if not etag and not sequencer:
        raise MalformedError("The event has neither versionId nor eTag nor sequencer.")
    return f"{etag}+{sequencer}"


def _decoded(key: str) -> str:
    try:
        decoded = unquote_plus(key, errors="strict")
        decoded.encode()  # JSON can smuggle in half a character
    except UnicodeError:
        raise MalformedError("The event's key is not UTF-8.") from None
    return decoded


def _text(event: object, *path: str) -> str:
    found = _optional(event, *path)
    if not found:
        raise MalformedError(f"The event has no text {'.'.join(path)}.")
    return found


def _optional(event: object, *path: str) -> str:
    found = event
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
