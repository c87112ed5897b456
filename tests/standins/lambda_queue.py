"""S3 -> SQS -> Lambda on this machine: moto's queue and notifications, and the poller that moto lacks.

moto's S3 sends a bucket's notifications to its SQS itself, test event and URL-encoded keys included,
but without versionId and sequencer: `full_notifications` adds these. moto's SQS counts receipts and
moves messages to the dead-letter queue. What is ours is the event source mapping: batches, the event as
Lambda hands it over, and what becomes of the answer.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
from moto.s3 import notifications

Handler = Callable[[dict[str, Any], Any], dict[str, Any] | None]
_SEQUENCE = itertools.count(1)


@dataclass(frozen=True)
class LambdaContext:
    """What a handler may ask of an invocation."""

    seconds: float = 60.0
    function_name: str = "process-cat-data"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:process-cat-data"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the function's time-out."""
        return int(1000 * (self.started + self.seconds - time.monotonic()))


@dataclass(frozen=True)
class Arrivals:
    """A queue that a bucket tells of its new objects, and its dead-letter queue."""

    url: str
    dead_url: str

    @classmethod
    def of(cls, bucket: str, prefix: str, *, visibility: int = 30, tries: int = 5) -> "Arrivals":
        """Make the queues and have the bucket send ObjectCreated of a prefix, as deployed."""
        sqs, name = boto3.client("sqs"), uuid4().hex
        dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        redrive = {"deadLetterTargetArn": _arn(dead), "maxReceiveCount": tries}
        attributes = {"VisibilityTimeout": str(visibility), "RedrivePolicy": json.dumps(redrive)}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        rules = [{"Name": "prefix", "Value": prefix}]
        boto3.client("s3").put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                "QueueConfigurations": [
                    {
                        "QueueArn": _arn(url),
                        "Events": ["s3:ObjectCreated:*"],
                        "Filter": {"Key": {"FilterRules": rules}},
                    }
                ]
            },
        )
        return cls(url, dead)

    def send(self, body: str) -> None:
        """Send a message as S3, or anyone, would."""
        boto3.client("sqs").send_message(QueueUrl=self.url, MessageBody=body)

    def depth(self) -> int:
        """Return how many messages wait or are being worked on."""
        return _depth(self.url)

    def dead(self) -> int:
        """Return how many messages have failed for good."""
        return _depth(self.dead_url)


class EventSourceMapping:
    """Hands messages of a queue to a handler as Lambda does, partial batch responses reported."""

    def __init__(self, url: str, handler: Handler, *, batch_size: int = 100) -> None:
        self._url, self._handler, self._batch_size = url, handler, batch_size
        self._sqs = boto3.client("sqs")
        self.bodies: list[str] = []
        """Every message that was ever handed over: what a replay sends again."""

    def poll(self) -> int:
        """Hand over one batch of what is there and return its size; failures stay invisible a while."""
        records = self._receive()
        if records:
            failed = self._failed(records)
            for record in records:
                if record["messageId"] not in failed:
                    handle = record["receiptHandle"]
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=handle)
                else:
                    # As if the visibility time-out had passed.
                    self._sqs.change_message_visibility(
                        QueueUrl=self._url,
                        ReceiptHandle=record["receiptHandle"],
                        VisibilityTimeout=0,
                    )
        return len(records)

    def drain(self) -> None:
        """Poll until the queue is empty: all is done, or in the dead-letter queue."""
        while _depth(self._url):
            if not self.poll():
                time.sleep(0.01)

    def _receive(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while len(records) < self._batch_size:
            found = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(10, self._batch_size - len(records)),
                MessageSystemAttributeNames=["All"],
                WaitTimeSeconds=0,
            ).get("Messages", [])
            if not found:
                break
            records += [_record(message, self._url) for message in found]
        self.bodies += [record["body"] for record in records]
        return records

    def _failed(self, records: list[dict[str, Any]]) -> set[str]:
        """Return the messages that come back: those the answer names, or all for a bad answer."""
        everything = {record["messageId"] for record in records}
        try:
            event = json.loads(json.dumps({"Records": records}))
            answer = json.loads(json.dumps(self._handler(event, LambdaContext())))
        except Exception:
            return everything
        failures = (answer or {}).get("batchItemFailures") or []
        named = {failure.get("itemIdentifier") for failure in failures}
        return named if named <= everything else everything


@contextmanager
def full_notifications() -> Iterator[None]:
    """Have moto's S3 tell version and sequencer, as S3 does."""
    original = notifications._get_s3_event

    def complete(name: str, bucket: Any, key: Any, id: str) -> dict[str, Any]:
        event = original(name, bucket, key, id)
        told = event["Records"][0]["s3"]["object"]
        told["sequencer"] = f"{next(_SEQUENCE):018X}"
        if bucket.is_versioned:
            told["versionId"] = key.version_id
        return event

    notifications._get_s3_event = complete  # type: ignore[assignment]
    try:
        yield
    finally:
        notifications._get_s3_event = original


def record(body: str, id: str | None = None, arn: str = "arn:aws:sqs:::queue") -> dict[str, Any]:
    """Return a record of an SQS event with some body."""
    return {
        "messageId": id or str(uuid4()),
        "receiptHandle": uuid4().hex,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1700000000000",
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": "1700000000001",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "us-east-1",
    }


def _record(message: dict[str, Any], url: str) -> dict[str, Any]:
    return record(message["Body"], message["MessageId"], _arn(url)) | {
        "receiptHandle": message["ReceiptHandle"],
        "attributes": message["Attributes"],
        "md5OfBody": message["MD5OfBody"],
    }


def _arn(url: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def _depth(url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)
