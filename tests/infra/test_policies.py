"""Rules over all stacks: cdk-nag, cfn-lint, least privilege, nothing public but the edge."""

import json
import os
from collections.abc import Callable

import pytest
from infra_templates import Templates, resources, synthesise
from nag import CASES, findings, lint_template
from principals import GOLDEN, grants, table, trusts

from cloud.edge import REGION as EDGE_REGION
from cloud.settings import read_settings

Given = Callable[[str], Templates]
PROFILES = ["standard", "small", "v22"]
# No resource narrower than all exists for these, or the action only tells what there is.
WITHOUT_RESOURCE = {
    "cloudwatch:PutMetricData",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    # Session Manager, of the bastion.
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
# CloudWatch encrypts these with a key of its own; ours in their regions would hold nothing else.
OTHER_REGIONS = {"cat-data-edge", "cat-data-snapshot-copy"}


@pytest.mark.parametrize("case", CASES)
def test_no_finding_of_cdk_nag_is_left(case: str) -> None:
    assert findings(CASES[case]) == []


@pytest.mark.parametrize("case", CASES)
def test_cfn_lint_finds_nothing(case: str) -> None:
    settings = CASES[case]
    elsewhere = {
        "cat-data-edge": EDGE_REGION,
        "cat-data-snapshot-copy": settings.warehouse.snapshot_copy_region,
    }
    for stack, template in synthesise(settings).items():
        assert lint_template(template, elsewhere.get(stack, settings.region)) == [], stack


def test_the_table_of_grants_is_what_the_templates_say(templates: Given) -> None:
    made = table(grants(templates("standard")), trusts(templates("standard")))
    if os.environ.get("CATDATA_GOLDEN") == "write":
        GOLDEN.write_text(made, "utf-8")
    assert GOLDEN.read_text("utf-8") == made


@pytest.mark.parametrize("profile", PROFILES)
def test_no_action_is_a_wildcard_and_resources_are_named(templates: Given, profile: str) -> None:
    for grant in grants(templates(profile)):
        assert not [action for action in grant.actions if "*" in action], grant
        if grant.effect == "Allow" and "*" in grant.resources:
            assert set(grant.actions) <= WITHOUT_RESOURCE, grant


@pytest.mark.parametrize("profile", PROFILES)
def test_no_role_is_open_and_no_user_has_keys(templates: Given, profile: str) -> None:
    for template in templates(profile).values():
        assert not resources(template, "AWS::IAM::User")
        assert not resources(template, "AWS::IAM::AccessKey")
        for role in resources(template, "AWS::IAM::Role").values():
            for statement in role["AssumeRolePolicyDocument"]["Statement"]:
                assert statement["Principal"] != "*"
                assert statement["Principal"].get("AWS") != "*"


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_public_but_the_edge(templates: Given, profile: str) -> None:
    for stack, template in templates(profile).items():
        for name, group in resources(template, "AWS::EC2::SecurityGroup").items():
            for rule in group.get("SecurityGroupIngress", []):
                assert rule.get("CidrIp") != "0.0.0.0/0", (stack, name)
        for cluster in resources(template, "AWS::Redshift::Cluster").values():
            assert cluster["PubliclyAccessible"] is False
        for workgroup in resources(template, "AWS::RedshiftServerless::Workgroup").values():
            assert workgroup["PubliclyAccessible"] is False
        for url in resources(template, "AWS::Lambda::Url").values():
            raise AssertionError(url)
        for policy in resources(template, "AWS::S3::BucketPolicy").values():
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    assert "*" not in json.dumps(statement["Principal"]), (stack, statement)


@pytest.mark.parametrize("profile", PROFILES)
def test_logs_and_topics_are_encrypted_and_logs_end(templates: Given, profile: str) -> None:
    for stack, template in templates(profile).items():
        for name, group in resources(template, "AWS::Logs::LogGroup").items():
            assert group.get("KmsKeyId") or stack in OTHER_REGIONS, (stack, name)
            assert group.get("RetentionInDays"), (stack, name)
        for name, topic in resources(template, "AWS::SNS::Topic").items():
            assert topic.get("KmsMasterKeyId"), (stack, name)


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_that_takes_tags_has_the_projects(templates: Given, profile: str) -> None:
    env = read_settings(profile).env
    tagged = 0
    for template in templates(profile).values():
        for resource in template["Resources"].values():
            tags = resource.get("Properties", {}).get("Tags")
            if isinstance(tags, list):
                found = {tag["Key"]: tag["Value"] for tag in tags if isinstance(tag["Value"], str)}
                assert found.items() >= {
                    ("Project", "cat-data"),
                    ("Env", env),
                    ("DesignVersion", "v22"),
                }, resource["Type"]
                tagged += 1
    assert tagged > 20


@pytest.mark.parametrize("profile", PROFILES)
def test_every_alarm_names_a_section_of_the_runbook(templates: Given, profile: str) -> None:
    runbook = (GOLDEN.parents[1] / "runbook.md").read_text("utf-8")
    alarms = [
        alarm
        for template in templates(profile).values()
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
    ]
    assert alarms
    for alarm in alarms:
        section = alarm["AlarmDescription"].rpartition("docs/runbook.md#")[2]
        assert f'<a id="{section}"></a>' in runbook or f"\n## {section}:" in runbook, section
        assert alarm["AlarmActions"]
