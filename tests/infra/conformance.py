"""The design's lines and the resources that build them: what docs/conformance.md is made of."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath
from infra_templates import Templates

ROOT = Path(__file__).parents[2]
DESIGN = ROOT / "docs" / "design" / "aws-architecture-v22.ja.md"
# What the document says of itself, not of the system.
_NO_LINES = ("## 1.", "## 2.")


@dataclass(frozen=True)
class Row:
    """One property that builds a line of the design.

    `where` and `value` are JMESPath over a resource's properties; `where` picks the resource.
    """

    line: str
    stack: str
    type: str
    value: str
    where: str = "@"
    switch: str = ""
    note: str = ""
    # Of the templates where the literal value is, if not of the profile v22, which refuses it.
    literal: str = "v22"


@dataclass(frozen=True)
class Found:
    """A row with what the templates hold for it."""

    row: Row
    logical_id: str
    default: str
    literal: str


def lines() -> list[str]:
    """Return every line of the design that says how something is built, without its markup."""
    found: list[str] = []
    section = ""
    for line in DESIGN.read_text("utf-8").splitlines():
        if line.startswith("#"):
            section = line
        elif line.startswith("- ") and not section.startswith(_NO_LINES):
            found.append(plain(line))
    return found


def plain(line: str) -> str:
    """Return a line of the document as the table shows it."""
    return re.sub(r"[*`]", "", line.removeprefix("- ")).strip()


def fill(
    rows: Sequence[Row], default: Templates, literal: Mapping[str, Templates]
) -> Iterator[Found]:
    """Look every row up in the templates of the default and of the literal design."""
    for row in rows:
        logical_id, value = _look_up(row, default)
        _, other = _look_up(row, literal.get(row.literal, {}))
        yield Found(row, logical_id, value, other)


def _look_up(row: Row, templates: Templates) -> tuple[str, str]:
    for name, resource in templates.get(row.stack, {}).get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource["Type"] == row.type and _truth(row.where, properties):
            value = jmespath.search(row.value, properties)
            if value is not None:
                return name, _shown(value)
    return "", ""


def _truth(expression: str, properties: Mapping[str, Any]) -> bool:
    return expression == "@" or bool(jmespath.search(expression, properties))


def _shown(value: Any) -> str:
    """Return a value of a template on one line, with names for what is known at deployment only."""
    match value:
        case {"Ref": name}:
            return f"‹{name}›"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"‹{name}.{attribute}›"
        case {"Fn::ImportValue": name}:
            return f"‹{re.sub('.*(?:Ref|GetAtt)', '', str(name))}›"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_shown(part) for part in parts)
        case {"Fn::Sub": text}:
            return str(text)
        case list():
            return ", ".join(_shown(part) for part in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case bool():
            return str(value).lower()
    return str(value)


def table(found: Sequence[Found]) -> str:
    """Return the table of all rows as Markdown."""
    head = (
        "# 設計書 v22 との対応 / Conformance to the design v22\n\n"
        "`tests/infra/test_conformance.py` が、合成したテンプレートから作ります。手で直さないでください"
        "（`CATDATA_GOLDEN=write scripts/test tests/infra/test_conformance.py`）。\n"
        "Made by the tests from the synthesised templates. 設計書 / the design: "
        "[aws-architecture-v22.ja.md](design/aws-architecture-v22.ja.md). 「既定」はプロファイル `standard`、"
        "「文字どおり」は `v22`、「切替」は設定（`infra/cloud/settings.py`）の項目です。\n\n"
        "| 設計の行 / line | 資源 / resource | 項目 / property | 既定 / default | 文字どおり / literal (v22) | "
        "切替 / switch |\n|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {_cell(f.row.line)} | {f.row.type.removeprefix('AWS::')} `{f.row.stack}/{f.logical_id}` | "
        f"{_cell(f.row.note or _property(f.row.value))} | {_cell(f.default)} | "
        f"{_cell(f.literal) if f.literal != f.default else '同じ / same'} | {_switch(f.row.switch)} |\n"
        for f in found
    )


def _property(expression: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]", " ", expression).split()[0]


def _switch(switch: str) -> str:
    return f"`{switch}`" if switch else ""


def _cell(text: str) -> str:
    short = text if len(text) <= 160 else f"{text[:157]}…"
    return short.replace("|", "\\|").replace("\n", " ")
