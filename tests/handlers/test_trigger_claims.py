"""Claims on a real S3 service: the conditions hold there, and racing invocations start things once."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from process_cat_data.runs import error_code
from process_cat_data.settings import Settings
from process_cat_data.trigger import Trigger
from trigger_world import MemoryS3, put

from standins.glue_runner import GlueRunner, runs_take_time
from standins.lambda_queue import record


@pytest.fixture
def settings(s3_service: str) -> Settings:
    """Give a lake below a prefix of a fresh versioned bucket, and a job."""
    bucket, job = f"claims-{uuid4().hex}", f"job-{uuid4().hex}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    GlueRunner(job).define("s3://none/none", {}, concurrent=1000)
    return Settings(bucket, "some/lake/", job)


def outcome(call: Any, **arguments: Any) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return error_code(error)
    return "done"


def conditions(s3: Any, bucket: str) -> list[str]:
    """Return what a service says to each of the trigger's calls."""
    at = {"Bucket": bucket, "Key": "k/claim"}
    said = [outcome(s3.get_object, **at)]
    said.append(outcome(s3.put_object, **at, Body=b"1", IfMatch='"x"'))
    said.append(outcome(s3.put_object, **at, Body=b"1", IfNoneMatch="*"))
    said.append(outcome(s3.put_object, **at, Body=b"2", IfNoneMatch="*"))
    etag = s3.get_object(**at)["ETag"]
    said.append(outcome(s3.put_object, **at, Body=b"3", IfMatch=etag))
    said.append(outcome(s3.put_object, **at, Body=b"4", IfMatch=etag))
    said.append(s3.get_object(**at)["Body"].read().decode())
    said.append(str(s3.list_objects_v2(Bucket=bucket, Prefix="k/cl", MaxKeys=1)["KeyCount"]))
    keys = {"Objects": [{"Key": "k/claim"}, {"Key": "k/none"}], "Quiet": True}
    said.append(outcome(s3.delete_objects, Bucket=bucket, Delete=keys))
    said.append(str(s3.list_objects_v2(Bucket=bucket, Prefix="k/cl", MaxKeys=1)["KeyCount"]))
    said.append(outcome(s3.get_object, **at))
    # What was deleted can be claimed anew, on a versioned bucket too.
    said.append(outcome(s3.put_object, **at, Body=b"5", IfNoneMatch="*"))
    return said


def test_the_s3_in_memory_answers_as_the_service_does(settings: Settings) -> None:
    expected = [
        *("NoSuchKey", "NoSuchKey", "done", "PreconditionFailed", "done", "PreconditionFailed"),
        *("3", "1", "done", "0", "NoSuchKey", "done"),
    ]
    assert conditions(MemoryS3(), settings.bucket) == expected
    assert conditions(boto3.client("s3"), settings.bucket) == expected


def test_racing_invocations_start_each_version_once(settings: Settings) -> None:
    """Real threads with clients of their own, each with all events in an order of its own."""
    workers = 6
    keys = [f"raw/a/台帳_{number}.csv" for number in range(12)]
    full = [put(f"some/lake/{key}", "v", bucket=settings.bucket) for key in keys]
    barrier = threading.Barrier(workers)

    def invoke(number: int) -> Counter[str]:
        session = boto3.Session()
        trigger = Trigger(settings, session.client("s3"), session.client("glue"))
        records = [record(body, str(at)) for at, body in enumerate(full)]
        Random(number).shuffle(records)
        counts: Counter[str] = Counter()
        barrier.wait()
        while records:
            result = trigger.process(records, lambda: 60.0)
            counts.update(result.counts)
            records = [one for one in records if one["messageId"] in result.returned]
        return counts

    with runs_take_time(), ThreadPoolExecutor(workers) as pool:
        totals = sum(pool.map(invoke, range(workers)), Counter())
    assert totals["ObjectsStarted"] == len(keys)
    assert totals["DuplicatesSkipped"] == len(keys) * (workers - 1)
    assert started(settings) == dict.fromkeys(keys, 1)


def test_racing_invocations_take_a_stale_claim_over_once(settings: Settings) -> None:
    class Death(BaseException):
        pass

    class DyingGlue:
        def start_job_run(self, **_: Any) -> None:
            raise Death

    key = "raw/a/b.csv"
    records = [record(put(f"some/lake/{key}", "v", bucket=settings.bucket), "m")]
    with pytest.raises(Death):
        Trigger(settings, boto3.client("s3"), DyingGlue()).process(records, lambda: 60.0)
    later = datetime.now(UTC) + timedelta(minutes=6)
    barrier = threading.Barrier(4)

    def invoke(_: int) -> int:
        session = boto3.Session()
        trigger = Trigger(
            settings, session.client("s3"), session.client("glue"), clock=lambda: later
        )
        barrier.wait()
        return trigger.process(records, lambda: 60.0).counts["ObjectsStarted"]

    with runs_take_time(), ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(invoke, range(4))) == 1
    assert started(settings) == {key: 1}


def started(settings: Settings) -> dict[str, int]:
    """Return in how many runs of the job each key was, by the manifests on S3."""
    s3, found = boto3.client("s3"), Counter[str]()
    for run in GlueRunner(settings.job_name).runs():
        key = settings.prefix + run["Arguments"]["--manifest"]
        found.update(json.loads(s3.get_object(Bucket=settings.bucket, Key=key)["Body"].read()))
    return dict(found)
