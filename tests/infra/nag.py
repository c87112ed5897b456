"""Checks of synthesised templates by others' rules: cdk-nag's AwsSolutions and cfn-lint."""

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from cloud.app import build, check
from cloud.settings import Settings, profiles, read_settings

OWNER = "arn:aws:quicksight:ap-northeast-1:123456789012:group/default/cats"
_CIDR = "203.0.113.0/24"


def given(**sections: Any) -> Settings:
    """Return the standard settings with some sections changed, without the API's stacks."""
    return Settings.model_validate({"api": {"enabled": False}} | sections)


# The other side of each switch; the API is in the profiles, which have its switches.
SWITCHES = {
    "account": given(account="123456789012", bi={"principal_arn": OWNER}),
    "multi-az": given(warehouse={"multi_az": True}, bi={"principal_arn": OWNER}),
    "serverless": given(warehouse={"kind": "serverless"}),
    "domain": given(
        api={
            "domain": "cats.example.jp",
            "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/c",
        }
    ),
    "athena": given(warehouse={"kind": "none"}, bi={"principal_arn": OWNER, "source": "athena"}),
    "bastion": given(network={"bastion": {"enabled": True, "cidrs": [_CIDR]}}),
    "private-bastion": given(network={"bastion": {"enabled": True}}),
    "recorder-exists": given(
        audit={"config_recorder": "existing"}, alerts={"emails": ["cats@example.jp"]}
    ),
    "recorder-off": given(audit={"config_recorder": "off"}),
}
CASES = {name: read_settings(name) for name in profiles()} | SWITCHES
REPORT = "validation-report.json"


class Finding(NamedTuple):
    """What a rule says of a resource that nobody has acknowledged."""

    stack: str
    rule: str
    resource: str
    text: str


@cache
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
    """Return what cfn-lint says of a template for a region; the same template is looked at once."""
    return _lint(json.dumps(template), region)


@cache
def _lint(template: str, region: str) -> list[str]:
    # Templates name their zones and state defaults on purpose.
    arguments = ManualArgs(regions=[region], ignore_checks=["W3010", "W3005"])
    return [
        f"{match.rule.id} {'/'.join(map(str, match.path or []))}: {match.message}"
        for match in lint(template, config=arguments)
    ]
