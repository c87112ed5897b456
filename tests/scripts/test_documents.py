"""What the documents say is so: commands, paths, the example, the tables of keys."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel
from ruamel.yaml import YAML

from catdata.cli import commands
from catdata.contracts import model
from catdata.report import summary
from catdata.values.registry import PARSERS

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.ja.md")
# The design is kept as it was given.
GIVEN = ROOT / "docs" / "design"
WRITTEN = [path for path in sorted(ROOT.glob("docs/**/*.md")) if path.parent != GIVEN]
DOCUMENTS = [*READMES, *(str(path.relative_to(ROOT)) for path in WRITTEN)]
# Made by the commands, so a clean checkout has none of them.
MADE = (".venv", "build/", "lake", "raw/", "../shared")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> list[str]:
    return re.findall(r"^```\w+\n.*?^```$", text(name), re.M | re.S)


def table(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading, without their header rows."""
    section = re.split(r"^## ", text(document), flags=re.M)
    body = next(s for s in section if s.split("\n", 1)[0] == heading)
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip(" -") not in ("", "key")]


def keys(document: str, heading: str) -> list[str]:
    return [re.findall(r"`(.+?)`", row[0])[0] for row in table(document, heading)]


def test_both_readmes_have_the_same_code_links_and_headings() -> None:
    english, japanese = (text(name) for name in READMES)
    assert blocks(READMES[0]) == blocks(READMES[1])
    for pattern in (r"\]\((?!README)(.+?)\)", r"^(#+) "):
        found = re.findall(pattern, english, re.M)
        assert sorted(found) == sorted(re.findall(pattern, japanese, re.M))
    assert set(re.findall(r"`([^`\n]+)`", english)) == set(re.findall(r"`([^`\n]+)`", japanese))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text(document))
    missing = [link for link in links if not (ROOT / document).parent.joinpath(link).exists()]
    named = re.findall(
        r"`((?:glue|dbt_project|scripts|tests|docs|[a-z]+\.(?:yml|toml|lock))[\w./-]*)",
        text(document),
    )
    missing += [n for n in named if "SOURCE" not in n and not (ROOT / n).exists()]
    assert missing == []


@pytest.mark.parametrize("document", READMES)
def test_every_command_of_the_readmes_exists(document: str) -> None:
    lines = [
        line
        for block in blocks(document)
        if block.startswith("```bash")
        for line in block.splitlines()[1:-1]
    ]
    assert len(lines) > 10
    for line in lines:
        words = shlex.split(line)
        if words[0] == "scripts/catdata":
            command = commands.commands[words[1]]
            given = {w for w in words if w.startswith("--")}
            assert given <= {o for p in command.params for o in p.opts}, line
        if words[0].startswith("scripts/"):
            assert (ROOT / words[0]).stat().st_mode & 0o111, line
        paths = [w for w in words if "/" in w and not w.startswith(MADE) and "$" not in w]
        paths = [path for path in paths if "://" not in path]
        assert [p for p in paths if not (ROOT / p).exists()] == [], line


@pytest.mark.parametrize("document", READMES)
def test_the_example_contract_takes_a_file(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = [b for b in blocks(document) if b.startswith("```yaml")]
    lines = example.splitlines()[1:-1]
    name = lines[0].removeprefix("# ")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / name).write_text("\n".join(lines), "utf-8")
    monkeypatch.setenv("CATDATA_CONTRACTS", str(tmp_path / "contracts"))
    sent = tmp_path / "函館市_収容台帳_令和5年度.csv"
    sent.write_bytes(
        "受付番号,収容年月日,収容区分,届出者氏名\r\n"
        "1,令和5年4月1日,所有者不明,山田花子\r\n"
        "2,令和6年2月30日,飼い主から,佐藤次郎\r\n".encode("cp932")
    )
    out = tmp_path / "summary.json"
    arguments = ["ingest", str(sent), "--lake", str(tmp_path / "lake"), "--summary", str(out)]
    result = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (loaded,) = json.loads(out.read_text("utf-8"))["objects"]
    assert (loaded["source_id"], loaded["rows_in"]) == ("jp-hakodate-intake", 2)
    assert loaded["entity_rows"] == {"shelter_intake": 1}
    assert loaded["reasons"] == {"INVALID_DATE": 1}


MODELS = [
    m
    for m in vars(model).values()
    if isinstance(m, type) and issubclass(m, BaseModel) and m not in (BaseModel, model.Strict)
]


@pytest.mark.parametrize("part", MODELS, ids=lambda m: m.__name__)
def test_the_reference_of_contracts_names_every_key(part: type[BaseModel]) -> None:
    rows = table("docs/reference/contract.md", part.__name__)
    told = {re.findall("`(.+?)`", row[0])[0]: row[0].endswith("*") for row in rows}
    known = {(f.alias or n): f.is_required() for n, f in part.model_fields.items()}
    assert told == known


def test_the_reference_of_contracts_names_every_parser() -> None:
    rows = table("docs/reference/contract.md", "読み方 / Parsers")
    told = {
        name.strip("`"): (re.findall("`(.+?)`", fills), re.findall("`(.+?)`", args))
        for name, fills, args in rows
        if name != "parser"
    }
    known = {p.name: (list(p.outputs), list(p.arguments)) for p in PARSERS.values()}
    assert told == {"code": (["*"], [])} | known


def test_the_reference_of_the_run_summary_names_every_key(tmp_path: Path) -> None:
    document = "docs/reference/run-summary.md"
    sent = tmp_path / "moe_cat_national.csv"
    sent.write_text("fiscal_year,field,value,source,note\n2019,intake_total,53342,x,\n", "utf-8")
    out = tmp_path / "summary.json"
    arguments = ["ingest", str(sent), "--lake", str(tmp_path / "lake"), "--summary", str(out)]
    CliRunner().invoke(commands, arguments, catch_exceptions=False)
    run = json.loads(out.read_text("utf-8"))
    assert keys(document, "Run") == list(run)
    assert keys(document, "Object") == list(run["objects"][0])
    told = {row[0].strip("`"): row[1] for row in table(document, "Status") if row[0] != "status"}
    assert told == summary.STATUS_JA


def test_the_index_of_decisions_names_every_decision() -> None:
    folder = ROOT / "docs/decisions"
    linked = re.findall(r"\]\((\d.+?)\)", text("docs/decisions/README.md"))
    assert linked == sorted(p.name for p in folder.glob("[0-9]*.md"))
    for name in linked:
        title = (folder / name).read_text("utf-8").split("\n", 1)[0]
        assert title.startswith(f"# {name[:4]} ")
        assert title.removeprefix(f"# {name[:4]} ") in text("docs/decisions/README.md")


def test_the_yaml_of_the_example_is_short() -> None:
    (example,) = [b for b in blocks("README.md") if b.startswith("```yaml")]
    assert YAML(typ="safe").load("\n".join(example.splitlines()[1:-1]))["tables"]
    assert len(example.splitlines()) <= 20
