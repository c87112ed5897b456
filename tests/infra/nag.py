"""Checks of synthesised templates by others' rules: cdk-nag's AwsSolutions and cfn-lint."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from cloud.app import build, check
from cloud.settings import Settings

REPORT = "validation-report.json"


class Finding(NamedTuple):
    """What a rule says of a resource that nobody has acknowledged."""

    stack: str
    rule: str
    resource: str
    text: str


def findings(settings: Settings) -> list[Finding]:
    """Return what cdk-nag and the library's own validation find in the stacks of some settings."""
    with tempfile.TemporaryDirectory() as folder:
        app = build(settings, outdir=folder)
        check(app)
        report = Path(folder) / REPORT
        try:
            app.synth()
        except RuntimeError:
            # Findings end synthesis once the report is written; without one it is another error.
            if not report.exists():
                raise
        if not report.exists():
            return []
        return list(_findings(json.loads(report.read_text())))


def _findings(report: dict[str, Any]) -> Iterator[Finding]:
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                stack, _, resource = construct["constructPath"].partition("/")
                yield Finding(stack, violation["ruleName"], resource, violation["description"])


def lint_template(template: dict[str, Any], region: str) -> list[str]:
    """Return what cfn-lint says of a template for a region."""
    # Templates name their zones and state defaults on purpose.
    arguments = ManualArgs(regions=[region], ignore_checks=["W3010", "W3005"])
    return [
        f"{match.rule.id} {'/'.join(map(str, match.path or []))}: {match.message}"
        for match in lint(json.dumps(template), config=arguments)
    ]
