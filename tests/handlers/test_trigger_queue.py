"""The handler itself between S3's notifications, a real queue and Glue; its log and its metrics."""

import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from logging import StreamHandler
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import boto3
import pytest
from process_cat_data import handler as entry
from process_cat_data.observability import NAMESPACE, SERVICE, logger
from process_cat_data.settings import SettingsError
from trigger_world import put

from standins.glue_runner import GlueRunner, runs_take_time
from standins.lambda_queue import (
    Arrivals,
    EventSourceMapping,
    LambdaContext,
    full_notifications,
    record,
)

HANDLERS = Path(__file__).parents[2] / "infra" / "handlers"


class Deployed:
    """A bucket that tells a queue, whose messages go to the handler, which starts a job."""

    def __init__(self) -> None:
        self.bucket, job = f"lake-{uuid4().hex}", f"job-{uuid4().hex}"
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3.put_bucket_versioning(
            Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        self.arrivals = Arrivals.of(self.bucket, "raw/", tries=3)
        self.glue = GlueRunner(job)
        self.glue.define("s3://none/none", {}, concurrent=1)
        self.mapping = EventSourceMapping(self.arrivals.url, entry.handler)
        self.variables = {"CATDATA_LAKE": f"s3://{self.bucket}", "GLUE_JOB_NAME": job}

    def put(self, key: str, content: bytes = b"x") -> None:
        """Put an object into the bucket."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def started(self) -> list[list[str]]:
        """Return the keys of each run, oldest first."""
        manifests = [run["Arguments"]["--manifest"] for run in self.glue.runs()]
        bodies = [self.s3.get_object(Bucket=self.bucket, Key=m)["Body"] for m in manifests]
        return [json.loads(body.read()) for body in bodies]


@pytest.fixture
def deployed(s3_service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Give everything that is deployed, on this machine."""
    with full_notifications(), runs_take_time():
        made = Deployed()
        for name, value in made.variables.items():
            monkeypatch.setenv(name, value)
        entry._trigger.cache_clear()
        yield made
    entry._trigger.cache_clear()


def test_objects_put_are_one_run_and_replays_are_none(deployed: Deployed) -> None:
    composed = unicodedata.normalize("NFC", "raw/a/ガイド +1%.csv")
    keys = [composed, unicodedata.normalize("NFD", composed), "raw/b/x.csv"]
    for key in keys:
        deployed.put(key)
    deployed.put("normalized/a.parquet")
    deployed.mapping.drain()  # with the test event that S3 sent first
    assert deployed.started() == [sorted(keys)]
    replay = deployed.mapping.bodies * 10
    Random(1).shuffle(replay)
    for body in replay:
        deployed.arrivals.send(body)
    deployed.mapping.drain()
    assert len(deployed.started()) == 1
    assert deployed.arrivals.dead() == 0


def test_the_same_key_with_new_content_is_a_new_run(deployed: Deployed) -> None:
    for content in (b"1", b"2", b"1"):
        deployed.put("raw/a/b.csv", content)
        deployed.mapping.drain()
        assert deployed.glue.finish() == 1
    assert deployed.started() == [["raw/a/b.csv"]] * 3


def test_too_many_runs_wait_in_the_queue(deployed: Deployed) -> None:
    deployed.put("raw/a/1.csv")
    deployed.mapping.drain()
    deployed.put("raw/a/2.csv")
    assert deployed.mapping.poll() == 1  # refused by Glue: one run at once
    assert deployed.arrivals.depth() == 1 and len(deployed.started()) == 1
    deployed.glue.finish()
    deployed.mapping.drain()
    assert sorted(deployed.started()) == [["raw/a/1.csv"], ["raw/a/2.csv"]]


def test_a_malformed_message_ends_in_the_dead_letter_queue_alone(deployed: Deployed) -> None:
    deployed.arrivals.send("nonsense")
    deployed.put("raw/a/1.csv")
    deployed.mapping.drain()
    assert deployed.started() == [["raw/a/1.csv"]]
    assert deployed.arrivals.dead() == 1


def test_a_job_that_does_not_exist_keeps_the_events(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUE_JOB_NAME", "no-such-job")
    entry._trigger.cache_clear()
    deployed.put("raw/a/1.csv")
    deployed.mapping.drain()
    assert deployed.arrivals.dead() == 1


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_a_missing_setting_keeps_the_events(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CATDATA_LAKE")
    entry._trigger.cache_clear()
    with pytest.raises(SettingsError, match="CATDATA_LAKE"):
        entry.handler({"Records": [record(put("raw/a/b.csv"))]}, LambdaContext())
    deployed.put("raw/a/1.csv")
    deployed.mapping.drain()
    assert deployed.arrivals.dead() == 2  # the test event of the notification too


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
@pytest.mark.parametrize("event", [{}, {"Records": []}, json.loads(put("raw/a/b.csv"))])
def test_an_event_that_is_not_of_the_queue_is_refused(
    deployed: Deployed, event: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="no event of SQS"):
        entry.handler(event, LambdaContext())


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what the function's log says."""
    [stream] = logger.handlers
    assert isinstance(stream, StreamHandler)
    text = io.StringIO()
    before = stream.setStream(text)
    yield text
    stream.setStream(before or sys.stdout)


def test_log_and_metrics_tell_all_but_names(
    deployed: Deployed, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "佐藤花子様"
    event = {
        "Records": [
            record(put(f"raw/sample-kaku-intake/{name}.csv", "v1", bucket=deployed.bucket)),
            record(put(f"raw/sample-kaku-intake/{name}.csv", "v1", bucket=deployed.bucket)),
            record(put(f"raw/{name}.csv", "v1", bucket=deployed.bucket)),
            record(put(f"raw/{name}/x.csv", "v1", bucket=f"{name}")),
            record(put(f"elsewhere/{name}.csv", "v1", bucket=deployed.bucket)),
            record(f"{{{name}", "bad"),
        ]
    }
    answer = entry.handler(event, LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    text = capsys.readouterr().out + log.getvalue()
    assert name not in text and json.dumps(name).strip('"') not in text
    lines = [json.loads(line) for line in text.splitlines()]
    [started] = [line for line in lines if "job_run_id" in line]
    assert started["objects"][0]["source"] == "sample-kaku-intake"
    assert started["service"] == SERVICE and started["function_request_id"]
    [metrics] = [line for line in lines if "EventsReceived" in line]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE
    told: dict[str, Any] = {
        "EventsReceived": 5,
        "EventsIgnored": 3,
        "ObjectsMisplaced": 1,
        "DuplicatesSkipped": 1,
        "ObjectsStarted": 1,
        "RunsStarted": 1,
        "MessagesMalformed": 1,
        "MessagesReturned": 1,
    }
    assert {name: sum(metrics[name]) for name in told} == told


def test_the_import_is_light_and_the_function_needs_nothing_of_the_project() -> None:
    code = (
        "import sys, json; import process_cat_data.handler; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(HANDLERS)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    heavy = {"pandas", "pyarrow", "numpy", "pyspark", "catdata", "pydantic", "obstore", "yaml"}
    assert not loaded & heavy
