"""Athena and Redshift build only what changed, and are DuckDB's build of everything to the cell."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from fixture_lake import FixtureLake
from histories import History

from parity.compare import compare
from parity.engines import read_target
from parity.figures import Figures
from parity.manifest import read_marts
from standins.engines import control, services
from standins.warehouse import ROOT, dbt_command, own_places, run_module

pytestmark = pytest.mark.engines

Marts = dict[str, Figures]


@dataclass(frozen=True)
class Warehouse:
    """The marts of one target over the lake of the environment."""

    target: str
    folder: Path

    def dbt(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start dbt in a process group of its own."""
        return subprocess.Popen(
            dbt_command(self.target, self.folder, *command),
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def build(self, *options: str) -> None:
        """Build all models."""
        output, _ = (running := self.dbt("run", *options)).communicate(timeout=500)
        assert running.returncode == 0, output.decode()[-3000:]

    def kill_amid(self, seconds: float) -> None:
        """Start a build and kill it so long after its first model began."""
        log = self.folder / "dbt.log"
        log.unlink(missing_ok=True)
        running = self.dbt("run")
        while running.poll() is None and not (
            log.exists() and "Began running" in log.read_text("utf-8")
        ):
            time.sleep(0.05)
        time.sleep(seconds)
        assert running.poll() is None, "the build was over before it was killed"
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()

    def marts(self) -> Marts:
        """Return the figures of every mart as they are now."""
        return dict(read_target(self.target, ROOT, read_marts(self.folder)))


@pytest.fixture(scope="module")
def engines() -> Iterator[None]:
    """Lead this process and those that it starts to the stand-ins, to places of this module's own."""
    run = f"incremental_{uuid4().hex[:8]}"
    with control.shared() as state, pytest.MonkeyPatch.context() as patch:
        own = own_places(run) | {"CATDATA_LAKE": f"s3://{services.BUCKET}/{run}/lake"}
        for name, value in (control.environment(state) | own).items():
            patch.setenv(name, value)
        yield


def differing(left: Marts, right: Marts) -> list[str]:
    assert left.keys() == right.keys()
    return [name for name in left if not compare(name, left[name], right[name]).is_same]


def test_a_history_with_a_killed_build_ends_in_the_figures_of_one_build(
    engines: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(FixtureLake(os.environ["CATDATA_LAKE"]), seed=21)
    run_module("catdata.cli", "register")
    warehouses = [Warehouse(target, tmp_path / target) for target in ("athena", "redshift")]

    def whole(name: str) -> Marts:
        monkeypatch.setenv("CATDATA_DUCKDB", str(tmp_path / f"{name}.duckdb"))
        measure = Warehouse("local", tmp_path / name)
        measure.build()
        return measure.marts()

    before = whole("before")
    for warehouse in warehouses:
        warehouse.build()
        assert differing(before, warehouse.marts()) == []
    for _ in range(4):
        history.step()
    run_module("catdata.cli", "register")
    after = whole("after")
    assert differing(before, after)
    for warehouse in warehouses:
        warehouse.kill_amid(4)
        left = warehouse.marts()
        assert set(differing(before, left)) & set(differing(after, left)) == set()
        warehouse.build()
        assert differing(after, warehouse.marts()) == []
    for warehouse in warehouses:
        warehouse.build("--full-refresh")
        assert differing(after, warehouse.marts()) == []
