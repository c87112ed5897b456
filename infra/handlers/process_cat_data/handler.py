"""Where Lambda enters: one SQS event in, the messages that come back out."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from process_cat_data.observability import logger, metrics
from process_cat_data.settings import read_settings
from process_cat_data.trigger import Trigger

_S3 = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)
# Once only: a second StartJobRun after a lost answer would be a second run. The queue tries again.
_GLUE = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})


@cache
def _trigger() -> Trigger:
    # At the first event, so that a missing setting is an error of the call, which the queue survives.
    settings = read_settings(os.environ)
    return Trigger(settings, boto3.client("s3", config=_S3), boto3.client("glue", config=_GLUE))


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start at most one run for the objects of an SQS event; return the messages that failed."""
    result = _trigger().process(
        _messages(event), lambda: context.get_remaining_time_in_millis() / 1000
    )
    for name, count in result.counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    return {"batchItemFailures": [{"itemIdentifier": id} for id in result.returned]}


def _messages(event: dict[str, Any]) -> list[dict[str, Any]]:
    records = event.get("Records")
    if not records or not all("messageId" in record for record in records):
        raise ValueError(
            "SQSのイベントではありません。S3の通知はキューを通して送ってください。 / "
            "This is no event of SQS; send S3's notifications through the queue."
        )
    return list(records)
