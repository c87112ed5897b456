"""Redshift: the design's cluster or a serverless workgroup, the role of Spectrum, and copies elsewhere.

The external schemas on the Glue catalog are no resources of AWS: dbt makes them at the start of each run
(macro external_schemas), with the role that CATDATA_REDSHIFT_IAM_ROLE names.
"""

from typing import Any

from aws_cdk import Annotations, ArnFormat, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_redshift as redshift
from aws_cdk import aws_redshiftserverless as serverless
from aws_cdk import custom_resources as resources
from constructs import Construct

from catdata.cli.register import DATABASES
from catdata.entities import QUARANTINE
from catdata.loads import layout
from cloud import design, grants
from cloud.network import NetworkStack
from cloud.parts import KEPT
from cloud.settings import Settings
from cloud.storage import StorageStack

NAMESPACE = design.PROJECT
COPY_GRANT = f"{design.CLUSTER}-copies"
_ADMIN = "catadmin"
_LOGS = ("connectionlog", "userlog", "useractivitylog")
# What dbt's sources read through external schemas.
_FOLDERS = (layout.NORMALIZED, layout.LOADS, layout.REFERENCE, QUARANTINE.name)
_ON = {"require_ssl": "true", "enable_user_activity_logging": "true"}
# Sunday 03:00 in Japan.
_MAINTENANCE = "sat:18:00-sat:18:30"
_DC2 = (
    "dc2.large は新しく作成できません（AWSが提供を終了しました）。warehouse.node_type を ra3.large に"
    "してください。 / dc2.large is the design's literal value, but AWS no longer creates dc2 nodes: this "
    "template is for comparison. Set warehouse.node_type to ra3.large to deploy."
)
NO_WAREHOUSE = (
    "warehouse.kind が none のため、Redshift は作りません（Athena だけで分析します）。 / "
    "No Redshift, as warehouse.kind is none: Athena answers alone."
)


class SnapshotCopyStack(Stack):
    """In another region: the key of copied snapshots, and Redshift's grant to use it.

    CloudFormation has a type for the grant, but not in Japan's regions; a call of Redshift's API makes it.
    """

    def __init__(self, scope: Construct, id: str, **stack: Any) -> None:
        super().__init__(scope, id, **stack)
        key = kms.Key(
            self,
            "Key",
            alias="cat-data-snapshots",
            description="Cat data: copies of the warehouse's snapshots",
            enable_key_rotation=True,
            removal_policy=KEPT,
        )
        name = {"SnapshotCopyGrantName": COPY_GRANT}
        resources.AwsCustomResource(
            self,
            "Grant",
            function_name=f"{design.PROJECT}-snapshot-copy-grant",
            on_create=self._call("createSnapshotCopyGrant", name | {"KmsKeyId": key.key_arn}),
            on_delete=self._call(
                "deleteSnapshotCopyGrant", name, ignore="SnapshotCopyGrantNotFoundFault"
            ),
            install_latest_aws_sdk=False,
            log_group=logs.LogGroup(
                self,
                "Log",
                retention=logs.RetentionDays.ONE_MONTH,
                removal_policy=RemovalPolicy.DESTROY,
            ),
            policy=resources.AwsCustomResourcePolicy.from_statements(self._statements(key)),
        )
        grants.acknowledge(
            self,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AWSLambdaBasicExecutionRole]",
            "The library's own function, which makes the call, writes its log by AWS's policy",
        )

    def _call(
        self, action: str, parameters: dict[str, str], ignore: str | None = None
    ) -> resources.AwsSdkCall:
        return resources.AwsSdkCall(
            service="Redshift",
            action=action,
            parameters=parameters,
            physical_resource_id=resources.PhysicalResourceId.of(COPY_GRANT),
            ignore_error_codes_matching=ignore,
        )

    def _statements(self, key: kms.Key) -> list[iam.PolicyStatement]:
        grant = self.format_arn(
            service="redshift",
            resource="snapshotcopygrant",
            resource_name=COPY_GRANT,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return [
            iam.PolicyStatement(
                actions=["redshift:CreateSnapshotCopyGrant", "redshift:DeleteSnapshotCopyGrant"],
                resources=[grant],
            ),
            iam.PolicyStatement(
                actions=["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
                resources=[key.key_arn],
            ),
        ]


class WarehouseStack(Stack):
    """The warehouse in the private subnets, encrypted, with its logs, and a policy to sign in."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        network: NetworkStack,
        storage: StorageStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self._settings = settings.warehouse
        self._network, self._storage = network, storage
        self.spectrum_role = self._spectrum_role()
        # A workgroup of Redshift Serverless is no cluster: it has other metrics and another sign-in.
        self.cluster_identifier: str | None = None
        self.workgroup: str | None = None
        # CloudFormation does not tell the secret of a namespace; Redshift names it itself.
        self.secret_arn: str | None = None
        if settings.warehouse.kind == "serverless":
            self._serverless()
        else:
            self._cluster()
        CfnOutput(self, "Host", value=self.host)
        CfnOutput(self, "SpectrumRoleArn", value=self.spectrum_role.role_arn)

    def _spectrum_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "SpectrumRole",
            assumed_by=iam.CompositePrincipal(
                iam.ServicePrincipal("redshift.amazonaws.com"),
                *(
                    [iam.ServicePrincipal("redshift-serverless.amazonaws.com")]
                    if self._settings.kind == "serverless"
                    else []
                ),
            ),
            description="Redshift reads the lake through the Glue catalog",
        )
        grants.read(role, self._storage.lake, *(f"{folder}/" for folder in _FOLDERS))
        grants.read_catalog(self, role, DATABASES.values())
        return role

    def _cluster(self) -> None:
        settings, key = self._settings, self._storage.key
        ra3 = settings.node_type.startswith("ra3")
        if not ra3:
            Annotations.of(self).add_warning_v2("cat-data:dc2", _DC2)
        subnets = redshift.CfnClusterSubnetGroup(
            self,
            "Subnets",
            description="Private subnets",
            subnet_ids=[subnet.subnet_id for subnet in self._network.private_subnets],
        )
        parameters = redshift.CfnClusterParameterGroup(
            self,
            "Parameters",
            description="TLS required, every statement logged",
            parameter_group_family="redshift-1.0",
            parameters=[
                redshift.CfnClusterParameterGroup.ParameterProperty(
                    parameter_name=name, parameter_value=value
                )
                for name, value in _ON.items()
            ],
        )
        cluster = redshift.CfnCluster(
            self,
            "Cluster",
            cluster_identifier=design.CLUSTER,
            cluster_type="multi-node",
            node_type=settings.node_type,
            number_of_nodes=settings.nodes,
            db_name=design.DATABASE,
            port=design.REDSHIFT_PORT,
            master_username=_ADMIN,
            manage_master_password=True,
            master_password_secret_kms_key_id=key.key_arn,
            encrypted=True,
            kms_key_id=key.key_arn,
            iam_roles=[self.spectrum_role.role_arn],
            cluster_subnet_group_name=subnets.ref,
            cluster_parameter_group_name=parameters.ref,
            vpc_security_group_ids=[self._network.allow_redshift.security_group_id],
            publicly_accessible=False,
            enhanced_vpc_routing=True,
            multi_az=settings.multi_az,
            # Moves to the other zone when its own fails; costs nothing, and several zones have no use
            # for it.
            availability_zone_relocation=ra3 and not settings.multi_az,
            allow_version_upgrade=True,
            preferred_maintenance_window=_MAINTENANCE,
            automated_snapshot_retention_period=settings.snapshot_days,
            destination_region=settings.snapshot_copy_region,
            snapshot_copy_grant_name=COPY_GRANT,
            snapshot_copy_retention_period=settings.snapshot_days,
            # CloudWatch and not the log bucket: encrypted with the key, there in minutes, and searched
            # and alarmed on with everything else.
            logging_properties=redshift.CfnCluster.LoggingPropertiesProperty(
                log_destination_type="cloudwatch", log_exports=list(_LOGS)
            ),
        )
        cluster.apply_removal_policy(RemovalPolicy.SNAPSHOT)
        self._log_groups(f"/aws/redshift/cluster/{design.CLUSTER}", cluster)
        grants.acknowledge(
            cluster,
            "AwsSolutions-RS4",
            "The design names Redshift's port; the groups let it be reached from known groups only",
        )
        self.cluster_identifier = design.CLUSTER
        self.host = cluster.attr_endpoint_address
        self.secret_arn = cluster.attr_master_password_secret_arn
        # dbt-redshift signs in by GetClusterCredentialsWithIAM: the database user follows from the role.
        self.connect_policy = self._connect_policy(
            "redshift:GetClusterCredentialsWithIAM",
            self.format_arn(
                service="redshift",
                resource="dbname",
                resource_name=f"{design.CLUSTER}/{design.DATABASE}",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
        )

    def _serverless(self) -> None:
        settings, key = self._settings, self._storage.key
        namespace = serverless.CfnNamespace(
            self,
            "Namespace",
            namespace_name=NAMESPACE,
            db_name=design.DATABASE,
            admin_username=_ADMIN,
            manage_admin_password=True,
            admin_password_secret_kms_key_id=key.key_arn,
            kms_key_id=key.key_arn,
            iam_roles=[self.spectrum_role.role_arn],
            default_iam_role_arn=self.spectrum_role.role_arn,
            log_exports=list(_LOGS),
            final_snapshot_name=f"{NAMESPACE}-final",
            final_snapshot_retention_period=settings.snapshot_days,
            # Without a key of that region the copies have AWS's own: a template cannot name a key by
            # what another region's template gives.
            snapshot_copy_configurations=[
                serverless.CfnNamespace.SnapshotCopyConfigurationProperty(
                    destination_region=settings.snapshot_copy_region,
                    snapshot_retention_period=settings.snapshot_days,
                )
            ],
        )
        self._log_groups(f"/aws/redshift/{NAMESPACE}", namespace)
        workgroup = serverless.CfnWorkgroup(
            self,
            "Workgroup",
            workgroup_name=design.CLUSTER,
            namespace_name=NAMESPACE,
            base_capacity=settings.base_capacity_rpu,
            # CloudFormation knows no usage limits of serverless: the most that runs at once is the limit.
            max_capacity=settings.max_capacity_rpu,
            port=design.REDSHIFT_PORT,
            publicly_accessible=False,
            enhanced_vpc_routing=True,
            subnet_ids=[subnet.subnet_id for subnet in self._network.private_subnets],
            security_group_ids=[self._network.allow_redshift.security_group_id],
            config_parameters=[
                serverless.CfnWorkgroup.ConfigParameterProperty(
                    parameter_key=name, parameter_value=value
                )
                for name, value in _ON.items()
            ],
        )
        workgroup.add_resource_dependency(namespace)
        self.workgroup = design.CLUSTER
        self.host = workgroup.attr_workgroup_endpoint_address
        self.connect_policy = self._connect_policy(
            "redshift-serverless:GetCredentials", workgroup.attr_workgroup_workgroup_arn
        )

    def _log_groups(
        self, prefix: str, source: redshift.CfnCluster | serverless.CfnNamespace
    ) -> None:
        """Make the groups before Redshift makes them, without a key and for ever."""
        for name in _LOGS:
            group = logs.LogGroup(
                self,
                name,
                log_group_name=f"{prefix}/{name}",
                retention=logs.RetentionDays.ONE_YEAR,
                encryption_key=self._storage.key,
                removal_policy=KEPT,
            )
            source.node.add_dependency(group)

    def _connect_policy(self, action: str, resource: str) -> iam.ManagedPolicy:
        """Return what a role needs to sign in; what it may do there, the database grants."""
        return iam.ManagedPolicy(
            self,
            "Connect",
            description=f"Sign in to {design.DATABASE} as the database user of the role",
            statements=[iam.PolicyStatement(actions=[action], resources=[resource])],
        )
