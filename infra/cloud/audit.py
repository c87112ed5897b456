"""Who did what, what changed, and what it costs: CloudTrail, AWS Config and a budget."""

from typing import Any

from aws_cdk import Annotations, Duration, Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cloud import design, grants
from cloud.parts import CLOSED, KEPT, expiring
from cloud.settings import Settings
from cloud.storage import StorageStack

BUDGET = f"{design.PROJECT}-monthly"
_CONFIG_PREFIX = "config"
_ACCESS_LOGS = "s3-audit/"
# Five years, as long as a municipality commonly keeps its records of operation.
_KEEP = Duration.days(1827)
_RULES = {
    "s3-public": config.ManagedRuleIdentifiers.S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED,
    "s3-versioning": config.ManagedRuleIdentifiers.S3_BUCKET_VERSIONING_ENABLED,
    "s3-encryption": config.ManagedRuleIdentifiers.S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED,
    "s3-tls": config.ManagedRuleIdentifiers.S3_BUCKET_SSL_REQUESTS_ONLY,
    "volume-encryption": config.ManagedRuleIdentifiers.EBS_ENCRYPTED_VOLUMES,
    "trail-enabled": config.ManagedRuleIdentifiers.CLOUD_TRAIL_ENABLED,
    "trail-encryption": config.ManagedRuleIdentifiers.CLOUD_TRAIL_ENCRYPTION_ENABLED,
    "trail-validation": config.ManagedRuleIdentifiers.CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED,
    "flow-logs": config.ManagedRuleIdentifiers.VPC_FLOW_LOGS_ENABLED,
    "ssh-closed": config.ManagedRuleIdentifiers.EC2_SECURITY_GROUPS_INCOMING_SSH_DISABLED,
    "root-keys": config.ManagedRuleIdentifiers.IAM_ROOT_ACCESS_KEY_CHECK,
}
_CLUSTER_RULES = {
    "redshift-encryption": config.ManagedRuleIdentifiers.REDSHIFT_CLUSTER_KMS_ENABLED,
    "redshift-public": config.ManagedRuleIdentifiers.REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK,
    "redshift-tls": config.ManagedRuleIdentifiers.REDSHIFT_REQUIRE_TLS_SSL,
    "redshift-backup": config.ManagedRuleIdentifiers.REDSHIFT_BACKUP_ENABLED,
}
_NOBODY = (
    "alerts.emails が空のため、予算を超えても誰にも通知されません。 / "
    "alerts.emails is empty: the budget stands, but nobody is told when it is exceeded."
)


class AuditStack(Stack):
    """The trail, the recorder of configurations, and the month's budget of the account."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        storage: StorageStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self._storage = storage
        self._trail_arn = (
            f"arn:{self.partition}:cloudtrail:{self.region}:{self.account}:trail/{design.TRAIL}"
        )
        self.key = self._key()
        self.bucket = self._bucket()
        self._trail()
        if settings.audit.config_recorder != "off":
            self._config(settings)
        self._budget(settings)

    def _key(self) -> kms.Key:
        """Make a key apart from the data's: who may read data may not read, or lose, the evidence."""
        key = kms.Key(
            self,
            "Key",
            alias=design.TRAIL,
            description="Cat data: records of audit",
            enable_key_rotation=True,
            removal_policy=KEPT,
        )
        trails = f"arn:{self.partition}:cloudtrail:*:{self.account}:trail/*"
        service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
        of_the_trail = {"StringEquals": {"aws:SourceArn": self._trail_arn}}
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["kms:GenerateDataKey"],
                resources=["*"],
                conditions=of_the_trail
                | {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}},
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["kms:DescribeKey"],
                resources=["*"],
                conditions=of_the_trail,
            )
        )
        return key

    def _bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Records",
            **CLOSED,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[expiring(_KEEP, Duration.days(90))],
        )
        self._log_access(bucket)
        service = iam.ServicePrincipal("cloudtrail.amazonaws.com")
        of_the_trail = {"aws:SourceArn": self._trail_arn}
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["s3:GetBucketAcl"],
                resources=[bucket.bucket_arn],
                conditions={"StringEquals": of_the_trail},
            )
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(f"AWSLogs/{self.account}/*")],
                conditions={
                    "StringEquals": of_the_trail | {"s3:x-amz-acl": "bucket-owner-full-control"}
                },
            )
        )
        return bucket

    def _log_access(self, bucket: s3.Bucket) -> None:
        """Have the storage's log bucket take access logs, without making it know this bucket.

        The library's own way names this bucket in the other's policy: each stack would need the other
        first.
        """
        logged = self._storage.log_bucket
        logged.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[logged.arn_for_objects(f"{_ACCESS_LOGS}*")],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        made = bucket.node.default_child
        assert isinstance(made, s3.CfnBucket)
        made.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=logged.bucket_name, log_file_prefix=_ACCESS_LOGS
        )

    def _trail(self) -> None:
        # In CloudWatch, too: there people search it and alarms watch it.
        group = logs.LogGroup(
            self,
            "TrailLog",
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=self._storage.key,
            removal_policy=KEPT,
        )
        role = iam.Role(
            self,
            "TrailRole",
            assumed_by=iam.ServicePrincipal("cloudtrail.amazonaws.com"),
            description=f"Trail {design.TRAIL} writes its log group",
        )
        grants.write_log(role, group)
        trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=design.TRAIL,
            is_logging=True,
            s3_bucket_name=self.bucket.bucket_name,
            kms_key_id=self.key.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            event_selectors=[
                cloudtrail.CfnTrail.EventSelectorProperty(
                    include_management_events=True, read_write_type="All"
                )
            ],
            cloud_watch_logs_log_group_arn=group.log_group_arn,
            cloud_watch_logs_role_arn=role.role_arn,
        )
        # CloudTrail tries bucket and log group when the trail is made.
        policy = self.bucket.policy
        assert policy is not None
        trail.node.add_dependency(policy, role)

    def _config(self, settings: Settings) -> None:
        rules = dict(_RULES)
        if settings.warehouse.kind == "provisioned":
            rules |= _CLUSTER_RULES
        made = [
            config.ManagedRule(
                self, name, identifier=identifier, config_rule_name=f"{design.PROJECT}-{name}"
            )
            for name, identifier in rules.items()
        ]
        if settings.audit.config_recorder == "create":
            recorder = self._recorder()
            for rule in made:
                rule.node.add_dependency(recorder)

    def _recorder(self) -> config.CfnConfigurationRecorder:
        role = iam.Role(
            self,
            "ConfigRole",
            assumed_by=iam.ServicePrincipal("config.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": self.account}}
            ),
            description="AWS Config reads configurations and keeps them",
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWS_ConfigRole")
            ],
        )
        grants.acknowledge(
            role,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWS_ConfigRole]",
            "AWS keeps the list of what the recorder must read of every type of resource",
        )
        objects = f"{_CONFIG_PREFIX}/*"
        made = self.bucket.node.default_child
        assert isinstance(made, s3.CfnBucket)
        grants.acknowledge(
            role,
            f"AwsSolutions-IAM5[Resource::<{self.get_logical_id(made)}.Arn>/{objects}]",
            "The recorder names its records by their time",
        )
        for actions, resource in (
            (["s3:GetBucketAcl", "s3:ListBucket"], self.bucket.bucket_arn),
            (["s3:PutObject"], self.bucket.arn_for_objects(objects)),
            (["kms:GenerateDataKey", "kms:Decrypt"], self.key.key_arn),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        recorder = config.CfnConfigurationRecorder(
            self,
            "Recorder",
            role_arn=role.role_arn,
            recording_group=config.CfnConfigurationRecorder.RecordingGroupProperty(
                all_supported=True, include_global_resource_types=True
            ),
        )
        config.CfnDeliveryChannel(
            self,
            "Delivery",
            s3_bucket_name=self.bucket.bucket_name,
            s3_key_prefix=_CONFIG_PREFIX,
            s3_kms_key_arn=self.key.key_arn,
        ).node.add_dependency(role)
        recorder.node.add_dependency(role)
        return recorder

    def _budget(self, settings: Settings) -> None:
        """Watch the whole account: costs can be told apart by tag only after a person activates tags."""
        emails = settings.alerts.emails
        if not emails:
            Annotations.of(self).add_warning_v2("cat-data:budget", _NOBODY)
        subscribers = [
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=address)
            for address in emails
        ]
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=BUDGET,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=settings.alerts.monthly_budget_usd, unit="USD"
                ),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=subscribers,
                )
                for kind, percent in (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
            ]
            if subscribers
            else None,
        )
