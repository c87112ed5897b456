"""Any sequence of incremental builds gives what one build of everything gives, also after a death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import duckdb
import pytest
from histories import History
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenarios import intake

from conftest import ROOT, Project

# What remembers how it was built, and so differs between the two.
STATE = {"int_built_load", "int_changed_object"}


def tables(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of everything that dbt built, in one order."""
    with closing(duckdb.connect(str(project.database))) as connection:
        names = [n for (n,) in connection.execute("show tables").fetchall() if n not in STATE]
        return {n: connection.execute(f"from {n} order by all").fetchall() for n in names}


def whole(project: Project, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what a build from nothing gives of the same lake."""
    fresh = Project(folder, project.lake)
    assert fresh.dbt("run")
    return tables(fresh)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return (tmp_path_factory.mktemp("history") for _ in iter(int, 1))


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    # A build takes seconds: the seed and the steps name the case as they are.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 9999), builds=st.lists(st.integers(0, 3), min_size=1, max_size=3))
def test_any_history_ends_in_the_figures_of_one_build(
    folders: Iterator[Path], seed: int, builds: list[int]
) -> None:
    project = Project(next(folders))
    history = History(project.lake, seed)
    assert project.dbt("run")
    for steps in builds:
        ways = [history.step() for _ in range(steps)]
        assert project.dbt("run"), ways
    assert tables(project) == whole(project, next(folders))


def test_a_build_that_is_killed_leaves_every_mart_old_or_new_and_is_healed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = Project(tmp_path)
    history = History(project.lake, seed=7)
    assert project.dbt("run")
    before = tables(project)
    for _ in range(4):
        history.step()
    after = whole(project, tmp_path_factory.mktemp("after"))
    assert before != after
    random = Random(1)
    for _ in range(2):
        kill_amid(project, random.uniform(0.2, 3.0))
        left = tables(project)
        # Killed between its commit and its tidying, dbt leaves the old table under another name.
        assert {n for n in left if not n.endswith("__dbt_backup")} == before.keys()
        for name in (n for n in left if n.startswith(("mart_", "fct_", "dim_"))):
            assert left[name] in (before[name], after[name]), name
    assert project.dbt("run")
    assert tables(project) == after


def kill_amid(project: Project, seconds: float) -> None:
    """Start a build and kill it so long after its first model began."""
    log = project.folder / "killed" / "dbt.log"
    log.unlink(missing_ok=True)
    build = subprocess.Popen(
        [
            sys.executable, "-m", "dbt.cli.main", "run", "--project-dir", str(ROOT),
            "--profiles-dir", str(ROOT), "--target-path", str(project.folder / "killed"),
            "--log-path", str(log.parent),
        ],
        env=os.environ | {"CATDATA_LAKE": project.lake.url, "CATDATA_DUCKDB": str(project.database)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    while build.poll() is None and not (log.exists() and "Began running" in log.read_text("utf-8")):
        time.sleep(0.02)
    time.sleep(seconds)
    assert build.poll() is None, "the build was over before it was killed"
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()


def test_a_part_of_the_models_alone_does_not_pass_for_all(tmp_path: Path) -> None:
    project = Project(tmp_path)
    history = History(project.lake, seed=3)
    assert project.dbt("run")
    history.step()
    history.step()
    assert project.dbt("run", "--exclude", "fct_intake")
    assert project.dbt("run")
    assert tables(project) == whole(project, tmp_path / "whole")


def test_only_the_changed_partitions_and_sources_are_made(tmp_path: Path) -> None:
    project = Project(tmp_path)
    History(project.lake, seed=11)
    assert project.dbt("run")
    with closing(duckdb.connect(str(project.database))) as connection:
        # A mark in every kept row: it stays exactly where a row is not made anew.
        connection.execute("update stg_shelter_intake set breed = 'kept'")
        connection.execute("update fct_intake set breed = 'kept'")
    project.lake.load("paper", "raw/paper/more", {"shelter_intake": [intake("99", "2023-05-01")]})
    assert project.dbt("run")
    made = project.query("""select distinct municipality_code, fiscal_year from stg_shelter_intake
        where breed is distinct from 'kept'""")
    assert [tuple(row.values()) for row in made] == [("131016", 2023)]
    sources = project.query("""select distinct source_id from fct_intake
        where breed is distinct from 'kept'""")
    assert [row["source_id"] for row in sources] == ["paper"]


def test_more_than_a_hundred_partitions_change_at_once(tmp_path: Path) -> None:
    project = Project(tmp_path)
    History(project.lake, seed=5)
    assert project.dbt("run")
    many = [
        intake(str(1000 + n), f"{1990 + n % 30}-05-01", municipality_code=f"{n:05}1")
        for n in range(2400)
    ]
    project.lake.load("paper", "raw/paper/many", {"shelter_intake": many})
    assert project.dbt("run")
    assert tables(project) == whole(project, tmp_path / "whole")
