"""The job killed by SIGKILL at every step of its write path: the figures are before or after."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .lake import contracts_folder, row, run, visible, write_ledger

__all__ = ["contracts_folder"]

# Every kill is looked at; of the states that kills leave, neighbours differ by one file at most.
HEAL_EVERY = 4


class Child:
    """The forking process of crash_child.py."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, step: int, *arguments: str | Path) -> str:
        """Run the command, killed at a step, and return what became of it."""
        assert self._process.stdin and self._process.stdout
        request = {"step": step, "arguments": [os.fspath(a) for a in arguments]}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@pytest.fixture
def child(contracts: Path) -> Iterator[Child]:
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("crash_child.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ
        | {"CATDATA_CONTRACTS": str(contracts), "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        yield Child(process)
        assert process.stdin
        process.stdin.close()


def figures(lake: Path) -> tuple[object, object]:
    """All visible rows, without what names the load."""
    without = {"load_id", "ingested_at"}
    return tuple(
        [{k: v for k, v in r.items() if k not in without} for r in visible(lake, entity)]
        for entity in ("shelter_intake", "outcome")
    )  # type: ignore[return-value]


@pytest.mark.parametrize("case", ["first load", "correction"])
def test_killed_at_every_step(child: Child, tmp_path: Path, case: str) -> None:
    start = tmp_path / "start"
    path = write_ledger(tmp_path / "new" / "ledger_202304.csv", [row(n) for n in range(1, 20)])
    name = "ledger_202304.csv" if case == "correction" else "ledger_202305.csv"
    old = write_ledger(tmp_path / "old" / name, [row(n) for n in range(1, 9)])
    assert run("ingest", old, "--lake", start, "--engine", "local").exit_code == 0
    done = tmp_path / "done"
    shutil.copytree(start, done)
    assert run("ingest", path, "--lake", done, "--engine", "local").exit_code == 0
    before, after = figures(start), figures(done)
    assert before != after

    states = []
    step, fate = 0, "killed"
    while fate == "killed":
        step += 1
        lake = tmp_path / f"lake{step}"
        shutil.copytree(start, lake)
        fate = child.run(step, "ingest", path, "--lake", lake, "--engine", "local")
        found = figures(lake)
        assert found in (before, after), f"a half state after a kill at step {step}"
        states.append(found == after)
        if step % HEAL_EVERY == 0 or fate != "killed":
            healed = run("ingest", path, "--lake", lake, "--engine", "local")
            assert healed.exit_code == 0, healed.output
            assert figures(lake) == after, f"the next run did not heal a kill at step {step}"
        shutil.rmtree(lake)
    assert fate == "ended 0"
    assert step > 20, "the write path has more steps than that: the hook saw too little"
    assert states == sorted(states), "once committed, it stays committed"
    assert not states[0] and states[-1]
