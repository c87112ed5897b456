"""The audit: the design's trail, the recorder by its three settings, and the budget."""

import json
from typing import Any

import pytest
from infra_templates import resources, synthesise
from nag import CASES

from cloud.app import build, messages

STACK = "cat-data-audit"
PROFILES = ["standard", "small", "v22"]
RECORDER, RULE = "AWS::Config::ConfigurationRecorder", "AWS::Config::ConfigRule"


def audit(case: str) -> dict[str, Any]:
    return synthesise(CASES[case])[STACK]


def only(template: dict[str, Any], type: str) -> dict[str, Any]:
    [properties] = resources(template, type).values()
    return properties


@pytest.mark.parametrize("case", PROFILES)
def test_the_trail_records_every_management_event_of_every_region(case: str) -> None:
    trail = only(audit(case), "AWS::CloudTrail::Trail")
    expected = {
        "TrailName": "cat-data-trail",
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}],
    }
    assert {name: trail[name] for name in expected} == expected
    assert trail["KMSKeyId"]["Fn::GetAtt"][0].startswith("Key")
    assert "TrailLog" in str(trail["CloudWatchLogsLogGroupArn"])


@pytest.mark.parametrize("case", PROFILES)
def test_records_are_encrypted_logged_kept_and_closed(case: str) -> None:
    template = audit(case)
    bucket = only(template, "AWS::S3::Bucket")
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == "s3-audit/"
    [made] = [r for r in template["Resources"].values() if r["Type"] == "AWS::S3::Bucket"]
    assert made["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 1827
    policy = json.dumps(only(template, "AWS::S3::BucketPolicy"))
    assert '{"Bool": {"aws:SecureTransport": "false"}}' in policy


def test_the_log_bucket_takes_access_logs_of_this_account_only() -> None:
    storage = synthesise(CASES["standard"])["cat-data-storage"]
    statements = [
        statement
        for policy in resources(storage, "AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "/s3-audit/*" in json.dumps(statement)
    ]
    [statement] = statements
    assert statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    assert "aws:SourceAccount" in json.dumps(statement["Condition"])


def test_cloudtrail_uses_key_and_bucket_for_this_trail_only() -> None:
    template = audit("standard")
    for document in (
        only(template, "AWS::KMS::Key")["KeyPolicy"],
        only(template, "AWS::S3::BucketPolicy")["PolicyDocument"],
    ):
        statements = [
            s
            for s in document["Statement"]
            if s["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        ]
        assert len(statements) == 2
        for statement in statements:
            assert ":trail/cat-data-trail" in json.dumps(statement["Condition"]["StringEquals"])
            assert "*" not in str(statement["Action"])


def test_the_trail_waits_for_the_policies_that_let_it_write() -> None:
    [trail] = [
        r for r in audit("standard")["Resources"].values() if r["Type"] == "AWS::CloudTrail::Trail"
    ]
    needed = str(trail["DependsOn"])
    assert "RecordsPolicy" in needed and "TrailRoleDefaultPolicy" in needed


def test_events_are_searched_in_cloudwatch_for_three_months() -> None:
    group = only(audit("standard"), "AWS::Logs::LogGroup")
    assert group["RetentionInDays"] == 90 and "KmsKeyId" in group


@pytest.mark.parametrize(
    ("case", "recorders", "rules"),
    [
        ("standard", 1, 15),
        ("small", 1, 11),
        ("serverless", 1, 11),
        ("recorder-exists", 0, 15),
        ("recorder-off", 0, 0),
    ],
)
def test_config_records_as_the_settings_say(case: str, recorders: int, rules: int) -> None:
    template = audit(case)
    assert len(resources(template, RECORDER)) == recorders
    assert len(resources(template, "AWS::Config::DeliveryChannel")) == recorders
    found = resources(template, RULE).values()
    assert len(found) == rules
    assert all(rule["ConfigRuleName"].startswith("cat-data-") for rule in found)


def test_the_recorder_sees_everything_and_delivers_encrypted() -> None:
    template = audit("standard")
    assert only(template, RECORDER)["RecordingGroup"] == {
        "AllSupported": True,
        "IncludeGlobalResourceTypes": True,
    }
    delivery = only(template, "AWS::Config::DeliveryChannel")
    assert delivery["S3KeyPrefix"] == "config" and "S3KmsKeyArn" in delivery
    identifiers = {r["Source"]["SourceIdentifier"] for r in resources(template, RULE).values()}
    assert identifiers >= {
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
        "S3_BUCKET_VERSIONING_ENABLED",
        "ENCRYPTED_VOLUMES",
        "REDSHIFT_CLUSTER_KMS_ENABLED",
        "CLOUD_TRAIL_ENABLED",
    }


@pytest.mark.parametrize(("case", "usd"), [("standard", 1200), ("small", 100)])
def test_the_month_has_a_budget(case: str, usd: int) -> None:
    budget = only(audit(case), "AWS::Budgets::Budget")
    assert budget["Budget"] == {
        "BudgetName": "cat-data-monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": usd, "Unit": "USD"},
    }
    assert "NotificationsWithSubscribers" not in budget
    stack = build(CASES[case]).synth().get_stack_by_name(STACK)
    said = str(messages(stack.assembly, STACK))
    assert "誰にも通知されません" in said and "alerts.emails is empty" in said


def test_addresses_are_told_at_80_and_100_percent_and_when_it_is_foreseen() -> None:
    budget = only(audit("recorder-exists"), "AWS::Budgets::Budget")
    told = budget["NotificationsWithSubscribers"]
    assert [
        (n["Notification"]["NotificationType"], n["Notification"]["Threshold"]) for n in told
    ] == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for notification in told:
        assert notification["Subscribers"] == [
            {"SubscriptionType": "EMAIL", "Address": "cats@example.jp"}
        ]


def test_no_role_has_a_star_in_its_actions() -> None:
    for policy in resources(audit("standard"), "AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in str(statement["Action"])
