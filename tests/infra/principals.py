"""What each principal may do, as a table that shows a change in review."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from conformance import ROOT
from infra_templates import Templates

GOLDEN = ROOT / "docs" / "reference" / "grants.md"
_ROLE_TYPES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role")


class Grant(NamedTuple):
    """One statement of a policy: who, whether allowed, which actions, on what, and when only."""

    stack: str
    principal: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: str


def grants(templates: Templates) -> list[Grant]:
    """Return every statement of every identity's policy in the templates, in a stable order."""
    return sorted(
        grant
        for stack, template in templates.items()
        for grant in _of(stack, template["Resources"])
    )


def trusts(templates: Templates) -> list[tuple[str, str, str]]:
    """Return stack, role, and who may take it."""
    return sorted(
        (stack, _name(name), _text(resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]))
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    )


def table(found: list[Grant], trusted: list[tuple[str, str, str]]) -> str:
    """Return the grants as Markdown, one line a statement."""
    head = (
        "# 権限の一覧 / Grants\n\n"
        "プロファイル `standard` のテンプレートから作ります（`CATDATA_GOLDEN=write scripts/test "
        "tests/infra/test_policies.py`）。変更は、この表の差分として見えます。\n"
        "Made from the templates of the profile `standard`; a change shows as a difference of this table.\n\n"
    )
    lines = ["## 誰が役割になれるか / Who may take a role\n", "| role | who |", "|---|---|"]
    lines += [f"| `{stack}/{role}` | {_cell(who)} |" for stack, role, who in trusted]
    lines += ["\n## 何ができるか / What they may do\n"]
    lines += ["| principal | | actions | resources | only if |", "|---|---|---|---|---|"]
    lines += [
        f"| `{g.stack}/{g.principal}` | {g.effect} | {_cell(', '.join(g.actions))} | "
        f"{_cell(', '.join(g.resources))} | {_cell(g.conditions)} |"
        for g in found
    ]
    return head + "\n".join(lines) + "\n"


def _of(stack: str, resources: Mapping[str, Any]) -> Iterator[Grant]:
    for name, resource in resources.items():
        if resource["Type"] not in _ROLE_TYPES:
            continue
        properties = resource.get("Properties", {})
        for arn in properties.get("ManagedPolicyArns", []):
            yield Grant(stack, _name(name), "managed", (), (_text(arn),), "")
        documents = [properties.get("PolicyDocument")] + [
            policy["PolicyDocument"] for policy in properties.get("Policies", [])
        ]
        for document in filter(None, documents):
            for statement in document["Statement"]:
                yield Grant(
                    stack,
                    _principal(name, properties),
                    statement["Effect"],
                    tuple(sorted(_listed(statement["Action"]))),
                    tuple(sorted({_shipped(_text(r)) for r in _listed(statement["Resource"])})),
                    _text(statement["Condition"]) if "Condition" in statement else "",
                )


def _principal(name: str, properties: Mapping[str, Any]) -> str:
    roles = [_name(role["Ref"]) for role in properties.get("Roles", []) if "Ref" in role]
    return ", ".join(roles) or _name(name)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _shipped(resource: str) -> str:
    """Return a resource with one name for every version of a file that the deployment ships."""
    return re.sub(r"/[0-9a-f]{64}\.", "/‹shipped›.", resource)


def _name(logical_id: str) -> str:
    """Return a logical id without the hash at its end."""
    return re.sub(r"(DefaultPolicy)?[0-9A-F]{8}$", "", logical_id)


def _text(value: Any) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_text(part) for part in parts)
        case {"Ref": name}:
            return f"‹{str(name).removeprefix('AWS::')}›"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"‹{_name(name)}.{attribute}›"
        case {"Fn::ImportValue": name}:
            found = re.sub(r".*ExportsOutput(?:Ref|FnGetAtt)", "", str(name))
            return f"‹{re.sub(r'[0-9A-F]{8}', '.', found).strip('.')}›"
        case {"Fn::Sub": text}:
            return str(text)
        case dict() | list():
            return _unquoted(value)
    return str(value)


def _unquoted(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return "; ".join(f"{key}: {_text(part)}" for key, part in sorted(value.items()))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
