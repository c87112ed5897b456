"""The warehouse: the design's cluster as it can be made today, its literal side, and serverless."""

import json
from typing import Any

import pytest
from infra_templates import resources, synthesise
from nag import CASES, SWITCHES, given

from cloud.app import build, messages

STACK, COPIES = "cat-data-warehouse", "cat-data-snapshot-copy"
CLUSTER = "AWS::Redshift::Cluster"
KEY = "ExportsOutputFnGetAttKey"
WITH_CLUSTER = ["standard", "v22", "account", "multi-az"]
WITH_WAREHOUSE = [*WITH_CLUSTER, "serverless"]


def only(template: dict[str, Any], type: str) -> dict[str, Any]:
    [properties] = resources(template, type).values()
    return properties


def warehouse(case: str) -> dict[str, Any]:
    return synthesise(CASES[case])[STACK]


def grants(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of all policies of a template."""
    found = [
        *resources(template, "AWS::IAM::Policy").values(),
        *resources(template, "AWS::IAM::ManagedPolicy").values(),
    ]
    return [s for policy in found for s in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("case", WITH_CLUSTER)
def test_the_cluster_has_the_designs_values(case: str) -> None:
    cluster = only(warehouse(case), CLUSTER)
    expected = {
        "ClusterIdentifier": "cat-data-cluster",
        "ClusterType": "multi-node",
        "NumberOfNodes": 2,
        "NodeType": "dc2.large" if case == "v22" else "ra3.large",
        "DBName": "catdata",
        "Port": 5439,
        "Encrypted": True,
        "PubliclyAccessible": False,
        "EnhancedVpcRouting": True,
        "ManageMasterPassword": True,
        "AllowVersionUpgrade": True,
        "MultiAZ": case == "multi-az",
        "AvailabilityZoneRelocation": case in {"standard", "account"},
        "AutomatedSnapshotRetentionPeriod": 35,
        "DestinationRegion": "ap-northeast-3",
        "SnapshotCopyGrantName": "cat-data-cluster-copies",
        "SnapshotCopyRetentionPeriod": 35,
        "LoggingProperties": {
            "LogDestinationType": "cloudwatch",
            "LogExports": ["connectionlog", "userlog", "useractivitylog"],
        },
    }
    assert {name: cluster[name] for name in expected} == expected
    assert "MasterUserPassword" not in cluster
    assert KEY in str(cluster["KmsKeyId"]) and KEY in str(cluster["MasterPasswordSecretKmsKeyId"])


def test_the_cluster_goes_with_a_last_snapshot() -> None:
    template = warehouse("standard")
    [cluster] = [r for r in template["Resources"].values() if r["Type"] == CLUSTER]
    assert cluster["DeletionPolicy"] == cluster["UpdateReplacePolicy"] == "Snapshot"


def test_tls_is_required_and_every_statement_logged() -> None:
    found = only(warehouse("standard"), "AWS::Redshift::ClusterParameterGroup")["Parameters"]
    assert {p["ParameterName"]: p["ParameterValue"] for p in found} == {
        "require_ssl": "true",
        "enable_user_activity_logging": "true",
    }
    found = only(warehouse("serverless"), "AWS::RedshiftServerless::Workgroup")["ConfigParameters"]
    assert {p["ParameterKey"]: p["ParameterValue"] for p in found} == {
        "require_ssl": "true",
        "enable_user_activity_logging": "true",
    }


@pytest.mark.parametrize(("case", "count"), [("standard", 2), ("multi-az", 3)])
def test_the_cluster_stands_in_private_subnets_behind_its_group(case: str, count: int) -> None:
    template = warehouse(case)
    subnets = only(template, "AWS::Redshift::ClusterSubnetGroup")["SubnetIds"]
    assert len(subnets) == count
    assert all("rivateSubnet" in str(subnet) for subnet in subnets)
    assert "allowredshift" in str(only(template, CLUSTER)["VpcSecurityGroupIds"])


@pytest.mark.parametrize(
    ("case", "prefix"),
    [
        ("standard", "/aws/redshift/cluster/cat-data-cluster"),
        ("serverless", "/aws/redshift/cat-data"),
    ],
)
def test_audit_logs_are_encrypted_and_end_after_a_year(case: str, prefix: str) -> None:
    groups = resources(warehouse(case), "AWS::Logs::LogGroup").values()
    assert {group["LogGroupName"] for group in groups} == {
        f"{prefix}/{name}" for name in ("connectionlog", "userlog", "useractivitylog")
    }
    for group in groups:
        assert group["RetentionInDays"] == 365 and KEY in str(group["KmsKeyId"])


def test_serverless_has_the_same_database_role_and_encryption() -> None:
    template = warehouse("serverless")
    namespace = only(template, "AWS::RedshiftServerless::Namespace")
    assert namespace["DbName"] == "catdata"
    assert namespace["ManageAdminPassword"] is True and "AdminUserPassword" not in namespace
    assert KEY in str(namespace["KmsKeyId"]) and KEY in str(
        namespace["AdminPasswordSecretKmsKeyId"]
    )
    assert namespace["IamRoles"] == [namespace["DefaultIamRoleArn"]]
    assert namespace["SnapshotCopyConfigurations"] == [
        {"DestinationRegion": "ap-northeast-3", "SnapshotRetentionPeriod": 35}
    ]
    workgroup = only(template, "AWS::RedshiftServerless::Workgroup")
    assert (workgroup["BaseCapacity"], workgroup["MaxCapacity"]) == (8, 16)
    assert workgroup["PubliclyAccessible"] is False and workgroup["EnhancedVpcRouting"] is True
    assert len(workgroup["SubnetIds"]) == 3
    assert not resources(template, CLUSTER) and COPIES not in synthesise(SWITCHES["serverless"])


def test_no_warehouse_is_no_stack() -> None:
    assert not {STACK, COPIES} & set(synthesise(CASES["small"]))


@pytest.mark.parametrize("case", WITH_WAREHOUSE)
def test_spectrum_reads_the_folders_and_databases_of_dbts_sources(case: str) -> None:
    statements = [s for s in grants(warehouse(case)) if "redshift" not in str(s["Action"])]
    actions = {
        a
        for s in statements
        for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    }
    assert not any("*" in a for a in actions)
    assert all(a.split(":")[1].startswith(("Get", "List", "BatchGet")) for a in actions)
    resources_of = json.dumps([s["Resource"] for s in statements])
    for folder in ("normalized", "loads", "reference", "quarantine"):
        assert f"/{folder}/*" in resources_of
    for forbidden in ("/raw/", "/marts/", "catdata_raw", "catdata_marts"):
        assert forbidden not in resources_of
    for database in ("catdata_normalized", "catdata_reference", "catdata_operations"):
        assert f"database/{database}" in resources_of


@pytest.mark.parametrize(
    ("case", "action", "resource"),
    [
        (
            "standard",
            "redshift:GetClusterCredentialsWithIAM",
            ":dbname:cat-data-cluster/catdata",
        ),
        ("serverless", "redshift-serverless:GetCredentials", "Workgroup.WorkgroupArn"),
    ],
)
def test_dbt_signs_in_to_the_one_database_by_its_role(
    case: str, action: str, resource: str
) -> None:
    [statement] = [s for s in grants(warehouse(case)) if "redshift" in str(s["Action"])]
    assert statement["Action"] == action
    assert resource in json.dumps(statement["Resource"])
    catalog = synthesise(CASES[case])["cat-data-catalog"]
    [role] = [
        r
        for r in resources(catalog, "AWS::IAM::Role").values()
        if r.get("RoleName") == "athena-execution-role"
    ]
    assert len(role["ManagedPolicyArns"]) == 1


def test_copies_have_a_key_and_a_grant_in_their_region() -> None:
    settings = CASES["standard"]
    assembly = build(settings).synth()
    copies = assembly.get_stack_by_name(COPIES)
    assert copies.environment.region == settings.warehouse.snapshot_copy_region
    assert only(copies.template, "AWS::KMS::Key")["EnableKeyRotation"] is True
    call = str(only(copies.template, "Custom::AWS")["Create"])
    assert "createSnapshotCopyGrant" in call and "cat-data-cluster-copies" in call
    actions = {a for s in grants(copies.template) for a in s["Action"]}
    assert actions == {
        "redshift:CreateSnapshotCopyGrant",
        "redshift:DeleteSnapshotCopyGrant",
        "kms:CreateGrant",
        "kms:DescribeKey",
        "kms:RetireGrant",
    }
    needed = {d.id for d in assembly.get_stack_by_name(STACK).dependencies}
    assert COPIES in needed


def test_nodes_that_aws_no_longer_makes_are_warned_of() -> None:
    stack = build(CASES["v22"]).synth().get_stack_by_name(STACK)
    said = str(messages(stack.assembly, STACK))
    assert "dc2.large は新しく作成できません" in said and "no longer creates dc2" in said
    standard = build(CASES["standard"]).synth().get_stack_by_name(STACK)
    assert "dc2" not in str(messages(standard.assembly, STACK))


@pytest.mark.parametrize(
    ("warehouse", "words"),
    [
        ({"snapshot_copy_region": "ap-northeast-1"}, "another region than ap-northeast-1"),
        (
            {"kind": "serverless", "base_capacity_rpu": 32},
            "max_capacity_rpu must not be below",
        ),
        ({"node_type": "dc2.large", "multi_az": True}, "RA3 nodes only"),
    ],
)
def test_what_redshift_cannot_do_is_refused(warehouse: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        given(warehouse=warehouse)
