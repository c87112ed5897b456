"""What roles may do, by name: each function lists its actions and narrows their resources."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, Stack, Token, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

_READ_CATALOG = (
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetTableVersions",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
)
_WRITE_CATALOG = (
    "glue:CreateTable",
    "glue:UpdateTable",
    "glue:DeleteTable",
    "glue:BatchDeleteTableVersion",
    "glue:CreatePartition",
    "glue:UpdatePartition",
    "glue:DeletePartition",
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
)
_QUERY = (
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:BatchGetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetWorkGroup",
)


def read(role: iam.IRole, bucket: s3.IBucket, *prefixes: str) -> None:
    """Let a role list and read the objects below some prefixes."""
    _allow(
        role,
        ["s3:ListBucket"],
        [bucket.bucket_arn],
        {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
    )
    _allow(role, ["s3:GetBucketLocation"], [bucket.bucket_arn])
    _allow(role, ["s3:GetObject"], _objects(bucket, prefixes))


def write(role: iam.IRole, bucket: s3.IBucket, *prefixes: str) -> None:
    """Let a role list, read, write and delete the objects below some prefixes."""
    read(role, bucket, *prefixes)
    _allow(
        role,
        [
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        ],
        _objects(bucket, prefixes),
    )


def read_object(role: iam.IRole, bucket: s3.IBucket, key: str) -> None:
    """Let a role read one object, such as a script that the deployment ships."""
    _allow(role, ["s3:GetObject"], [bucket.arn_for_objects(key)])


def read_secret(role: iam.IRole, secret_arn: str, key: kms.IKey) -> None:
    """Let a role read one secret that a key encrypts."""
    _allow(role, ["secretsmanager:GetSecretValue"], [secret_arn])
    _allow(role, ["kms:Decrypt"], [key.key_arn])


def encrypt_logs(role: iam.IRole, key: kms.IKey) -> None:
    """Let a job write logs and bookmarks that a key encrypts."""
    _allow(role, ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn])
    _allow(role, ["logs:AssociateKmsKey"], [_glue_logs(Stack.of(key))])


def send_metrics(role: iam.IRole, namespace: str) -> None:
    """Let a role send metrics of one namespace; CloudWatch knows no narrower resource."""
    _allow(
        role,
        ["cloudwatch:PutMetricData"],
        [_ANY_METRIC],
        {"StringEquals": {"cloudwatch:namespace": namespace}},
    )


def take_messages(role: iam.IRole, queue: sqs.IQueue) -> None:
    """Let a function take messages from a queue."""
    _allow(
        role,
        [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        ],
        [queue.queue_arn],
    )


def start_job(stack: Stack, role: iam.IRole, job: str) -> None:
    """Let a function start one job of Glue, and see whether a start whose answer was lost took place."""
    _allow(role, ["glue:StartJobRun", "glue:GetJobRuns"], [_arn(stack, "glue", f"job/{job}")])


def write_log(role: iam.IRole, group: logs.ILogGroup) -> None:
    """Let a function write into its log group, which is there already."""
    _allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], [group.log_group_arn])


def trace(role: iam.IRole) -> None:
    """Let a function send traces; X-Ray knows no narrower resource."""
    _allow(role, ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], [_ANY_TRACE])


def read_catalog(stack: Stack, role: iam.IRole, databases: Iterable[str]) -> None:
    """Let a role see some databases of Glue, their tables and partitions."""
    _allow(role, _READ_CATALOG, _catalog(stack, databases))


def write_catalog(stack: Stack, role: iam.IRole, databases: Iterable[str]) -> None:
    """Let a role change the tables and partitions of some databases of Glue."""
    names = list(databases)
    read_catalog(stack, role, names)
    _allow(role, _WRITE_CATALOG, _catalog(stack, names))


def read_tables(stack: Stack, role: iam.IRole, database: str, tables: Iterable[str]) -> None:
    """Let a role see some tables of one database of Glue; a name may end in a star."""
    found: list[_Resource | str] = [
        _arn(stack, "glue", "catalog"),
        _arn(stack, "glue", f"database/{database}"),
        _arn(stack, "glue", "database/default"),
    ]
    for name in tables:
        table = f"table/{database}/{name}"
        found.append(
            _Resource(
                _arn(stack, "glue", table),
                _called(stack, "glue", table),
                f"Tables named {name} hold figures alone",
            )
        )
    _allow(role, _READ_CATALOG, found)


def query(stack: Stack, role: iam.IRole, workgroups: Iterable[str]) -> None:
    """Let a role run queries in some workgroups of Athena."""
    _allow(role, _QUERY, [_arn(stack, "athena", f"workgroup/{name}") for name in workgroups])
    _allow(
        role,
        ["athena:GetDataCatalog", "athena:ListTableMetadata", "athena:ListDatabases"],
        [_arn(stack, "athena", "datacatalog/AwsDataCatalog")],
    )


def write_glue_logs(stack: Stack, role: iam.IRole) -> None:
    """Let a crawler or job of Glue write its logs."""
    _allow(
        role,
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        [_glue_logs(stack)],
    )


@dataclass(frozen=True)
class _Resource:
    """An ARN; one with a star has the name by which cdk-nag calls it, and why it cannot be narrower."""

    arn: str
    name: str = ""
    why: str = ""


_ANY_METRIC = _Resource(
    "*", "*", "CloudWatch has no resources here; a condition names the namespace"
)
_ANY_TRACE = _Resource("*", "*", "X-Ray has no resources for sending traces")


def _allow(
    role: iam.IRole,
    actions: Iterable[str],
    resources: Iterable[_Resource | str],
    conditions: dict[str, Any] | None = None,
) -> None:
    found = [_Resource(r) if isinstance(r, str) else r for r in resources]
    role.add_to_principal_policy(
        iam.PolicyStatement(
            actions=list(actions),
            resources=[resource.arn for resource in found],
            conditions=conditions or {},
        )
    )
    for resource in found:
        if resource.why:
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{resource.name}]", resource.why)


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why a finding of cdk-nag stands; rules of IAM need the whole id with its brackets."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason))


def _objects(bucket: s3.IBucket, prefixes: Iterable[str]) -> list[_Resource]:
    owner = Stack.of(bucket)
    exported = owner.resolve(owner.export_value(bucket.bucket_arn))["Fn::ImportValue"]
    return [
        _Resource(
            bucket.arn_for_objects(f"{prefix}*"),
            f"{exported}/{prefix}*",
            f"Objects below {prefix} are not known in advance",
        )
        for prefix in prefixes
    ]


def _catalog(stack: Stack, databases: Iterable[str]) -> list[_Resource | str]:
    # Athena looks for the database default, whatever is asked.
    found: list[_Resource | str] = [
        _arn(stack, "glue", "catalog"),
        _arn(stack, "glue", "database/default"),
    ]
    for name in databases:
        tables = f"table/{name}/*"
        found += [
            _arn(stack, "glue", f"database/{name}"),
            _Resource(
                _arn(stack, "glue", tables),
                _called(stack, "glue", tables),
                f"Tables of {name} come and go",
            ),
        ]
    return found


def _glue_logs(stack: Stack) -> _Resource:
    groups = "log-group:/aws-glue/*"
    return _Resource(
        _arn(stack, "logs", groups),
        _called(stack, "logs", groups),
        "Glue names the log groups of its jobs and crawlers",
    )


def _arn(stack: Stack, service: str, resource: str) -> str:
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}"


def _called(stack: Stack, service: str, resource: str) -> str:
    """Return an ARN as cdk-nag writes it: what is known only at deployment in angle brackets."""
    account = "<AWS::AccountId>" if Token.is_unresolved(stack.account) else stack.account
    return f"arn:<AWS::Partition>:{service}:{stack.region}:{account}:{resource}"
