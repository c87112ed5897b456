"""What queries see: Glue databases and tables, the crawler of raw/, Athena's workgroups and roles."""

from typing import Any

from aws_cdk import CfnResource, Duration, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from catdata.catalog import LAYERS, table_input
from catdata.cli.register import DATABASES
from cloud import design, grants
from cloud.glue_security import security_configuration
from cloud.settings import Settings
from cloud.storage import EXTRACT_PREFIX, LAYER_PREFIXES, MARTS_PREFIX, StorageStack

# Beside the layers that the job writes: what the crawler finds, and what dbt makes.
RAW_DATABASE = "catdata_raw"
MARTS_DATABASE = "catdata_marts"
CRAWLER = "cat-data-raw"
ADHOC, DBT = "adhoc", "dbt"
ANALYST_ROLE = "cat-data-analyst"
# What analysts may read of dbt's tables: figures, lists, and records as they may be published. The facts
# and everything before the marts hold single animals, and lie in the same database.
READABLE = ("dim_*", "mart_*")
ADHOC_RESULTS = f"{design.ATHENA_RESULTS_PREFIX}adhoc/"
# Results are of the rows that were asked for: analysts do not see those of dbt.
_RESULTS = {ADHOC: ADHOC_RESULTS, DBT: design.ATHENA_RESULTS_PREFIX}
# Who carries it, with dbt or analyst as its value, may take that role where nobody is named.
ACCESS_TAG = "CatDataAccess"
# 03:00 in Japan.
_NIGHTLY = "cron(0 18 * * ? *)"
_GIB = 1 << 30


class CatalogStack(Stack):
    """Databases, tables, crawler, workgroups, and the two roles that ask Athena."""

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
        self._security = security_configuration(self, "cat-data-crawler", storage.key)
        self._databases()
        self._tables()
        self._crawler()
        self.workgroups = self._workgroups(settings)
        self.athena_role = self._athena_role(settings)
        self.analyst_role = self._analyst_role(settings)

    def _databases(self) -> None:
        for name in (*DATABASES.values(), RAW_DATABASE, MARTS_DATABASE):
            glue.CfnDatabase(
                self,
                name,
                catalog_id=self.account,
                database_input=glue.CfnDatabase.DatabaseInputProperty(name=name),
            )

    def _tables(self) -> None:
        """Make the lake's tables from the one schema.

        The job adds partitions, and projection where that is cheaper; a table as it stands here asks
        Glue for its partitions, so that a deployment never hides rows.
        """
        for layer, entities in LAYERS.items():
            for entity in entities:
                table = CfnResource(
                    self,
                    f"{layer}.{entity.name}",
                    type="AWS::Glue::Table",
                    properties={
                        "CatalogId": self.account,
                        "DatabaseName": DATABASES[layer],
                        "TableInput": table_input(entity, self._storage.lake_url, None),
                    },
                )
                table.node.add_dependency(self.node.find_child(DATABASES[layer]))

    def _crawler(self) -> None:
        role = iam.Role(
            self,
            "CrawlerRole",
            assumed_by=iam.ServicePrincipal("glue.amazonaws.com"),
            description="Reads raw/ and keeps its tables",
        )
        bucket = self._storage.lake
        grants.read(role, bucket, design.RAW_PREFIX)
        grants.write_catalog(self, role, [RAW_DATABASE])
        grants.write_glue_logs(self, role)
        grants.encrypt_logs(role, self._storage.key)
        self.crawler = glue.CfnCrawler(
            self,
            "Crawler",
            name=CRAWLER,
            description="Schema of the raw files, for looking into them; the job does not need it",
            role=role.role_arn,
            database_name=RAW_DATABASE,
            crawler_security_configuration=self._security.name,
            schedule=glue.CfnCrawler.ScheduleProperty(schedule_expression=_NIGHTLY),
            targets=glue.CfnCrawler.TargetsProperty(
                s3_targets=[
                    glue.CfnCrawler.S3TargetProperty(
                        path=f"{self._storage.lake_url}/{design.RAW_PREFIX}"
                    )
                ]
            ),
            recrawl_policy=glue.CfnCrawler.RecrawlPolicyProperty(
                recrawl_behavior="CRAWL_NEW_FOLDERS_ONLY"
            ),
            # What new folders only are crawled for may not change or delete what is known.
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="LOG", delete_behavior="LOG"
            ),
        )

        self.crawler.add_resource_dependency(self._security)

    def _workgroups(self, settings: Settings) -> list[str]:
        names = [DBT] if settings.athena.single_enforced_workgroup else [ADHOC, DBT]
        for name in names:
            athena.CfnWorkGroup(
                self,
                f"Workgroup-{name}",
                name=name,
                description={
                    ADHOC: "Analysts and QuickSight: the result location is enforced",
                    DBT: "dbt: tables get their own location, which an enforced one would take over",
                }[name],
                # Queries that ran are part of it; their results stay in the bucket.
                recursive_delete_option=True,
                work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                    enforce_work_group_configuration=(
                        name == ADHOC or settings.athena.single_enforced_workgroup
                    ),
                    publish_cloud_watch_metrics_enabled=True,
                    bytes_scanned_cutoff_per_query=settings.athena.cutoff_gb * _GIB,
                    engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                        selected_engine_version="Athena engine version 3"
                    ),
                    result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                        output_location=f"{self._storage.lake_url}/{_RESULTS[name]}",
                        encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                            encryption_option="SSE_S3"
                        ),
                    ),
                ),
            )
        return names

    def _athena_role(self, settings: Settings) -> iam.Role:
        role = iam.Role(
            self,
            "AthenaRole",
            role_name=design.ATHENA_ROLE,
            description="Runs dbt's and the API's queries: reads the lake, writes the marts and the API's extract",
            assumed_by=self._who(settings, settings.access.trusted_arns, "dbt"),
            max_session_duration=Duration.hours(4),
        )
        bucket = self._storage.lake
        grants.query(self, role, self.workgroups)
        grants.read(role, bucket, *LAYER_PREFIXES)
        grants.write(role, bucket, MARTS_PREFIX, EXTRACT_PREFIX, design.ATHENA_RESULTS_PREFIX)
        grants.read_catalog(self, role, [*DATABASES.values(), MARTS_DATABASE])
        grants.write_catalog(self, role, [MARTS_DATABASE])
        return role

    def _analyst_role(self, settings: Settings) -> iam.Role:
        role = iam.Role(
            self,
            "AnalystRole",
            role_name=ANALYST_ROLE,
            description="Asks the marts and writes nothing but its own query results",
            assumed_by=self._who(settings, settings.access.analyst_arns, "analyst"),
            max_session_duration=Duration.hours(4),
        )
        grants.query(self, role, [self.workgroups[0]])
        read_figures(self, role, self._storage.lake)
        return role

    def _who(self, settings: Settings, arns: tuple[str, ...], kind: str) -> iam.IPrincipal:
        """Return who may take a role: those named, else who carries its tag in this account."""
        access = settings.access
        named: list[iam.IPrincipal] = [iam.ArnPrincipal(arn) for arn in arns]
        if access.oidc_provider_arn and kind == "dbt":
            issuer = access.oidc_provider_arn.partition("oidc-provider/")[2]
            named.append(
                iam.WebIdentityPrincipal(
                    access.oidc_provider_arn,
                    {
                        "StringEquals": {
                            f"{issuer}:aud": "sts.amazonaws.com",
                            f"{issuer}:sub": access.oidc_subject,
                        }
                    },
                )
            )
        if not named:
            return iam.AccountPrincipal(self.account).with_conditions(
                {"StringEquals": {f"aws:PrincipalTag/{ACCESS_TAG}": kind}}
            )
        return iam.CompositePrincipal(*named)


def read_figures(stack: Stack, role: iam.IRole, bucket: s3.IBucket) -> None:
    """Let a role ask for the figures in the workgroup of analysts, and write nothing but its results."""
    folders = [f"{MARTS_PREFIX}{MARTS_DATABASE}/{name}" for name in READABLE]
    grants.read(role, bucket, *(folder.removesuffix("*") for folder in folders))
    grants.write(role, bucket, ADHOC_RESULTS)
    grants.read_tables(stack, role, MARTS_DATABASE, READABLE)
