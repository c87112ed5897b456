"""The table of figures, over a database with the two marts that it reads."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from catdata.cli import commands

COLUMNS = """
    municipality_code, basis, fiscal_year, body_scope, intakes, returned, rehomed, euthanized,
    return_rehome_rate, return_rehome_rate_low, return_rehome_rate_high,
    euthanasia_rate, euthanasia_rate_low, euthanasia_rate_high
"""
ROWS = """
    ('000000', 'annual_report', 2019, '', 53342, 305, 25636, 27108,
        0.4863, 0.4821, 0.4906, 0.5082, 0.5040, 0.5124),
    ('990001', 'records', 2022, '', 20, 1, 9, 9, 0.5, 0.3, 0.7, 0.45, 0.26, 0.66),
    ('990001', 'records', 2023, '', 10, null, 8, 2, null, null, null, 0.2, 0.06, 0.51),
    ('990001', 'records', 2024, 'a part', 3, 0, 3, 0, 1.0, 0.4, 1.0, 0.0, 0.0, 0.6),
    ('990001', 'records', 2025, '', 0, 0, 0, 0, null, null, null, null, null, null)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"create table mart_municipality_fiscal_year as from (values {ROWS}) as t({COLUMNS})"
        )
        connection.execute(
            "create table dim_municipality as from "
            "(values ('000000', '全国'), ('990001', '架空県')) as t(municipality_code, name)"
        )
    return path


def figures(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["figures", *arguments])


def rows(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.output.splitlines() if line.strip()[:6].isdigit()]


def test_each_body_has_its_newest_year_with_intakes(database: Path) -> None:
    nation, body = rows(figures("--database", str(database)))
    assert nation == [
        *("000000", "全国", "公表値", "2019", "53,342", "305", "25,636", "27,108"),
        *("48.6", "%", "(48–49)", "50.8", "%", "(50–51)"),
    ]
    assert body[:4] == ["990001", "架空県", "記録", "2023"]


def test_what_is_not_known_is_no_zero(database: Path) -> None:
    _, body = rows(figures("--database", str(database)))
    assert body[4:] == ["10", "…", "8", "2", "…", "20.0", "%", "(6–51)"]


def test_more_years_come_newest_first(database: Path) -> None:
    told = rows(figures("--database", str(database), "--years", "5"))
    assert [row[3] for row in told] == ["2019", "2023", "2022"]


def test_a_database_without_marts_is_told(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    result = figures("--database", str(path))
    assert (
        result.exit_code != 0 and "dbt build" in result.output and "Traceback" not in result.output
    )
