"""Full disks, and loads that run at the same time."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from .lake import contracts_folder, row, run, visible, write_ledger

__all__ = ["contracts_folder"]
ENV = {"PYTHONPATH": os.pathsep.join(sys.path)}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "catdata.cli", *map(os.fspath, arguments), "--engine", "local"]


def numbers(lake: Path) -> list[object]:
    return [r["management_no"] for r in visible(lake)]


@pytest.mark.parametrize("limit", [0, 100, 1000, 3000, 10_000])
def test_a_full_disk_says_so_and_keeps_the_old_figures(
    contracts: Path, tmp_path: Path, limit: int
) -> None:
    lake = tmp_path / "lake"
    old = write_ledger(tmp_path / "old" / "ledger_202304.csv", [row(1)])
    assert run("ingest", old, "--lake", lake, "--engine", "local").exit_code == 0
    new = write_ledger(
        tmp_path / "new" / "ledger_202304.csv", [row(n, 毛色=f"黒{n}") for n in range(2, 900)]
    )
    done = subprocess.run(
        command("ingest", new, "--lake", lake),
        env=os.environ | ENV,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode in (1, 2), told
    assert "大きさの上限" in told and "limit of its size" in told
    assert "Traceback" not in told
    assert numbers(lake) == ["C0001"]
    assert not list((lake / ".tmp").iterdir()), "a broken write left something behind"
    assert run("ingest", new, "--lake", lake, "--engine", "local").exit_code == 0
    assert len(numbers(lake)) == 898


def test_loads_of_different_objects_run_at_the_same_time(contracts: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    paths = [
        write_ledger(tmp_path / f"ledger_2023{n:02d}.csv", [row(n, 管理番号=f"C{n:04d}")])
        for n in range(1, 7)
    ]
    running = [
        subprocess.Popen(command("ingest", p, "--lake", lake), env=os.environ | ENV) for p in paths
    ]
    assert [process.wait() for process in running] == [0] * 6
    assert numbers(lake) == [f"C{n:04d}" for n in range(1, 7)]


def test_loads_of_one_object_at_the_same_time_leave_one_whole_version(
    contracts: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    versions = [[row(10 * v + n) for n in range(v + 2)] for v in range(1, 6)]
    paths = [
        write_ledger(tmp_path / str(v) / "ledger_202304.csv", rows)
        for v, rows in enumerate(versions)
    ]
    run("ingest", paths[0], "--lake", lake, "--engine", "local")
    running = [
        subprocess.Popen(command("ingest", p, "--lake", lake), env=os.environ | ENV) for p in paths
    ]
    whole = [[line.split(",")[0] for line in rows] for rows in versions]
    while any(process.poll() is None for process in running):
        assert numbers(lake) in whole, "a reader saw a part of a load"
    # A loser says so; the next run brings the figures to the bytes that lie in raw/.
    assert {process.returncode for process in running} <= {0, 1}
    assert run("normalize", "--lake", lake, "--engine", "local").exit_code == 0
    kept = (lake / "raw" / "test-ledger" / "ledger_202304.csv").read_bytes()
    [version] = [v for v, p in enumerate(paths) if p.read_bytes() == kept]
    assert numbers(lake) == whole[version]
