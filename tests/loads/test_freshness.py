"""How old a source's newest load is, by its contract."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from catdata.cli import commands
from catdata.cli.freshness import NAMESPACE, measurements
from catdata.contracts.model import Freshness
from catdata.loads import LoadRecord
from catdata.loads.freshness import ages, lateness
from catdata.samples.generate import write as write_samples

NOW = datetime(2026, 4, 30, tzinfo=UTC)
LIMITS = Freshness(warn_after_days=10, error_after_days=20)


@pytest.mark.parametrize(
    ("days", "limits", "expected"),
    [
        (None, LIMITS, "none"),
        (0, LIMITS, "fresh"),
        (10, LIMITS, "fresh"),
        (10.01, LIMITS, "late"),
        (20, LIMITS, "late"),
        (20.01, LIMITS, "overdue"),
        (9999, Freshness(), "fresh"),
        (25, Freshness(error_after_days=20), "overdue"),
        (25, Freshness(warn_after_days=20), "late"),
    ],
)
def test_a_load_is_late_only_after_the_days_of_its_contract(
    days: float | None, limits: Freshness, expected: str
) -> None:
    newest = None if days is None else NOW - timedelta(days=days)
    assert lateness(newest, limits, NOW) == expected


def load(source_id: str, days: int, **values: Any) -> LoadRecord:
    when = NOW - timedelta(days=days)
    given: dict[str, Any] = {
        "load_id": f"{source_id}-{days}",
        "source_id": source_id,
        "source_object": f"raw/{source_id}/{days}.csv",
        "object_version": 1,
        "status": "committed",
        "started_at": when,
        "committed_at": when,
    }
    return LoadRecord(**(given | values))


CONTRACTS: Any = {
    name: SimpleNamespace(freshness=LIMITS) for name in ("monthly", "quiet", "never", "gone")
}
HEADS = [
    load("monthly", 40),
    load("monthly", 5),
    load("quiet", 15),
    load("late", 400),
    load("gone", 1, status="withdrawn"),
]


def test_the_newest_visible_load_counts_and_only_of_sources_with_a_contract() -> None:
    found = {age.source_id: (age.hours, age.lateness) for age in ages(HEADS, CONTRACTS, NOW)}
    assert found == {"monthly": (120, "fresh"), "quiet": (360, "late")}


def test_the_metrics_hold_each_age_and_the_numbers_of_late_sources() -> None:
    found = [
        (one["MetricName"], [d["Value"] for d in one.get("Dimensions", [])], one["Value"])
        for one in measurements(ages([*HEADS, load("never", 21)], CONTRACTS, NOW))
    ]
    assert found == [
        ("HoursSinceLoad", ["monthly"], 120),
        ("HoursSinceLoad", ["never"], 504),
        ("HoursSinceLoad", ["quiet"], 360),
        ("LateSources", [], 2),
        ("OverdueSources", [], 1),
    ]


def test_ages_are_shown_and_reach_cloudwatch(s3_service: str, tmp_path: Path) -> None:
    write_samples(tmp_path / "samples", 20260401, 0.1)
    lake = str(tmp_path / "lake")
    [first, *_] = sorted((tmp_path / "samples" / "first").rglob("*.csv"))
    runner = CliRunner()
    assert runner.invoke(commands, ["ingest", str(first), "--lake", lake]).exit_code == 0
    shown = runner.invoke(commands, ["freshness", "--lake", lake, "--metrics"])
    assert shown.exit_code == 0, shown.output
    assert "期限内" in shown.output
    stored = boto3.client("cloudwatch").list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert {metric["MetricName"] for metric in stored} == {
        "HoursSinceLoad",
        "LateSources",
        "OverdueSources",
    }


def test_a_refusal_of_cloudwatch_is_a_sentence(denied: None, tmp_path: Path) -> None:
    shown = CliRunner().invoke(commands, ["freshness", "--lake", str(tmp_path), "--metrics"])
    assert shown.exit_code == 2
    assert "CloudWatch に書けません" in shown.output
