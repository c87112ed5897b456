"""Where the data lies: the key, the lake's bucket, its log bucket, and the queue of arrivals."""

from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from catdata.entities import QUARANTINE
from catdata.loads import layout
from cloud import design
from cloud.parts import CLOSED, KEPT, log_bucket
from cloud.settings import Settings

# The function takes at most this long; a message stays hidden six times as long, as AWS advises for a
# queue that a function reads.
FUNCTION_SECONDS = 60
LAYER_PREFIXES = (
    f"{layout.NORMALIZED}/",
    f"{QUARANTINE.name}/",
    f"{layout.LOADS}/",
    f"{layout.REFERENCE}/",
)
# What lies in the bucket beside the layers of the job: claims and manifests of the trigger, dbt's tables
# on Athena, and the API's extract.
TRIGGER_PREFIX = "trigger/"
MARTS_PREFIX = "marts/"
EXTRACT_PREFIX = "api/"
_EVENTS = {"created": "s3:ObjectCreated:*", "put": "s3:ObjectCreated:Put"}
# A day: longer than a backlog of ten thousand files keeps an arrival waiting.
_TRIES = 240


class StorageStack(Stack):
    """The lake's bucket and what belongs to it; both buckets and the key outlive the stack."""

    def __init__(self, scope: Construct, id: str, settings: Settings, **stack: Any) -> None:
        super().__init__(scope, id, **stack)
        self.key = kms.Key(
            self,
            "Key",
            alias="cat-data",
            description="Cat data: warehouse, logs, queues, secrets",
            enable_key_rotation=True,
            removal_policy=KEPT,
        )
        self._let_services_use_the_key()
        self.log_bucket = log_bucket(self, "Logs", s3.ObjectOwnership.BUCKET_OWNER_ENFORCED)
        self.arrivals_dead = self._queue("ArrivalsDead", retention_period=Duration.days(14))
        self.arrivals = self._queue(
            "Arrivals",
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(6 * FUNCTION_SECONDS),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.arrivals_dead, max_receive_count=_TRIES
            ),
        )
        self.lake = self._lake(settings)
        self._send_arrivals(settings)
        CfnOutput(self, "Bucket", value=self.lake.bucket_name, description="Bucket of the lake")
        CfnOutput(self, "DeadLetters", value=self.arrivals_dead.queue_url)

    @property
    def lake_url(self) -> str:
        """The lake as jobs and dbt name it: the bucket itself."""
        return f"s3://{self.lake.bucket_name}"

    def _let_services_use_the_key(self) -> None:
        """Let logs be encrypted, and alarms and Glue's events reach an encrypted topic."""
        logs = f"arn:{self.partition}:logs:{self.region}:{self.account}:*"
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
            )
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("events.amazonaws.com"),
                ],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )

    def _lake(self, settings: Settings) -> s3.Bucket:
        named: dict[str, Any] = (
            {"bucket_name": design.BUCKET}
            if settings.bucket.namespace == "global"
            else {
                "bucket_name_prefix": design.BUCKET,
                "bucket_namespace": s3.BucketNamespace.ACCOUNT_REGIONAL,
            }
        )
        return s3.Bucket(
            self,
            "Lake",
            **named,
            **CLOSED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self.log_bucket,
            server_access_logs_prefix="s3/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="raw",
                    prefix=design.RAW_PREFIX,
                    noncurrent_version_expiration=Duration.days(365),
                ),
                *(
                    s3.LifecycleRule(
                        id=prefix.rstrip("/"),
                        prefix=prefix,
                        noncurrent_version_expiration=Duration.days(30),
                    )
                    for prefix in (*LAYER_PREFIXES, MARTS_PREFIX, EXTRACT_PREFIX)
                ),
                s3.LifecycleRule(
                    id="query-results",
                    prefix=design.ATHENA_RESULTS_PREFIX,
                    expiration=Duration.days(14),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="trigger",
                    prefix=TRIGGER_PREFIX,
                    expiration=Duration.days(90),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="multipart", abort_incomplete_multipart_upload_after=Duration.days(7)
                ),
            ],
        )

    def _queue(self, id: str, **settings: Any) -> sqs.Queue:
        return sqs.Queue(
            self,
            id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            **settings,
        )

    def _send_arrivals(self, settings: Settings) -> None:
        """Send the events of raw/ alone: what the job writes must not start it again."""
        # The bucket is named by its owner only: naming it by ARN would make queue and bucket need each
        # other first.
        self.arrivals.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.arrivals.queue_arn],
                conditions={
                    "ArnLike": {"aws:SourceArn": f"arn:{self.partition}:s3:::{design.BUCKET}*"},
                    "StringEquals": {"aws:SourceAccount": self.account},
                },
            )
        )
        bucket = self.lake.node.default_child
        assert isinstance(bucket, s3.CfnBucket)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event=_EVENTS[settings.trigger.events],
                    queue=self.arrivals.queue_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(
                            rules=[
                                s3.CfnBucket.FilterRuleProperty(
                                    name="prefix", value=design.RAW_PREFIX
                                )
                            ]
                        )
                    ),
                )
            ]
        )
        # S3 tries the queue when the notification is made.
        self.lake.node.add_dependency(self.arrivals.node.find_child("Policy"))
