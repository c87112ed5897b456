"""The snapshot of published figures keeps what was said before, on all three engines."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from parity.engines import opened
from standins.engines import control
from standins.warehouse import ROOT, dbt, own_places

pytestmark = pytest.mark.engines

MEASURES = (
    *("intakes", "intakes_owner", "intakes_stray", "injured_intakes"),
    *("returned", "rehomed", "returned_and_rehomed"),
    *("euthanized", "euthanized_1", "euthanized_2", "euthanized_3"),
)
Figures = dict[tuple[str, int], int]
BEFORE: Figures = {("131016", 2022): 10, ("131016", 2023): 20, ("141003", 2023): 5}
AFTER: Figures = {("131016", 2022): 10, ("131016", 2023): 21, ("271004", 2023): 7}
HISTORY = [
    ("131016", 2022, 10, True),
    ("131016", 2023, 20, False),
    ("131016", 2023, 21, True),
    ("141003", 2023, 5, False),
    ("271004", 2023, 7, True),
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lead this process and those that it starts to the stand-ins, to a schema of its own."""
    run = f"history_{uuid4().hex[:8]}"
    with control.shared() as state, pytest.MonkeyPatch.context() as patch:
        own = own_places(run) | {
            "CATDATA_DUCKDB": str(tmp_path_factory.mktemp("history") / "marts.duckdb"),
        }
        for name, value in (control.environment(state) | own).items():
            patch.setenv(name, value)
        yield own["CATDATA_SCHEMA"]


def mart(schema: str, figures: Figures) -> list[str]:
    """Return the statements that make the mart anew with some figures; most measures are unknown."""
    nothing = ", ".join(f"cast(null as bigint) as {name}" for name in MEASURES[1:])
    rows = " union all ".join(
        f"select '{code}' as municipality_code, {year} as fiscal_year, 'records' as basis,"
        f" '' as body_scope, cast({intakes} as bigint) as intakes, {nothing}"
        for (code, year), intakes in figures.items()
    )
    table = f"{schema}.mart_municipality_fiscal_year"
    return [f"drop table if exists {table}", f"create table {table} as {rows}"]


def ask(target: str, folder: Path) -> Callable[[str], list[Any]]:
    """Return a function that runs a statement on a target, committed, and gives its rows."""

    def run(sql: str) -> list[Any]:
        if target == "local":
            with closing(duckdb.connect(str(folder / "marts.duckdb"))) as connection:
                return connection.execute(sql).fetchall()
        with opened(target, ROOT) as (connection, _), closing(connection.cursor()) as cursor:
            if target == "redshift":
                connection.autocommit = True
            cursor.execute(sql)
            return cursor.fetchall() if sql.startswith("select") else []

    return run


@pytest.mark.parametrize("target", ["local", "athena", "redshift"])
def test_a_figure_that_changes_or_goes_is_kept_with_its_time(
    engines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setenv("CATDATA_DUCKDB", str(tmp_path / "marts.duckdb"))
    schema, run = "main" if target == "local" else engines, ask(target, tmp_path)
    # DuckDB has its schema, and Athena and Redshift theirs before the first build.
    run(f"create schema if not exists {schema}")
    for figures in (BEFORE, AFTER):
        for statement in mart(schema, figures):
            run(statement)
        # The second time nothing has changed.
        dbt(target, tmp_path, "snapshot")
        dbt(target, tmp_path, "snapshot")
    rows = run(
        f"""select municipality_code, fiscal_year, intakes, dbt_valid_to is null
        from {schema}.figure_history order by municipality_code, fiscal_year, dbt_valid_from"""
    )
    assert [tuple(row) for row in rows] == HISTORY
