"""Seeded faults on Athena's engine and Redshift's stand-in: each must differ from DuckDB's figures.

tests/parity/test_marts.py seeds the same faults on DuckDB. Two of them cannot be where they are not
listed here: Athena counts a text's length in characters, and both engines order texts by their code
points whatever the language.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from parity_lake import ROOT, write_lake

from parity.compare import compare
from parity.engines import opened, read_duckdb
from parity.figures import Figures, Mart, from_rows
from standins.engines import control, services
from standins.warehouse import dbt, own_places, upload

pytestmark = pytest.mark.engines

TARGETS = ("athena", "redshift")


@dataclass(frozen=True)
class Fault:
    """A place in a model's compiled SQL, and what would stand there by mistake on each engine."""

    name: str
    model: str
    key: tuple[str, ...]
    column: str
    pattern: str
    faulty: dict[str, str]


def on_both(faulty: str) -> dict[str, str]:
    return dict.fromkeys(TARGETS, faulty)


YEAR = ("municipality_code", "fiscal_year", "basis", "body_scope")
STAYS = ("facility_id", "stay_state", "month_start", "age_group")
LOADS = ("source_id", "source_object", "object_version")
QUOTIENT = r"\(2 \* cast\((figures\.returned_and_rehomed) as bigint\) \* 1000000 \+ \((figures\.intakes)\)\) / \(2 \* cast\(\2 as bigint\)\)"
FAULTS = [
    Fault(
        "integer division",
        "mart_municipality_fiscal_year", YEAR, "return_rehome_rate",
        QUOTIENT, on_both(r"\1 / \2 * 1000000"),
    ),
    Fault(
        "null order",
        "int_intake_observed", ("source_id", "intake_id"), "sex",
        r"observed_date asc nulls first", on_both("observed_date asc"),
    ),
    Fault(
        "time zone",
        "mart_data_quality", LOADS, "committed_at",
        r"timed\.committed_at,",
        {
            "athena": "cast(with_timezone(timed.committed_at, 'UTC') at time zone 'Asia/Tokyo' as timestamp) as committed_at,",
            "redshift": "convert_timezone('Asia/Tokyo', timed.committed_at) as committed_at,",
        },
    ),
    # The half is 1 / 128: down to the even figure instead of up.
    Fault(
        "half up, half even",
        "mart_municipality_fiscal_year", YEAR, "return_rehome_rate",
        QUOTIENT, on_both(r"(2 * cast(\1 as bigint) * 1000000 + \2 - 1) / (2 * cast(\2 as bigint))"),
    ),
    Fault(
        "length in bytes",
        "dim_municipality", ("municipality_code",), "name",
        r"bodies\.name,", {"redshift": "cast(bodies.name as varchar(6)) as name,"},
    ),
    Fault(
        "empty string, null",
        "mart_municipality_fiscal_year", YEAR, "body_scope",
        r"figures\.body_scope,", on_both("nullif(figures.body_scope, '') as body_scope,"),
    ),
    Fault(
        "order of a float sum",
        "mart_length_of_stay", STAYS, "p90_days",
        r"min\(case when 10 \* place >= 9 \* stays then days end\)",
        {
            "athena": "reduce(array_agg(cast(days as double) / 10 order by days desc), 0e0, (s, x) -> s + x, s -> s)",
            "redshift": "sum(cast(days as double precision) / 10 order by days desc)",
        },
    ),
]  # fmt: skip
# What the sum is on DuckDB, in the other order.
ASCENDING = "sum(cast(days as double) / 10 order by days asc)"
CASES = [(target, fault) for fault in FAULTS for target in fault.faulty]


@dataclass(frozen=True)
class Builds:
    """One lake's models on three engines."""

    folder: Path

    def compiled(self, target: str, model: str) -> str:
        """Return a model's SQL as compiled for an engine."""
        (path,) = (
            p for p in (self.folder / target / "compiled").rglob(f"{model}.sql") if p.is_file()
        )
        return path.read_text("utf-8")

    def measure(self, sql: str, key: tuple[str, ...]) -> Figures:
        """Return the figures of a select on DuckDB."""
        with opened("local", ROOT) as (connection, _):
            connection.execute("set TimeZone = 'UTC'")
            return read_duckdb(connection, Mart("copy", f"({sql}) as copy", "main", key))

    def figures(self, target: str, sql: str, like: Figures) -> Figures:
        """Return the figures of a select on another engine, as columns like those of DuckDB."""
        with opened(target, ROOT) as (connection, _), closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return from_rows(like.key, like.declared, cursor.fetchall())


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Build the lake in which every difference would change a figure, once on each engine."""
    folder = tmp_path_factory.mktemp("faults")
    run = f"faults_{uuid4().hex[:8]}"
    with control.shared() as state, pytest.MonkeyPatch.context() as patch:
        own = own_places(run) | {
            "CATDATA_LAKE": str(folder / "lake"),
            "CATDATA_DUCKDB": str(folder / "marts.duckdb"),
        }
        for name, value in (control.environment(state) | own).items():
            patch.setenv(name, value)
        write_lake(folder / "lake")
        upload(folder / "lake", f"s3://{services.BUCKET}/{run}/lake")
        for target in ("local", *TARGETS):
            dbt(target, folder / target, "run")
        yield Builds(folder)


@pytest.mark.parametrize(("target", "fault"), CASES, ids=[f"{t}: {f.name}" for t, f in CASES])
def test_a_seeded_fault_is_caught(builds: Builds, target: str, fault: Fault) -> None:
    on_duckdb = builds.compiled("local", fault.model)
    sql = builds.compiled(target, fault.model)
    faulty = re.sub(fault.pattern, fault.faulty[target], sql)
    assert faulty != sql
    if fault.name == "order of a float sum":
        on_duckdb = re.sub(fault.pattern, ASCENDING, on_duckdb)
        healthy = faulty.replace("days desc", "days asc")
    else:
        healthy = sql
    measure = builds.measure(on_duckdb, fault.key)
    assert compare("copy", measure, builds.figures(target, healthy, measure)).is_same
    found = compare("copy", measure, builds.figures(target, faulty, measure))
    assert found.changed_cells.get(fault.column) or (fault.column in fault.key and all(found.only))
