"""The lake's bucket, its log bucket, and the queue of arrivals."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from infra_templates import Templates, resources

Given = Callable[[str], Templates]
PROFILES = ["standard", "small", "v22"]


def lake(templates: Templates) -> dict[str, Any]:
    found = resources(templates["cat-data-storage"], "AWS::S3::Bucket")
    [bucket] = [properties for name, properties in found.items() if name.startswith("Lake")]
    return bucket


def test_the_bucket_has_the_designs_name_whole_or_as_a_prefix(templates: Given) -> None:
    assert lake(templates("v22"))["BucketName"] == "cat-data-bucket"
    named = lake(templates("standard"))
    assert (named["BucketNamePrefix"], named["BucketNamespace"]) == (
        "cat-data-bucket",
        "account-regional",
    )
    assert "BucketName" not in named


@pytest.mark.parametrize("profile", PROFILES)
def test_buckets_are_versioned_encrypted_closed_and_kept(templates: Given, profile: str) -> None:
    for template in templates(profile).values():
        for name, bucket in resources(template, "AWS::S3::Bucket").items():
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
            [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}
            assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
            assert template["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate", name
    assert lake(templates(profile))["BucketEncryption"] == {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        ]
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_every_bucket_and_queue_refuses_what_is_not_encrypted_on_the_way(
    templates: Given, profile: str
) -> None:
    closed = json.dumps({"Bool": {"aws:SecureTransport": "false"}})
    for template in templates(profile).values():
        for kind, policy, key in (
            ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
            ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
            ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
        ):
            protected = {
                reference["Ref"]
                for found in resources(template, policy).values()
                if closed in json.dumps(found["PolicyDocument"])
                for reference in (found[key] if isinstance(found[key], list) else [found[key]])
            }
            assert set(resources(template, kind)) <= protected


def test_old_versions_and_results_go_after_their_days(templates: Given) -> None:
    rules = {
        rule["Id"]: rule for rule in lake(templates("standard"))["LifecycleConfiguration"]["Rules"]
    }
    assert rules["raw"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365}
    assert rules["normalized"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    results = rules["query-results"]
    assert (results["Prefix"], results["ExpirationInDays"]) == ("athena-query-results/", 14)
    assert rules["multipart"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "ExpirationInDays" not in rules["raw"], "what a municipality sent is never deleted"


@pytest.mark.parametrize(
    ("profile", "event"), [("standard", "s3:ObjectCreated:*"), ("v22", "s3:ObjectCreated:Put")]
)
def test_only_arrivals_in_raw_reach_the_queue(templates: Given, profile: str, event: str) -> None:
    notified = lake(templates(profile))["NotificationConfiguration"]
    [(kind, [queue])] = notified.items()
    assert kind == "QueueConfigurations"
    assert queue["Event"] == event
    assert queue["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}]}}


def test_a_message_that_fails_for_a_day_is_kept_for_a_person(templates: Given) -> None:
    queues = resources(templates("standard")["cat-data-storage"], "AWS::SQS::Queue")
    [redriven] = [queue for queue in queues.values() if "RedrivePolicy" in queue]
    assert redriven["VisibilityTimeout"] >= 6 * 60
    assert redriven["RedrivePolicy"]["maxReceiveCount"] * redriven["VisibilityTimeout"] == 86400
    [dead] = [queue for queue in queues.values() if "RedrivePolicy" not in queue]
    assert dead["MessageRetentionPeriod"] == 14 * 86400


def test_what_a_person_needs_to_know_is_an_output(templates: Given) -> None:
    wanted = {
        "cat-data-storage": {"Bucket", "DeadLetters"},
        "cat-data-api": {"ApiAddress", "UserPoolId", "ClientId"},
        "cat-data-warehouse": {"Host", "SpectrumRoleArn"},
    }
    for stack, names in wanted.items():
        assert names <= set(templates("standard")[stack]["Outputs"])
