"""QuickSight: the data source by role, through the VPC or on Athena, and nothing without an owner."""

import json
from typing import Any

import pytest
from infra_templates import resources, synthesise
from nag import CASES, OWNER, given

STACK = "cat-data-bi"
SOURCE, CONNECTION = "AWS::QuickSight::DataSource", "AWS::QuickSight::VPCConnection"
WITH_BI = ["account", "multi-az", "athena"]


def bi(case: str) -> dict[str, Any]:
    return synthesise(CASES[case])[STACK]


def only(template: dict[str, Any], type: str) -> dict[str, Any]:
    [properties] = resources(template, type).values()
    return properties


def actions(template: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for policy in resources(template, "AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            given = statement["Action"]
            found |= {given} if isinstance(given, str) else set(given)
    return found


@pytest.mark.parametrize("profile", ["standard", "small", "v22"])
def test_without_an_owner_there_is_no_stack(profile: str) -> None:
    assert STACK not in synthesise(CASES[profile])


def test_redshift_is_asked_by_role_without_a_password() -> None:
    source = only(bi("multi-az"), SOURCE)
    assert source["Type"] == "REDSHIFT"
    assert "Credentials" not in source
    parameters = source["DataSourceParameters"]["RedshiftParameters"]
    assert (parameters["ClusterId"], parameters["Database"], parameters["Port"]) == (
        "cat-data-cluster",
        "catdata",
        5439,
    )
    iam = parameters["IAMParameters"]
    assert "DatabaseRole" in str(iam["RoleArn"])
    assert (iam["DatabaseUser"], iam["AutoCreateDatabaseUser"]) == ("quicksight", True)
    assert source["SslProperties"] == {"DisableSsl": False}
    assert "Connection" in str(source["VpcConnectionProperties"]["VpcConnectionArn"])


def test_the_database_role_signs_in_as_its_one_user() -> None:
    [policy] = [
        p
        for name, p in resources(bi("account"), "AWS::IAM::Policy").items()
        if name.startswith("DatabaseRole")
    ]
    arn = "redshift:ap-northeast-1:123456789012"
    granted = {
        s["Action"]: json.dumps(s["Resource"]) for s in policy["PolicyDocument"]["Statement"]
    }
    assert set(granted) == {"redshift:GetClusterCredentials", "redshift:CreateClusterUser"}
    for resource in granted.values():
        assert f"{arn}:dbuser:cat-data-cluster/quicksight" in resource
    assert f"{arn}:dbname:cat-data-cluster/catdata" in granted["redshift:GetClusterCredentials"]


@pytest.mark.parametrize(("case", "subnets"), [("account", 2), ("multi-az", 3)])
def test_the_connection_is_in_the_private_subnets(case: str, subnets: int) -> None:
    connection = only(bi(case), CONNECTION)
    assert len(connection["SubnetIds"]) == subnets
    assert all("rivateSubnet" in str(subnet) for subnet in connection["SubnetIds"])
    assert "NetworkRole" in str(connection["RoleArn"])


def test_only_redshift_and_quicksight_know_each_other() -> None:
    template = bi("multi-az")
    group = only(template, "AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    rules = {
        (rule["FromPort"], rule["ToPort"]): (
            json.dumps(rule["GroupId"]),
            json.dumps(rule["SourceSecurityGroupId"]),
        )
        for rule in resources(template, "AWS::EC2::SecurityGroupIngress").values()
    }
    to_redshift, answers = rules[(5439, 5439)], rules[(0, 65535)]
    assert "allowredshift" in to_redshift[0] and "Group" in to_redshift[1]
    assert "allowredshift" in answers[1] and answers[0] == to_redshift[1]
    [out] = resources(template, "AWS::EC2::SecurityGroupEgress").values()
    assert (out["FromPort"], out["ToPort"]) == (5439, 5439)


def test_athena_is_asked_in_the_enforced_workgroup_and_needs_no_way_in() -> None:
    template = bi("athena")
    source = only(template, SOURCE)
    assert source["Type"] == "ATHENA"
    parameters = source["DataSourceParameters"]["AthenaParameters"]
    assert parameters["WorkGroup"] == "adhoc"
    assert "AthenaRole" in str(parameters["RoleArn"])
    assert not resources(template, CONNECTION)
    assert not resources(template, "AWS::EC2::SecurityGroup")


def test_athena_shows_marts_but_no_single_animals() -> None:
    [policy] = resources(bi("athena"), "AWS::IAM::Policy").values()
    statements = policy["PolicyDocument"]["Statement"]
    allowed = json.dumps([s["Resource"] for s in statements if s["Effect"] == "Allow"])
    assert "/marts/catdata_marts/mart_*" in allowed and "table/catdata_marts/mart_*" in allowed
    for single in ("/marts/*", "fct_", "int_", "table/catdata_marts/*", "/normalized/", "/raw/"):
        assert single not in allowed


@pytest.mark.parametrize("case", WITH_BI)
def test_the_source_belongs_to_its_owner_alone(case: str) -> None:
    [permission] = only(bi(case), SOURCE)["Permissions"]
    assert permission["Principal"] == OWNER
    assert all(action.startswith("quicksight:") for action in permission["Actions"])
    assert not any("*" in action for action in [*permission["Actions"], *actions(bi(case))])
    for role in resources(bi(case), "AWS::IAM::Role").values():
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "quicksight.amazonaws.com"}


@pytest.mark.parametrize("kind", ["none", "serverless"])
def test_redshift_as_source_without_a_cluster_is_refused_when_there_is_an_owner(kind: str) -> None:
    warehouse = {"kind": kind}
    with pytest.raises(ValueError, match="では使えません") as raised:
        given(warehouse=warehouse, bi={"principal_arn": OWNER})
    assert f"does not go with warehouse.kind {kind}" in str(raised.value)
    assert "choose bi.source athena" in str(raised.value)
    given(warehouse=warehouse)
    given(warehouse=warehouse, bi={"principal_arn": OWNER, "source": "athena"})


def test_an_owner_is_a_user_or_group_of_quicksight() -> None:
    with pytest.raises(ValueError, match=r"bi\.principal_arn"):
        given(bi={"principal_arn": "arn:aws:iam::123456789012:role/x"})
