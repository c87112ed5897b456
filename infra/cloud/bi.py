"""What QuickSight needs to ask the data: a way into the VPC, a role, and the data source."""

from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_quicksight as quicksight
from constructs import Construct

from cloud import design, grants
from cloud.catalog import CatalogStack, read_figures
from cloud.network import NetworkStack
from cloud.settings import Settings
from cloud.storage import StorageStack
from cloud.warehouse import WarehouseStack

DATA_SOURCE = "cat-data"
CONNECTION = "cat-data"
# The user of the database that QuickSight asks as; dbt grants it the marts (CATDATA_READERS).
DATABASE_USER = "quicksight"
NO_PRINCIPAL = (
    "bi.principal_arn がないため、QuickSight の資源は作りません。QuickSight のユーザーまたはグループの"
    "ARNを設定してください。 / No resources of QuickSight, as bi.principal_arn is missing: name the ARN "
    "of a user or group of QuickSight that owns them."
)
_OWNER = [
    f"quicksight:{action}"
    for action in (
        "DescribeDataSource",
        "DescribeDataSourcePermissions",
        "PassDataSource",
        "UpdateDataSource",
        "DeleteDataSource",
        "UpdateDataSourcePermissions",
    )
]


class BiStack(Stack):
    """QuickSight's data source on the warehouse or on Athena, owned by the settings' principal."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        storage: StorageStack,
        catalog: CatalogStack,
        network: NetworkStack,
        warehouse: WarehouseStack | None,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        assert settings.bi.principal_arn is not None
        self._principal = settings.bi.principal_arn
        if settings.bi.source == "athena":
            self.source = self._athena(storage, catalog)
        else:
            assert warehouse is not None
            self.source = self._redshift(network, warehouse)

    def _redshift(
        self, network: NetworkStack, warehouse: WarehouseStack
    ) -> quicksight.CfnDataSource:
        connection = self._connection(network)
        role = self._role("DatabaseRole", "QuickSight signs in to Redshift, without a password")
        user, database = (
            self.format_arn(
                service="redshift",
                resource=kind,
                resource_name=f"{design.CLUSTER}/{name}",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            for kind, name in (("dbuser", DATABASE_USER), ("dbname", design.DATABASE))
        )
        for action, resources in (
            ("redshift:GetClusterCredentials", [user, database]),
            ("redshift:CreateClusterUser", [user]),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=[action], resources=resources))
        source = self._source(
            "REDSHIFT",
            quicksight.CfnDataSource.DataSourceParametersProperty(
                redshift_parameters=quicksight.CfnDataSource.RedshiftParametersProperty(
                    cluster_id=design.CLUSTER,
                    host=warehouse.host,
                    port=design.REDSHIFT_PORT,
                    database=design.DATABASE,
                    iam_parameters=quicksight.CfnDataSource.RedshiftIAMParametersProperty(
                        role_arn=role.role_arn,
                        database_user=DATABASE_USER,
                        auto_create_database_user=True,
                    ),
                )
            ),
            ssl_properties=quicksight.CfnDataSource.SslPropertiesProperty(disable_ssl=False),
            vpc_connection_properties=quicksight.CfnDataSource.VpcConnectionPropertiesProperty(
                vpc_connection_arn=connection.attr_arn
            ),
        )
        # QuickSight tries to sign in when the source is made.
        source.node.add_dependency(role)
        return source

    def _connection(self, network: NetworkStack) -> quicksight.CfnVPCConnection:
        group = self._group(network)
        subnets = [subnet.subnet_id for subnet in network.private_subnets]
        role = self._role("NetworkRole", "QuickSight makes its network interfaces in the VPC")
        interfaces = f"arn:{self.partition}:ec2:{self.region}:{self.account}:network-interface/*"
        places = [
            f"arn:{self.partition}:ec2:{self.region}:{self.account}:{kind}/{id}"
            for kind, id in (
                *(("subnet", subnet) for subnet in subnets),
                ("security-group", group.security_group_id),
            )
        ]
        for actions, resources in (
            (
                ["ec2:CreateNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"],
                [interfaces, *places],
            ),
            (["ec2:DeleteNetworkInterface"], [interfaces]),
            (["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"], ["*"]),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources))
        grants.acknowledge(
            role,
            f"AwsSolutions-IAM5[Resource::{grants._called(self, 'ec2', 'network-interface/*')}]",
            "Interfaces have no name before QuickSight makes them",
        )
        grants.acknowledge(
            role, "AwsSolutions-IAM5[Resource::*]", "EC2 has no resources for describing"
        )
        connection = quicksight.CfnVPCConnection(
            self,
            "Connection",
            aws_account_id=self.account,
            vpc_connection_id=CONNECTION,
            name=CONNECTION,
            role_arn=role.role_arn,
            subnet_ids=subnets,
            security_group_ids=[group.security_group_id],
        )
        connection.node.add_dependency(role)
        return connection

    def _group(self, network: NetworkStack) -> ec2.SecurityGroup:
        """Make QuickSight's group, known to the warehouse's.

        Its interfaces keep no state: what the warehouse answers comes to a port that nobody knows.
        """
        group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=network.vpc,
            security_group_name="cat-data-quicksight",
            description="QuickSight: Redshift and its answers",
            allow_all_outbound=False,
        )
        port = ec2.Port.tcp(design.REDSHIFT_PORT)
        group.add_egress_rule(network.allow_redshift, port, "Redshift")
        group.add_ingress_rule(network.allow_redshift, ec2.Port.all_tcp(), "Answers of Redshift")
        network.allow_redshift.add_ingress_rule(
            group, port, "Redshift from QuickSight", remote_rule=True
        )
        return group

    def _athena(self, storage: StorageStack, catalog: CatalogStack) -> quicksight.CfnDataSource:
        workgroup = catalog.workgroups[0]
        role = self._role("AthenaRole", "QuickSight asks Athena for the marts")
        grants.query(self, role, [workgroup])
        read_figures(self, role, storage.lake)
        source = self._source(
            "ATHENA",
            quicksight.CfnDataSource.DataSourceParametersProperty(
                athena_parameters=quicksight.CfnDataSource.AthenaParametersProperty(
                    work_group=workgroup, role_arn=role.role_arn
                )
            ),
        )
        source.node.add_dependency(role)
        return source

    def _role(self, id: str, description: str) -> iam.Role:
        return iam.Role(
            self,
            id,
            assumed_by=iam.ServicePrincipal("quicksight.amazonaws.com"),
            description=description,
        )

    def _source(
        self,
        type: str,
        parameters: quicksight.CfnDataSource.DataSourceParametersProperty,
        **more: Any,
    ) -> quicksight.CfnDataSource:
        return quicksight.CfnDataSource(
            self,
            "Source",
            aws_account_id=self.account,
            data_source_id=DATA_SOURCE,
            name="猫データ / cat data",
            type=type,
            data_source_parameters=parameters,
            permissions=[
                quicksight.CfnDataSource.ResourcePermissionProperty(
                    principal=self._principal, actions=_OWNER
                )
            ],
            **more,
        )
