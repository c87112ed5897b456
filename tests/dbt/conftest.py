"""dbt, run in this process over lakes written by hand."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from fixture_lake import FixtureLake
from scenarios import write_scenarios

ROOT = Path(__file__).parents[2]
Rows = list[dict[str, Any]]
Query = Callable[[str], Rows]


class Project:
    """The dbt project over a lake, with its DuckDB file in a folder."""

    def __init__(self, folder: Path, lake: FixtureLake | None = None) -> None:
        self.folder = folder
        self.lake = lake or FixtureLake(folder / "lake")
        self.database = folder / "marts.duckdb"

    def dbt(self, *command: str) -> bool:
        """Run a dbt command at the repository's root; return whether it succeeded."""
        os.environ["CATDATA_LAKE"] = self.lake.url
        os.environ["CATDATA_DUCKDB"] = str(self.database)
        place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        output = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder)]
        return bool(dbtRunner().invoke(["--quiet", *command, *place, *output]).success)

    def query(self, sql: str) -> Rows:
        """Return the rows of a query over the marts."""
        with closing(duckdb.connect(str(self.database))) as connection:
            result = connection.execute(sql)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build and test every model once over all scenarios."""
    project = Project(tmp_path_factory.mktemp("marts"))
    write_scenarios(project.lake)
    assert project.dbt("build")
    return project


@pytest.fixture(scope="session")
def query(project: Project) -> Query:
    """Ask the marts of the scenarios."""
    return project.query


@pytest.fixture
def empty_project(tmp_path: Path) -> Project:
    """Give the project over a lake without any row."""
    return Project(tmp_path)
