"""A small world around the trigger: S3, Glue, queue and clock in memory, with faults and turns.

Invocations run in threads of which one moves at a time: before and after every call of S3 or Glue it
waits for its turn, and whose turn it is, what fails and who dies is drawn from one seed. So every
interleaving that a seed makes can be made again. `test_trigger_claims.py` shows that the S3 here
answers as moto's does.
"""

import hashlib
import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError, ReadTimeoutError
from process_cat_data.settings import Settings
from process_cat_data.trigger import Trigger

from standins.lambda_queue import record

SETTINGS = Settings("lake-bucket", "", "cat-data-normalize")
TIMEOUT_SECONDS, VISIBILITY_SECONDS = 60, 360
Step = Callable[[str], None]


class Killed(BaseException):
    """An invocation that ends without a word, as at Lambda's time-out."""


def refusal(code: str, status: int = 400, operation: str = "Operation") -> ClientError:
    """Return a service's refusal."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def no_step(_: str) -> None:
    """Let a call pass."""


class MemoryS3:
    """The part of S3 that the trigger uses, conditional puts included."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.step: Step = no_step
        self.calls: Counter[str] = Counter()

    def put_object(
        self,
        *,
        Bucket: str,
        Key: str,
        Body: bytes,
        ContentType: str = "",
        IfNoneMatch: str | None = None,
        IfMatch: str | None = None,
    ) -> dict[str, str]:
        with self._call("put_object"):
            if IfNoneMatch == "*" and Key in self.objects:
                raise refusal("PreconditionFailed", 412)
            if IfMatch is not None:
                if Key not in self.objects:
                    raise refusal("NoSuchKey", 404)
                if IfMatch != _etag(self.objects[Key]):
                    raise refusal("PreconditionFailed", 412)
            self.objects[Key] = Body
            return {"ETag": _etag(Body)}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        with self._call("get_object"):
            if Key not in self.objects:
                raise refusal("NoSuchKey", 404)
            body = self.objects[Key]
            return {"Body": io.BytesIO(body), "ETag": _etag(body)}

    def list_objects_v2(self, *, Bucket: str, Prefix: str, MaxKeys: int) -> dict[str, int]:
        with self._call("list_objects_v2"):
            found = sum(key.startswith(Prefix) for key in self.objects)
            return {"KeyCount": min(found, MaxKeys)}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
        with self._call("delete_objects"):
            for item in Delete["Objects"]:
                self.objects.pop(item["Key"], None)
            return {}

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.calls[name] += 1
        self.step(f"s3 before {name}")
        yield
        self.step(f"s3 after {name}")


@dataclass
class MemoryGlue:
    """The part of Glue that the trigger uses: runs with their manifests."""

    s3: MemoryS3
    now: Callable[[], datetime]
    step: Step = no_step
    refuse: Callable[[], str | None] = lambda: None
    runs: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def start_job_run(self, *, JobName: str, Arguments: dict[str, str]) -> dict[str, str]:
        self.calls["start_job_run"] += 1
        self.step("glue before start_job_run")
        if code := self.refuse():
            raise refusal(code, 500 if code == "InternalServiceException" else 400)
        id = f"jr_{len(self.runs)}"
        keys = json.loads(self.s3.objects[Arguments["--manifest"]])
        run = {"Id": id, "Arguments": Arguments, "StartedOn": self.now(), "keys": keys}
        self.runs.insert(0, run)
        self.step("glue after start_job_run")
        return {"JobRunId": id}

    def get_job_runs(self, *, JobName: str, MaxResults: int, NextToken: str = "0") -> Any:
        self.calls["get_job_runs"] += 1
        self.step("glue before get_job_runs")
        start = int(NextToken)
        # Pages of two, so that paging is part of every test.
        answer: dict[str, Any] = {"JobRuns": self.runs[start : start + 2]}
        if start + 2 < len(self.runs):
            answer["NextToken"] = str(start + 2)
        return answer

    def started(self) -> Counter[str]:
        """Return in how many runs each key was."""
        return Counter(key for run in self.runs for key in run["keys"])


class Turns:
    """Lets invocations move one call at a time, and some of them fail or die."""

    def __init__(self, random: Random, *, faults: bool) -> None:
        self._random, self.faults = random, faults
        self._main = threading.Semaphore(0)
        self._go: dict[int, threading.Semaphore] = {}
        self._doomed: set[int] = set()

    def step(self, what: str) -> None:
        """Wait for a turn; then go on, fail as a service does, or die."""
        me = threading.get_ident()
        if me not in self._go:
            return
        self._main.release()
        self._go[me].acquire()
        if me in self._doomed:
            raise Killed
        if self.faults and self._random.random() < 0.04:
            if "before" in what:
                raise refusal("SlowDown" if "s3" in what else "ThrottlingException", 503)
            raise ReadTimeoutError(endpoint_url="memory")

    def run(self, invocations: list[Callable[[], None]]) -> None:
        """Run invocations to their ends, interleaved."""
        threads: dict[int, threading.Thread] = {}
        for invocation in invocations:
            thread = threading.Thread(target=self._body, args=(invocation,), daemon=True)
            thread.start()
            self._main.acquire()
            assert thread.ident is not None
            threads[thread.ident] = thread
        while alive := [id for id, thread in threads.items() if thread.is_alive()]:
            chosen = self._random.choice(alive)
            if self.faults and self._random.random() < 0.02:
                self._doomed.add(chosen)
            self._go[chosen].release()
            self._main.acquire()
            if self._go.get(chosen) is None:
                threads[chosen].join()

    def _body(self, invocation: Callable[[], None]) -> None:
        me = threading.get_ident()
        self._doomed.discard(me)
        self._go[me] = threading.Semaphore(0)
        self._main.release()
        self._go[me].acquire()
        try:
            invocation()
        finally:
            del self._go[me]
            self._main.release()


@dataclass
class QueuedMessage:
    """A message of the queue and when it can be seen again."""

    record: dict[str, Any]
    visible_at: datetime


class World:
    """The trigger with everything around it."""

    def __init__(self, seed: int = 0, *, faults: bool = False) -> None:
        self.random = Random(seed)
        self.time = datetime(2026, 4, 1, tzinfo=UTC)
        self.s3 = MemoryS3()
        self.glue = MemoryGlue(self.s3, self.now)
        self.turns = Turns(self.random, faults=faults)
        self.queue: list[QueuedMessage] = []
        self.counts: Counter[str] = Counter()

    def now(self) -> datetime:
        """Return the time of this world."""
        return self.time

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)

    def trigger(self) -> Trigger:
        """Return the function as a fresh execution environment has it."""
        return Trigger(SETTINGS, self.s3, self.glue, self.now)

    def process(self, *bodies: str, seconds: float = TIMEOUT_SECONDS) -> list[int]:
        """Hand bodies over in one batch; return the positions of those that come back."""
        records = [record(body, f"m{number}") for number, body in enumerate(bodies)]
        result = self.trigger().process(records, lambda: seconds)
        self.counts.update(result.counts)
        return [int(id[1:]) for id in result.returned]

    def send(self, body: str) -> None:
        """Put a message into the queue."""
        self.queue.append(QueuedMessage(record(body), self.time))

    def work(self, most_at_once: int = 3, batch: int = 6) -> None:
        """Deliver batches to some invocations at once; what fails is seen again after a while."""
        self.s3.step = self.glue.step = self.turns.step
        visible = [message for message in self.queue if message.visible_at <= self.time]
        if not visible:
            self.pass_time(VISIBILITY_SECONDS / 2)
            return
        invocations = []
        for _ in range(self.random.randint(1, most_at_once)):
            # SQS delivers at least once: two invocations may get the same message.
            chosen = self.random.sample(visible, min(len(visible), self.random.randint(1, batch)))
            invocations.append(self._invocation(chosen))
        self.turns.run(invocations)
        self.pass_time(1)

    def _invocation(self, messages: list[QueuedMessage]) -> Callable[[], None]:
        for message in messages:
            message.visible_at = self.time + timedelta(seconds=VISIBILITY_SECONDS)

        def invoke() -> None:
            records = [message.record for message in messages]
            try:
                result = self.trigger().process(records, lambda: float(TIMEOUT_SECONDS))
            except Killed:
                return
            self.counts.update(result.counts)
            for message in messages:
                done = message.record["messageId"] not in result.returned
                if done and message in self.queue:
                    self.queue.remove(message)

        return invoke


def notification(
    key: str,
    version: str | None = None,
    *,
    event: str = "ObjectCreated:Put",
    bucket: str = SETTINGS.bucket,
    **more: str,
) -> dict[str, Any]:
    """Return one record of a notification of S3, the key encoded as S3 does."""
    told: dict[str, Any] = {"key": quote_plus(key), "size": 10, "eTag": "e", "sequencer": "01"}
    if version is not None:
        told["versionId"] = version
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "ap-northeast-1",
        "eventTime": "2026-04-01T00:00:00.000Z",
        "eventName": event,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": told | more,
        },
    }


def body(*records: dict[str, Any]) -> str:
    """Return the body of a message with some records."""
    return json.dumps({"Records": list(records)})


def put(key: str, version: str | None = None, **more: str) -> str:
    """Return the body of a message that tells of one new object."""
    return body(notification(key, version, **more))


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'
