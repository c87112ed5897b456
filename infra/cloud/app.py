"""All stacks of one deployment, from its settings."""

import json
from itertools import chain
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, App, Environment, Tags, Validations, cx_api
from cdk_nag import AwsSolutionsChecks

from cloud import design
from cloud.api import ApiStack
from cloud.audit import AuditStack
from cloud.bi import NO_PRINCIPAL, BiStack
from cloud.catalog import CatalogStack
from cloud.edge import REGION as EDGE_REGION
from cloud.edge import EdgeStack
from cloud.jobs import JobsStack
from cloud.monitoring import MonitoringStack
from cloud.network import NetworkStack
from cloud.settings import Settings
from cloud.storage import StorageStack
from cloud.trigger import TriggerStack
from cloud.warehouse import NO_WAREHOUSE, SnapshotCopyStack, WarehouseStack

# Behaviour of the library that new apps choose; here, so that tests and the cdk command agree.
FLAGS = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-apigateway:disableCloudWatchRole": True,
    "@aws-cdk/aws-kms:reduceCrossAccountRegionPolicyScope": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
}


def build(settings: Settings, **app: Any) -> App:
    """Return the app with every stack of the settings."""
    made = App(context=FLAGS, **app)
    here = Environment(account=settings.account, region=settings.region)
    storage = StorageStack(made, "cat-data-storage", settings, env=here)
    catalog = CatalogStack(made, "cat-data-catalog", settings, storage=storage, env=here)
    jobs = JobsStack(made, "cat-data-jobs", storage=storage, env=here)
    trigger = TriggerStack(made, "cat-data-trigger", storage=storage, jobs=jobs, env=here)
    api = None
    if settings.api.enabled:
        at_edge = Environment(account=settings.account, region=EDGE_REGION)
        # The distribution names the edge's firewall, which lives in another region.
        edge = EdgeStack(made, "cat-data-edge", env=at_edge, cross_region_references=True)
        api = ApiStack(
            made,
            "cat-data-api",
            settings,
            storage=storage,
            edge=edge,
            env=here,
            cross_region_references=True,
        )
    network = NetworkStack(made, "cat-data-network", settings, storage=storage, env=here)
    AuditStack(made, "cat-data-audit", settings, storage=storage, env=here)
    warehouse = None
    if settings.warehouse.kind == "none":
        Annotations.of(network).add_info_v2("cat-data:no-warehouse", NO_WAREHOUSE)
    else:
        warehouse = WarehouseStack(
            made, "cat-data-warehouse", settings, network=network, storage=storage, env=here
        )
        catalog.athena_role.add_managed_policy(warehouse.connect_policy)
        if settings.warehouse.kind == "provisioned":
            elsewhere = Environment(
                account=settings.account, region=settings.warehouse.snapshot_copy_region
            )
            warehouse.add_stack_dependency(
                SnapshotCopyStack(made, "cat-data-snapshot-copy", env=elsewhere)
            )
    if settings.bi.principal_arn is None:
        Annotations.of(network).add_info_v2("cat-data:no-principal", NO_PRINCIPAL)
    else:
        BiStack(
            made,
            "cat-data-bi",
            settings,
            storage=storage,
            catalog=catalog,
            network=network,
            warehouse=warehouse,
            env=here,
        )
    MonitoringStack(
        made,
        "cat-data-monitoring",
        settings,
        storage=storage,
        jobs=jobs,
        trigger=trigger,
        warehouse=warehouse,
        api=api,
        env=here,
    )
    for key, value in {
        "Project": design.PROJECT,
        "Env": settings.env,
        "DesignVersion": design.VERSION,
    }.items():
        Tags.of(made).add(key, value)
    return made


def check(app: App) -> None:
    """Have synthesis fail on a finding of cdk-nag's AwsSolutions that nobody has acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def messages(assembly: cx_api.CloudAssembly, stack: str) -> list[tuple[str, str]]:
    """Return the level and the text of what a stack of an assembly says to whoever synthesises it.

    Read from the assembly's own file: two packages of the lock ship the interface by which the library
    would tell it, and which of them is there depends on the order of their installation.
    """
    path = Path(assembly.directory, f"{stack}.metadata.json")
    entries = chain.from_iterable(json.loads(path.read_text("utf-8")).values())
    return [
        (level, entry["data"])
        for entry in entries
        for level in ("error", "warning", "info")
        if entry["type"] == f"aws:cdk:{level}"
    ]
