"""Templates as tests read them: synthesised in this process, looked up by type."""

from functools import cache
from typing import Any

from cloud.app import build
from cloud.settings import Settings

Templates = dict[str, dict[str, Any]]


@cache
def synthesise(settings: Settings) -> Templates:
    """Return the template of each stack by its name; made once for all tests of a process."""
    assembly = build(settings).synth()
    return {stack.stack_name: stack.template for stack in assembly.stacks}


def resources(template: dict[str, Any], type: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == type
    }


def arguments_of(job: dict[str, Any]) -> dict[str, Any]:
    """Return the default arguments of a Glue job that are the script's own, Glue's left out."""
    return {name: value for name, value in job["DefaultArguments"].items() if name not in GLUES_OWN}


# Arguments that Glue takes itself (its manual: "Using job parameters in AWS Glue jobs").
GLUES_OWN = {
    "--extra-py-files",
    "--additional-python-modules",
    "--python-modules-installer-option",
    "--enable-auto-scaling",
    "--enable-metrics",
    "--enable-observability-metrics",
    "--enable-continuous-cloudwatch-log",
    "--job-bookmark-option",
}
