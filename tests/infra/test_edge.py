"""What stands before CloudFront: rate limit and managed rules, in the one region that takes them."""

from collections.abc import Callable
from typing import Any

import pytest
from infra_templates import Templates, resources, synthesise

from cloud.app import build
from cloud.edge import RATE, REGION
from cloud.settings import Api, Settings

Give = Callable[[str], Templates]


@pytest.fixture(scope="module")
def edge(templates: Give) -> dict[str, Any]:
    return templates("standard")["cat-data-edge"]


def test_the_edge_is_in_the_region_of_cloudfront() -> None:
    stacks = {s.stack_name: s for s in build(Settings()).synth().stacks}
    assert stacks["cat-data-edge"].environment.region == REGION == "us-east-1"
    assert stacks["cat-data-api"].environment.region == "ap-northeast-1"


def test_requests_are_limited_and_judged(edge: dict[str, Any]) -> None:
    (acl,) = resources(edge, "AWS::WAFv2::WebACL").values()
    assert acl["Scope"] == "CLOUDFRONT" and acl["DefaultAction"] == {"Allow": {}}
    rate, *managed = acl["Rules"]
    assert rate["Statement"]["RateBasedStatement"]["Limit"] == RATE
    assert rate["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    names = [r["Statement"]["ManagedRuleGroupStatement"]["Name"] for r in managed]
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= set(names)
    assert all(r["OverrideAction"] == {"None": {}} for r in managed)
    assert [r["Priority"] for r in acl["Rules"]] == list(range(len(names) + 1))


def test_the_log_keeps_no_token(edge: dict[str, Any]) -> None:
    (logging,) = resources(edge, "AWS::WAFv2::LoggingConfiguration").values()
    assert {"SingleHeader": {"Name": "authorization"}} in logging["RedactedFields"]
    (group,) = resources(edge, "AWS::Logs::LogGroup").values()
    assert group["LogGroupName"].startswith("aws-waf-logs-") and group["RetentionInDays"] == 365


def test_without_the_api_there_is_no_edge() -> None:
    made = synthesise(Settings(api=Api(enabled=False)))
    assert "cat-data-edge" not in made and "cat-data-api" not in made
