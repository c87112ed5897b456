"""A lake in which every difference between engines would change a figure, and its marts on DuckDB."""

import os
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from fixture_lake import BODY, FixtureLake, Row
from scenarios import SMALL_AREAS, figure, intake, outcome, write_scenarios

ROOT = Path(__file__).parents[2]


def write_lake(root: Path) -> None:
    """Fill a lake with the stories of the marts' own tests and with what engines may differ in."""
    lake = FixtureLake(root)
    write_scenarios(lake)
    # 1 / 128 = 0.0078125 lies in the middle of two figures of six decimals.
    half = {"municipality_code": BODY}
    lake.load(
        "halves",
        "raw/halves/a.csv",
        {
            "annual_report": [
                figure(2012, "intake_total", 128, **half),
                figure(2012, "returned_and_rehomed", 1, **half),
            ]
        },
    )
    # Observed first at an unknown time: the last one seen tells the sex.
    lake.load("order", "raw/order/a.csv", {"shelter_intake": [_cat("o", sex="male")]})
    lake.load(
        "order",
        "raw/order/b.csv",
        {"shelter_intake": [_cat("o", sex="female", observed_date=date(2023, 6, 2))]},
    )
    # Stays of 1, 2 and 3 days in one group: (0.1 + 0.2) + 0.3 is not (0.3 + 0.2) + 0.1.
    lake.load(
        "lengths",
        "raw/lengths/a.csv",
        {
            "shelter_intake": [_cat(f"l{days}") for days in (1, 2, 3)],
            "outcome": [outcome(f"l{days}", f"2023-06-{1 + days:02}", "rehomed") for days in (1, 2, 3)],
        },
    )  # fmt: skip
    # One small area and two large ones: which one is hidden with it goes by the order of names.
    cases = [("一町", 9), ("亜町", 9), ("港町", 3)]
    lake.load(
        "names",
        "raw/names/a.csv",
        {
            "complaint": [
                {
                    "case_id": f"{area}-{number}",
                    "municipality_code": SMALL_AREAS,
                    "received_date": date(2019, 7, 1),
                    "area": area,
                    "categories": ["waste"],
                }
                for area, count in cases
                for number in range(count)
            ]
        },
    )


def _cat(intake_id: str, **row: object) -> Row:
    return intake(intake_id, "2023-06-01", **row)


class Built:
    """The marts that dbt builds of a lake with DuckDB, below one folder."""

    def __init__(self, lake: str, folder: Path) -> None:
        self.builds = folder / "builds"
        self.target = self.builds / "local"
        self.database = folder / "marts.duckdb"
        os.environ["CATDATA_LAKE"] = lake
        os.environ["CATDATA_DUCKDB"] = str(self.database)
        place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        output = ["--target-path", str(self.target), "--log-path", str(folder)]
        only_models = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        assert dbtRunner().invoke(["--quiet", "build", *only_models, *place, *output]).success
        # dbt holds the file open in this process, writable; readers open it otherwise.
        DuckDBConnectionManager.close_all_connections()

    def compiled(self, model: str) -> str:
        """Return the SQL that dbt compiled of a model."""
        (path,) = (self.target / "compiled").rglob(f"{model}.sql")
        return path.read_text("utf-8")

    def connect(self) -> "closing[duckdb.DuckDBPyConnection]":
        """Open the marts as dbt does: times are UTC."""
        connection = duckdb.connect(str(self.database))
        connection.execute("set TimeZone = 'UTC'")
        return closing(connection)
