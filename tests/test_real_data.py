"""The public data, whole: every source from its files to the marts, conserved, with known figures."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = (
    *("jp-tailmatch", "jp-oneco", "us-sonoma", "us-longbeach", "us-austin", "au-townsville"),
    "figures",
)
pytestmark = pytest.mark.real_data

# Counted from the files by hand-written scripts apart from the job; see the contracts' own tests.
ROWS_IN = {
    "au-townsville": 42_413,
    "jp-moe-national": 127,
    "jp-municipal-figures": 256,
    "jp-oneco": 8_439,
    "jp-tailmatch": 4_065,
    "us-austin": 14_132 + 13_068,
    "us-longbeach": 16_985,
    "us-sonoma": 30_554,
}
INTAKES = {
    "jp-oneco": 737,
    "jp-tailmatch": 587,
    "us-austin": 7_768,
    "us-longbeach": 16_928,
    "us-sonoma": 10_427,
}


@pytest.fixture(scope="module")
def marts(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Ingest all sources by the real command and build the marts by dbt."""
    folder = tmp_path_factory.mktemp("real")
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "glue"),
        "CATDATA_LAKE": str(folder / "lake"),
        "CATDATA_DUCKDB": str(folder / "marts.duckdb"),
    }
    paths = [str(real_data / name) for name in FOLDERS]
    ingest = [sys.executable, "-m", "catdata.cli", "ingest", *paths, "--engine", "local"]
    dbt = [Path(sys.executable).with_name("dbt"), "build", "--quiet", "--profiles-dir", ROOT]
    target = ["--target-path", folder / "dbt", "--log-path", folder / "logs"]
    for command in (ingest, [*dbt, *target]):
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return duckdb.connect(str(folder / "marts.duckdb"), read_only=True)


def pairs(marts: duckdb.DuckDBPyConnection, query: str) -> dict[Any, Any]:
    return dict(marts.execute(query).fetchall())


def test_every_source_is_conserved(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        """
        select source_id, sum(rows_in), sum(rows_accepted + rows_rejected + rows_excluded)
        from mart_data_quality group by source_id
        """
    ).fetchall()
    assert {source: rows_in for source, rows_in, _ in rows} == ROWS_IN
    assert all(rows_in == parts for _, rows_in, parts in rows)


def test_an_animal_is_one_intake_however_often_it_is_shown(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    found = pairs(marts, "select source_id, count(*) from fct_intake group by source_id")
    assert found == INTAKES


def test_no_outcome_of_a_listing_is_claimed_to_be_known(marts: duckdb.DuckDBPyConnection) -> None:
    found = pairs(
        marts,
        "select outcome_type, count(*) from fct_outcome where source_id = 'jp-oneco' group by 1",
    )
    assert found == {"unknown": 443}


@pytest.mark.parametrize(
    ("year", "intakes", "returned_and_rehomed", "euthanized", "first", "rates"),
    [
        (2019, 53_342, 25_936, 27_107, 27_108, ("48.6", "50.8")),
        (2021, 34_805, 23_112, 11_718, 11_718, ("66.4", "33.7")),
    ],
)
def test_national_years_come_out_to_the_digit(
    marts: duckdb.DuckDBPyConnection,
    year: int,
    intakes: int,
    returned_and_rehomed: int,
    euthanized: int,
    first: int,
    rates: tuple[str, str],
) -> None:
    row = marts.execute(
        """
        select intakes, returned_and_rehomed, euthanized, first_euthanized,
            return_rehome_rate, euthanasia_rate
        from mart_municipality_fiscal_year
        where municipality_code = '000000' and fiscal_year = ? and basis = 'annual_report'
        """,
        [year],
    ).fetchone()
    assert row is not None
    assert row[:4] == (intakes, returned_and_rehomed, euthanized, first)
    assert tuple(f"{100 * rate:.1f}" for rate in row[4:]) == rates


def test_equal_complaints_without_an_id_stay_separate(marts: duckdb.DuckDBPyConnection) -> None:
    [cases] = marts.execute(
        "select count(*) from int_complaint where source_id = 'au-townsville'"
    ).fetchall()[0]
    assert cases == 4_094
