"""The generated page of what the SQL uses, and the command line that keeps it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lint import __main__ as command
from lint import redshift
from lint.usage import Usage, page, usage


@pytest.mark.parametrize(
    ("sql", "statements", "types", "functions"),
    [
        ("select 1 as a", {"select"}, set(), set()),
        (
            "with f (a) as (select cast(b as decimal(12, 6)) as a from t) select sum(a) from f",
            {"select", "with"},
            {"decimal(12,6)"},
            {"cast", "sum"},
        ),
        (
            "select a from t union all (select b from s where c in (1) and (d or e))",
            {"select", "union all", "in (…)"},
            set(),
            set(),
        ),
        (
            "select row_number() over (order by a nulls first) as b from t left join s on (t.c = s.c)",
            {"select", "over (…)", "order by", "left join", "nulls first"},
            set(),
            {"row_number"},
        ),
        ("select 'sum(' as a -- max(b)\nfrom t", {"select"}, set(), set()),
        (
            "create external schema if not exists s from data catalog database 'd'",
            {"create external schema"},
            set(),
            set(),
        ),
        ("select 1; select max(a) from t", {"select"}, set(), {"max"}),
    ],
)
def test_what_a_text_uses(
    sql: str, statements: set[str], types: set[str], functions: set[str]
) -> None:
    assert usage([sql], [], "redshift") == Usage(statements, types, functions)


def test_types_of_contracts_are_used_too() -> None:
    assert usage([], ["varchar(64)", "decimal(6, 1)"], "duckdb").types == {
        "varchar(64)",
        "decimal(6,1)",
    }


def test_the_page_marks_each_engine() -> None:
    text = page(
        {"local": Usage({"||"}, {"int"}, {"sum"}), "redshift": Usage(set(), {"int"}, set())},
        {"redshift": redshift.DENIED[:1]},
    )
    assert "| `\\|\\|` | ○ |  |" in text
    assert "| `int` | ○ | ○ |" in text
    assert "| `sum` | ○ |  |" in text
    assert "| `distinct_on` |" in text


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command.lint, arguments)
    return result.exit_code, result.output


def test_folders_of_one_target(tmp_path: Path) -> None:
    (tmp_path / "model.sql").write_text("select distinct on (a) a, b from t")
    code, out = run("--target", "redshift", str(tmp_path))
    assert code == 1
    assert "model.sql: redshift: distinct_on" in out and "[SELECT list]" in out
    (tmp_path / "model.sql").write_text("select distinct a, b from t")
    assert run("--target", "redshift", str(tmp_path)) == (0, "")


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose SQL is compiled already: one model of one column."""
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(command, "compile_all", lambda: None)
    monkeypatch.setattr(command.current_page, "__defaults__", (tmp_path,))
    for target in command.DIALECTS:
        (tmp_path / target / "compiled").mkdir(parents=True)
        (tmp_path / target / "compiled" / "model.sql").write_text("select max(a) as a from t")
        (tmp_path / target / "manifest.json").write_text('{"nodes": {}}')
    return tmp_path


def test_a_page_that_drifts_is_told(compiled: Path) -> None:
    code, out = run()
    assert code == 1 and "page.md: 古い / out of date" in out
    assert run("--write") == (0, "")
    assert run() == (0, "")
    (compiled / "athena" / "compiled" / "model.sql").write_text("select min(a) as a from t")
    assert run()[0] == 1


def test_a_denied_statement_fails_though_the_page_is_current(compiled: Path) -> None:
    (compiled / "redshift" / "compiled" / "model.sql").write_text("select every(a) as a from t")
    code, out = run("--write")
    assert code == 1 and "unsupported_function" in out
