"""Every macro that makes figures gives the same values on DuckDB, Athena's engine and Redshift's dialect."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from parity.engines import opened
from standins.engines import control

ROOT = Path(__file__).parents[2]
TARGETS = ("local", "athena", "redshift")
# The session's macros make no figures: tests/engines/test_redshift_macros.py.
OF_THE_SESSION = {"external_schemas", "session_settings", "schema_grants"}


def day(text: str) -> str:
    return f"\"cast('{text}' as date)\""


def moment(text: str) -> str:
    return f"\"cast('{text}' as timestamp)\""


def number(value: int | str) -> str:
    return f"'cast({value} as bigint)'"


ONE, NONE = number(1), number("null")
DOUBLE = "\"cast('{}' as \" ~ double_type() ~ ')'"
# A macro's call, and the value that it gives on every engine. A list is what each engine reads from the
# lake: an array, or on Redshift JSON text.
CASES: list[tuple[str, object]] = [
    ("list_to_text(lists['two'])", "A,B_C"),
    ("list_to_text(lists['empty'])", ""),
    ("list_to_text(lists['null'])", ""),
    (f"integer_quotient({number(7)}, {number(2)})", 3),
    (f"integer_quotient({number(1)}, {number(2)})", 0),
    (f"integer_quotient({NONE}, {number(2)})", None),
    (f"ratio({ONE}, {number(3)})", Decimal("0.333333")),
    (f"ratio({number(2)}, {number(3)}, places=3)", Decimal("0.667")),
    (f"ratio({ONE}, {number(128)})", Decimal("0.007813")),
    (f"ratio({number(3)}, {number(128)})", Decimal("0.023438")),
    (f"ratio({number(7)}, {ONE})", Decimal("7")),
    (f"ratio({ONE}, {number(0)})", None),
    (f"ratio({NONE}, {ONE})", None),
    (f"to_rate({DOUBLE.format('0.0078125')})", Decimal("0.007813")),
    (f"to_rate({DOUBLE.format('0.0234375')})", Decimal("0.023438")),
    (f"wilson_bound({ONE}, {number(10)}, '-')", Decimal("0.017876")),
    (f"wilson_bound({ONE}, {number(10)}, '+')", Decimal("0.404150")),
    (f"wilson_bound({number(0)}, {number(10)}, '-')", Decimal("0")),
    (f"wilson_bound({ONE}, {number(0)}, '-')", None),
    (f"wilson_bound({number(3)}, {number(2)}, '+')", None),
    (f"month_start({day('2024-02-29')})", date(2024, 2, 1)),
    (f"month_end({day('2024-02-01')})", date(2024, 2, 29)),
    (f"month_end({day('2023-12-31')})", date(2023, 12, 31)),
    (f"add_months({day('2023-12-01')}, 2)", date(2024, 2, 1)),
    (f"add_months({day('2024-01-31')}, 1)", date(2024, 2, 29)),
    (f"add_months({day('2024-01-01')}, -1)", date(2023, 12, 1)),
    (f"add_days({day('2024-02-28')}, 2)", date(2024, 3, 1)),
    (f"add_days({day('2024-01-01')}, -1)", date(2023, 12, 31)),
    (f"days_between({day('2024-02-28')}, {day('2024-03-01')})", 2),
    (f"days_between({day('2024-03-01')}, {day('2024-02-28')})", -2),
    (f"days_between({moment('2024-02-28 23:00:00')}, {moment('2024-03-01 01:00:00')})", 2),
    (f"fiscal_year_of({day('2024-03-31')}, 4)", 2023),
    (f"fiscal_year_of({day('2024-04-01')}, 4)", 2024),
    (f"fiscal_year_of({day('2024-01-01')}, 1)", 2024),
    ("""list_has("'A,B_C'", "',A,'")""", True),
    ("""list_has("'A,B_C'", "',B,'")""", False),
    ("""list_has("''", "',A,'")""", False),
    ("""has_flag("'A,B_C'", 'B_C')""", True),
    ("""has_flag("'A,B_C'", 'C')""", False),
    ("""with_flag("''", 'A', '1 = 1')""", "A"),
    ("""with_flag("'A'", 'B', '1 = 1')""", "A,B"),
    ("""with_flag("'A,B'", 'A', '1 = 1')""", "A,B"),
    ("""with_flag("'A'", 'B', '1 = 0')""", "A"),
    ("'cast(0.1 as ' ~ double_type() ~ ') * 3'", 0.1 * 3),
]
LISTS = """{%- set lists = {
    'two': "'[\\"A\\",\\"B_C\\"]'", 'empty': "'[]'", 'null': 'cast(null as varchar(8))'
} if target.type == 'redshift' else {
    'two': "array['A', 'B_C']",
    'empty': "cast(array[] as " ~ ('varchar[]' if target.type == 'duckdb' else 'array(varchar)') ~ ')',
    'null': 'cast(null as ' ~ ('varchar[]' if target.type == 'duckdb' else 'array(varchar)') ~ ')',
} -%}
"""


@pytest.fixture(scope="module")
def engines() -> Iterator[None]:
    """Lead this process and those that it starts to the stand-ins."""
    with control.shared() as state, pytest.MonkeyPatch.context() as patch:
        for name, value in control.environment(state).items():
            patch.setenv(name, value)
        yield


def compiled(folder: Path, target: str) -> str:
    """Return one select of all cases as dbt compiles it for a target."""
    columns = ", ".join(f"{{{{ {call} }}}} as c{n}" for n, (call, _) in enumerate(CASES))
    place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", target]
    output = ["--target-path", str(folder / target), "--log-path", str(folder)]
    inline = ["--inline", f"{LISTS}<<select {columns}>>", "--no-introspect", "--no-populate-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", *inline, *place, *output],
        env=os.environ | {"CATDATA_DUCKDB": str(folder / "marts.duckdb")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.partition("<<")[2].rpartition(">>")[0]


@pytest.mark.engines
@pytest.mark.parametrize("target", TARGETS)
def test_every_macro_gives_the_same_values(
    engines: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    sql = compiled(tmp_path, target)
    monkeypatch.setenv("CATDATA_DUCKDB", str(tmp_path / "marts.duckdb"))
    # Figures are read from a file that is there.
    duckdb.connect(tmp_path / "marts.duckdb").close()
    with opened(target, ROOT) as (connection, _), closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        (found,) = cursor.fetchall()
    given = dict(zip([call for call, _ in CASES], found, strict=True))
    assert given == dict(CASES)
    # 1 is True to Python, and a date may be a time: the sort of value counts too.
    assert [type(value) for value in given.values()] == [type(value) for _, value in CASES]


def test_every_dispatched_macro_has_a_case() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "dbt_project/macros").glob("*.sql")]
    dispatched = {name for text in texts for name in re.findall(r"dispatch\('(\w+)'", text)}
    named = {name for call, _ in CASES for name in re.findall(r"\w+(?=\()", call)}
    assert dispatched - OF_THE_SESSION <= named
    assert dispatched >= OF_THE_SESSION
