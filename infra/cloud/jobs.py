"""The jobs of glue/jobs on AWS Glue: one job a file, with its role, arguments and schedule."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from catdata.cli.freshness import NAMESPACE
from catdata.cli.register import DATABASES
from cloud import design, grants
from cloud.glue_security import security_configuration
from cloud.job_package import job_code, job_requirements
from cloud.packaging import ROOT
from cloud.parts import KEPT
from cloud.storage import LAYER_PREFIXES, TRIGGER_PREFIX, StorageStack

SCRIPTS = ROOT / "glue" / "jobs"
GLUE_VERSION = "5.1"
WORKER, WORKERS = "G.1X", 2
TIMEOUT_MINUTES = 30


@dataclass(frozen=True)
class JobSpec:
    """What one job needs beyond what all have; times of schedules are UTC."""

    description: str
    arguments: dict[str, str] = field(default_factory=dict)
    schedule: str | None = None
    reads_raw: bool = False
    writes_lake: bool = True
    # Runs of one job at a time: the ledger lets loads of different objects meet, so that more is safe.
    concurrent: int = 1


SPECS: dict[str, JobSpec] = {
    "normalize": JobSpec(
        "Raw objects to normalized Parquet; started by process-cat-data, and nightly for what it missed",
        {"--register": "true"},
        # 01:00 in Japan: an object whose run died is told to nobody again.
        "cron(0 16 * * ? *)",
        reads_raw=True,
        concurrent=3,
    ),
    "expire": JobSpec(
        "Deletes files that no reader needs", {"--keep-days": "30"}, "cron(0 17 ? * SUN *)"
    ),
    "compact": JobSpec(
        "Merges small files", {"--target-mb": "128", "--min-files": "8"}, "cron(30 17 ? * SUN *)"
    ),
    "freshness": JobSpec(
        "Sends the age of each source's newest load to CloudWatch",
        {"--metrics": "true"},
        "cron(0 20 * * ? *)",
        writes_lake=False,
    ),
}


def job_name(script: str) -> str:
    """Return the name on Glue of a job, from the name of its script."""
    return f"{design.PROJECT}-{script}"


class JobsStack(Stack):
    """One Glue job for every script of glue/jobs; a script without a specification is an error."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        storage: StorageStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self._security = security_configuration(self, "cat-data-jobs", storage.key)
        self._storage = storage
        self.secret = secrets.Secret(
            self,
            "ApplicantKey",
            description="Key of the hashes of applicants; a new key breaks the link to earlier loads",
            encryption_key=storage.key,
            removal_policy=KEPT,
            generate_secret_string=secrets.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        grants.acknowledge(
            self.secret,
            "AwsSolutions-SMG4",
            "A new key would part applicants from their earlier years; the runbook says when to rotate",
        )
        self._code = assets.Asset(self, "Code", path=str(job_code()))
        self._requirements = assets.Asset(self, "Requirements", path=str(job_requirements()))
        self.names = {
            path.stem: self._job(path, SPECS[path.stem]) for path in sorted(SCRIPTS.glob("*.py"))
        }

    def _job(self, path: Path, spec: JobSpec) -> str:
        name = job_name(path.stem)
        script = assets.Asset(self, f"{path.stem}-script", path=str(path))
        role = self._role(path.stem, spec, script)
        job = glue.CfnJob(
            self,
            f"{path.stem}-job",
            name=name,
            description=spec.description,
            role=role.role_arn,
            glue_version=GLUE_VERSION,
            worker_type=WORKER,
            number_of_workers=WORKERS,
            timeout=TIMEOUT_MINUTES,
            # The trigger tries again by its queue; a retry here would run beside it.
            max_retries=0,
            execution_property=glue.CfnJob.ExecutionPropertyProperty(
                max_concurrent_runs=spec.concurrent
            ),
            security_configuration=self._security.name,
            command=glue.CfnJob.JobCommandProperty(
                name="glueetl", python_version="3", script_location=script.s3_object_url
            ),
            default_arguments=self._arguments(spec),
        )
        job.add_resource_dependency(self._security)
        if spec.schedule is not None:
            self._schedule(path.stem, name, spec.schedule).add_resource_dependency(job)
        return name

    def _arguments(self, spec: JobSpec) -> dict[str, str]:
        """Return the arguments of every run: Glue's own first, then those of the script."""
        own = {"--lake": self._storage.lake_url} | spec.arguments
        if spec.reads_raw:
            own["--applicant-key-secret"] = self.secret.secret_arn
            # The metrics of Spark: the other jobs start none.
            own |= {"--enable-metrics": "true", "--enable-observability-metrics": "true"}
        return {
            "--extra-py-files": self._code.s3_object_url,
            "--additional-python-modules": self._requirements.s3_object_url,
            "--python-modules-installer-option": "-r",
            "--enable-auto-scaling": "true",
            "--enable-continuous-cloudwatch-log": "true",
            "--job-bookmark-option": "job-bookmark-disable",
        } | own

    def _schedule(self, script: str, name: str, schedule: str) -> glue.CfnTrigger:
        return glue.CfnTrigger(
            self,
            f"{script}-schedule",
            name=name,
            type="SCHEDULED",
            schedule=schedule,
            start_on_creation=True,
            actions=[glue.CfnTrigger.ActionProperty(job_name=name)],
        )

    def _role(self, script: str, spec: JobSpec, asset: assets.Asset) -> iam.Role:
        role = iam.Role(
            self,
            f"{script}-role",
            assumed_by=iam.ServicePrincipal("glue.amazonaws.com"),
            description=f"Job {job_name(script)}",
        )
        bucket = self._storage.lake
        for shipped in (asset, self._code, self._requirements):
            grants.read_object(role, shipped.bucket, shipped.s3_object_key)
        grants.write_glue_logs(self, role)
        grants.encrypt_logs(role, self._storage.key)
        if spec.writes_lake:
            grants.write(role, bucket, *LAYER_PREFIXES)
        else:
            grants.read(role, bucket, *LAYER_PREFIXES)
            grants.send_metrics(role, NAMESPACE)
        if spec.reads_raw:
            grants.read(role, bucket, design.RAW_PREFIX, TRIGGER_PREFIX)
            grants.read_secret(role, self.secret.secret_arn, self._storage.key)
            grants.write_catalog(self, role, DATABASES.values())
            grants.send_metrics(role, "Glue")
        return role
