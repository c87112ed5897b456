"""Encryption of what Glue's jobs and crawlers write: logs and bookmarks by the key, objects by S3."""

from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from constructs import Construct


def security_configuration(
    scope: Construct, name: str, key: kms.IKey
) -> glue.CfnSecurityConfiguration:
    """Make a security configuration of Glue in a stack."""
    return glue.CfnSecurityConfiguration(
        scope,
        "Security",
        name=name,
        encryption_configuration=glue.CfnSecurityConfiguration.EncryptionConfigurationProperty(
            cloud_watch_encryption=glue.CfnSecurityConfiguration.CloudWatchEncryptionProperty(
                cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=key.key_arn
            ),
            job_bookmarks_encryption=glue.CfnSecurityConfiguration.JobBookmarksEncryptionProperty(
                job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key.key_arn
            ),
            s3_encryptions=[
                glue.CfnSecurityConfiguration.S3EncryptionProperty(s3_encryption_mode="SSE-S3")
            ],
        ),
    )
