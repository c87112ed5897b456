"""Alarms watch metrics that somebody sends, and the dashboard shows them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from infra_templates import Templates, resources

from catdata.cli.freshness import LATE_METRIC, NAMESPACE, OVERDUE_METRIC

Given = Callable[[str], Templates]
HANDLER = Path(__file__).parents[2] / "infra" / "handlers" / "process_cat_data"
STACK = "cat-data-monitoring"


def alarms(templates: Templates) -> dict[str, dict]:  # type: ignore[type-arg]
    found = resources(templates[STACK], "AWS::CloudWatch::Alarm").values()
    return {alarm["AlarmName"].removeprefix("cat-data-"): alarm for alarm in found}


def test_every_metric_of_ours_is_sent_by_our_code(templates: Given) -> None:
    sent = set(
        re.findall(r'"([A-Z][A-Za-z]+)"', "".join(p.read_text() for p in HANDLER.glob("*.py")))
    )
    watched = {
        alarm["MetricName"]
        for alarm in alarms(templates("standard")).values()
        if alarm.get("Namespace") == NAMESPACE
    }
    assert watched == {OVERDUE_METRIC, "StartsRefused", "MessagesMalformed", "ObjectsMisplaced"}
    assert watched - {OVERDUE_METRIC, LATE_METRIC} <= sent


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("standard", {"RedshiftHealth", "RedshiftDisk", "RedshiftCpu", "Api5xx", "WafBlocks"}),
        ("small", {"Api5xx", "Api4xx", "ApiLatency", "WafBlocks"}),
    ],
)
def test_what_runs_has_its_alarms(templates: Given, profile: str, expected: set[str]) -> None:
    found = set(alarms(templates(profile)))
    assert expected <= found
    assert {"TriggerErrors", "TriggerThrottles", "TriggerDuration"} <= found
    assert {"ArrivalsAge", "ArrivalsDead", "CrawlerFailure", "Freshness"} <= found
    assert ("RedshiftHealth" in found) == (profile == "standard")


def test_data_that_nobody_looked_at_is_late(templates: Given) -> None:
    assert alarms(templates("small"))["Freshness"]["TreatMissingData"] == "breaching"


def test_alarms_speak_japanese_and_english_and_tell_when_it_is_over(templates: Given) -> None:
    for alarm in alarms(templates("standard")).values():
        assert re.search(r"[ぁ-んァ-ヴ一-龯].* / [A-Z]", alarm["AlarmDescription"])
        assert alarm["AlarmActions"] == alarm["OKActions"]


def test_the_dashboard_shows_every_metric_with_an_alarm(templates: Given) -> None:
    template = templates("standard")
    [dashboard] = resources(template[STACK], "AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["DashboardBody"])
    for alarm in alarms(template).values():
        assert alarm.get("MetricName", "") in body, alarm["AlarmName"]


def test_every_sender_may_publish_to_the_topic(templates: Given) -> None:
    template = templates("standard")[STACK]
    [policy] = resources(template, "AWS::SNS::TopicPolicy").values()
    allowed = {
        statement["Principal"]["Service"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement["Action"] == "sns:Publish"
    }
    assert allowed == {"cloudwatch.amazonaws.com", "events.amazonaws.com"}
    [key] = resources(templates("standard")["cat-data-storage"], "AWS::KMS::Key").values()
    for service in allowed:
        assert service in json.dumps(key["KeyPolicy"])
