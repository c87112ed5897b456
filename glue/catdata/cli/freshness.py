"""How old each source's newest load is, for people as a table and for alarms as metrics."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import click
from rich.table import Table

from catdata.cli import aws
from catdata.cli.options import lake_option
from catdata.cli.runtime import job_settings
from catdata.cli.terminal import console, explained
from catdata.contracts.load import load_contracts
from catdata.loads import Ledger
from catdata.loads.freshness import FRESH, LATE, OVERDUE, Age, ages
from catdata.storage import Storage

NAMESPACE = "CatData"
AGE_METRIC, LATE_METRIC, OVERDUE_METRIC = "HoursSinceLoad", "LateSources", "OverdueSources"
_WORDS = {FRESH: "期限内 / fresh", LATE: "遅れ / late", OVERDUE: "超過 / overdue"}
# The most that one call of CloudWatch takes.
_BATCH = 1000


@click.command(context_settings=job_settings())
@lake_option
@click.option("--metrics", is_flag=True, help="Send the ages to CloudWatch as well.")
def freshness(lake: str, metrics: bool) -> None:
    """Say how old the newest load of every source is, and whether its contract expects a newer one."""
    with explained():
        found = ages(Ledger(Storage(lake)).heads(), load_contracts(), datetime.now(UTC))
        console().print(_table(found))
        if metrics:
            with aws.refusals_explained("CloudWatch に書けません", "CloudWatch cannot be written"):
                _send(aws.client("cloudwatch"), list(measurements(found)))


def measurements(found: Iterable[Age]) -> Iterator[dict[str, Any]]:
    """Yield CloudWatch's data of some ages: hours of each source, and how many are late or overdue."""
    found = list(found)
    for age in found:
        yield {
            "MetricName": AGE_METRIC,
            "Dimensions": [{"Name": "SourceId", "Value": age.source_id}],
            "Value": age.hours,
            "Unit": "None",
        }
    for name, states in ((LATE_METRIC, {LATE, OVERDUE}), (OVERDUE_METRIC, {OVERDUE})):
        count = sum(age.lateness in states for age in found)
        yield {"MetricName": name, "Value": count, "Unit": "Count"}


def _send(cloudwatch: Any, data: list[dict[str, Any]]) -> None:
    for first in range(0, len(data), _BATCH):
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[first : first + _BATCH])


def _table(found: Iterable[Age]) -> Table:
    table = Table("提供元 / source", "最新の取込み / newest load", "経過 / age", "状態 / state")
    for age in found:
        days, hours = divmod(age.hours, 24)
        table.add_row(
            age.source_id,
            f"{age.newest:%Y-%m-%d %H:%M} UTC",
            f"{days} 日 {hours} 時間 / {days} d {hours} h",
            _WORDS[age.lateness],
        )
    return table
