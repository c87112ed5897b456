"""Every script of glue/jobs is a job on Glue, with arguments that it accepts."""

import runpy
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from infra_templates import Templates, arguments_of, resources

from catdata.cli.runtime import GLUE_ARGUMENTS
from cloud.job_package import job_code, job_requirements
from cloud.jobs import SPECS, job_name

Given = Callable[[str], Templates]
ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "glue" / "jobs").glob("*.py"))


@pytest.fixture
def jobs(templates: Given) -> dict[str, dict[str, Any]]:
    found = resources(templates("standard")["cat-data-jobs"], "AWS::Glue::Job")
    return {job["Name"]: job for job in found.values()}


def command_of(script: str) -> click.Command:
    """Return the command that a script of glue/jobs runs."""
    values = runpy.run_path(str(ROOT / "glue" / "jobs" / f"{script}.py")).values()
    [command] = [found for found in values if isinstance(found, click.Command)]
    return command


def test_every_script_has_its_job_and_its_alarm(
    templates: Given, jobs: dict[str, dict[str, Any]]
) -> None:
    assert set(SPECS) == set(SCRIPTS)
    assert set(jobs) == {job_name(script) for script in SCRIPTS}
    monitoring = templates("standard")["cat-data-monitoring"]
    alarms = resources(monitoring, "AWS::CloudWatch::Alarm").values()
    watched = {
        name
        for rule in resources(monitoring, "AWS::Events::Rule").values()
        for name in rule["EventPattern"]["detail"].get("jobName", [])
    }
    assert watched == set(jobs)
    for script in SCRIPTS:
        assert any(alarm["AlarmName"] == f"cat-data-Job-{script}Failure" for alarm in alarms)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_arguments_are_those_that_the_script_accepts(
    jobs: dict[str, dict[str, Any]], script: str
) -> None:
    command = command_of(script)
    own = arguments_of(jobs[job_name(script)])
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(own) <= known
    required = {p.opts[0] for p in command.params if p.required}
    assert required <= set(own)
    # As Glue passes them: every argument with a value, beside its own.
    argv = ["--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--JOB_NAME", job_name(script)]
    for name, value in own.items():
        argv += [name, value if isinstance(value, str) else "s3://cat-data-bucket"]
    command.context_settings = dict(GLUE_ARGUMENTS)
    context = command.make_context(script, argv, resilient_parsing=False)
    parsed = {
        parameter.opts[0]: context.params[parameter.name]
        for parameter in command.params
        if parameter.name
    }
    for name, value in own.items():
        if isinstance(value, str):
            assert str(parsed[name]).lower() == value.lower(), name


def test_jobs_run_on_glue_5_1_with_two_small_workers(jobs: dict[str, dict[str, Any]]) -> None:
    for job in jobs.values():
        assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("5.1", "G.1X", 2)
        assert job["Timeout"] == 30
        assert job["MaxRetries"] == 0
        assert job["SecurityConfiguration"] == "cat-data-jobs"
        assert job["DefaultArguments"]["--enable-auto-scaling"] == "true"
        assert ".zip" in str(job["DefaultArguments"]["--extra-py-files"])


def test_schedules_start_what_no_event_starts(templates: Given) -> None:
    triggers = resources(templates("standard")["cat-data-jobs"], "AWS::Glue::Trigger").values()
    found = {
        trigger["Actions"][0]["JobName"]: trigger["Schedule"]
        for trigger in triggers
        if trigger["StartOnCreation"] is True
    }
    assert found == {
        job_name("compact"): "cron(30 17 ? * SUN *)",
        job_name("expire"): "cron(0 17 ? * SUN *)",
        job_name("freshness"): "cron(0 20 * * ? *)",
        job_name("normalize"): "cron(0 16 * * ? *)",
    }


def test_the_wheel_is_the_jobs_and_the_requirements_are_hashed() -> None:
    assert "catdata/cli/normalize.py" in zipfile.ZipFile(job_code()).namelist()
    assert job_code() == job_code()
    text = job_requirements().read_text("utf-8")
    names = [line.split("==")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert {"pyarrow", "pydantic", "click", "obstore"} <= set(names)
    assert not {"pyspark", "boto3", "pytest"} & set(names), "Glue brings its own"
    assert text.count("==") == len(names)
    assert all("--hash=sha256:" in entry for entry in text.split("\n\n") if entry)
