"""Parts that several stacks have: a bucket of logs that stays, and a function with role and log."""

from typing import Any, NamedTuple

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cloud import grants
from cloud.packaging import ARCHITECTURE, RUNTIME

KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
# Of every bucket: nothing public, nothing without encryption, nothing lost at once.
CLOSED: dict[str, Any] = {
    "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
    "enforce_ssl": True,
    "minimum_tls_version": 1.2,
    "versioned": True,
    "removal_policy": KEPT,
}


def expiring(days: Duration, noncurrent: Duration) -> s3.LifecycleRule:
    """Return the rule by which a bucket of records lets them go."""
    return s3.LifecycleRule(
        expiration=days,
        noncurrent_version_expiration=noncurrent,
        abort_incomplete_multipart_upload_after=Duration.days(7),
    )


def log_bucket(scope: Construct, id: str, ownership: s3.ObjectOwnership) -> s3.Bucket:
    """Make a bucket that holds access logs for a year and a month."""
    return s3.Bucket(
        scope,
        id,
        **CLOSED,
        encryption=s3.BucketEncryption.S3_MANAGED,
        object_ownership=ownership,
        lifecycle_rules=[expiring(Duration.days(400), Duration.days(30))],
    )


class Called(NamedTuple):
    """A function of Lambda and the role that it runs as."""

    function: lambda_.Function
    role: iam.Role


def function(
    scope: Construct,
    id: str,
    name: str,
    description: str,
    key: kms.IKey,
    *,
    prefix: str,
    **settings: Any,
) -> Called:
    """Make a function with a role and an encrypted log group of its own; their ids begin with `prefix`.

    The role may write that log and send traces. `settings` are those of the library's Function.
    """
    group = logs.LogGroup(
        scope,
        f"{prefix}Log",
        log_group_name=f"/aws/lambda/{name}",
        retention=logs.RetentionDays.ONE_YEAR,
        encryption_key=key,
        removal_policy=KEPT,
    )
    role = iam.Role(
        scope,
        f"{prefix}Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=f"Function {name}",
    )
    grants.write_log(role, group)
    grants.trace(role)
    made = lambda_.Function(
        scope,
        id,
        function_name=name,
        description=description,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        role=role.without_policy_updates(),
        log_group=group,
        tracing=lambda_.Tracing.ACTIVE,
        **settings,
    )
    grants.acknowledge(
        made,
        "AwsSolutions-L1",
        "Python 3.11 is the interpreter of the lock and of Glue 5.1: what is tested is what runs",
    )
    return Called(made, role)
