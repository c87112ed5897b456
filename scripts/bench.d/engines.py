"""The engines side by side, and what one small load costs once a million rows are built."""

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from many import file_name, write_sources
from measure import Usage, middle, run
from rich.table import Table

from parity.scanned import read_scans, scans_table
from standins.engines import control

BODIES, NEW_ROWS, GOAL = 50, 500, 0.1
MIB = 1 << 20


@dataclass(frozen=True)
class Bench:
    """Where the benchmark works, and with which Python and variables."""

    root: Path
    work: Path
    python: str
    variables: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> Usage:
        """Run a command at the repository's root."""
        return run(command, self.root, {**self.variables, **variables})


def fetch_table(bench: Bench) -> Table:
    """Fetch everything that the engines need into an empty folder."""
    with TemporaryDirectory(dir=bench.work) as folder:
        code = (
            "import sys; from pathlib import Path; from standins.engines.fetch import fetch_trino"
        )
        paths = {"PYTHONPATH": f"{bench.root / 'tests'}:{bench.root / 'glue'}"}
        usage = bench.run(
            bench.python, "-c", f"{code}; fetch_trino(Path(sys.argv[1]))", folder, **paths
        )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    table = Table("wall", "on disk", title="Cold fetch of the engines")
    table.add_row(f"{usage.wall:.0f} s", f"{size / MIB:,.0f} MiB")
    return table


def start_table() -> Table | None:
    """Start all stand-ins and end them again; nothing where they run already, for someone."""
    if control.running() is not None:
        return None
    began = time.perf_counter()
    with control.shared():
        took = time.perf_counter() - began
    table = Table("wall", title="Start of S3, Glue, Athena's engine and Redshift, until all answer")
    table.add_row(f"{took:.1f} s")
    return table


def parity_tables(bench: Bench) -> list[Table]:
    """Run scripts/parity once over the samples: its builds, its whole time, the bytes on Athena."""
    control.up()
    whole = bench.run(str(bench.root / "scripts/parity"))
    builds = bench.root / "build" / "parity" / "builds"
    table = Table("step", "wall", title="Parity of all marts over the samples, everything warm")
    for target in ("local", "athena", "redshift"):
        results = json.loads((builds / target / "run_results.json").read_text("utf-8"))
        table.add_row(f"dbt build, {target}", f"{results['elapsed_time']:.1f} s")
    table.add_row("scripts/parity, whole", f"{whole.wall:.1f} s")
    return [table, scans_table(read_scans(builds / "athena"))]


def incremental_table(bench: Bench, ledger: Path, repeat: int) -> Table:
    """Build one new file of 500 rows on top of 1M intakes of 50 bodies, and everything anew."""
    lake, contracts = _lake_of_many(bench, ledger)
    with TemporaryDirectory(dir=bench.work) as folder:
        own = Path(folder) / "lake"
        # Nothing in a lake is ever written over: its files can be shared.
        shutil.copytree(lake, own, copy_function=os.link)
        variables = {
            "CATDATA_LAKE": str(own),
            "CATDATA_CONTRACTS": str(contracts),
            "CATDATA_DUCKDB": f"{folder}/marts.duckdb",
        }
        dbt = [
            *(str(Path(bench.python).with_name("dbt")), "--quiet", "run", "--target", "local"),
            *("--profiles-dir", str(bench.root)),
            *("--target-path", f"{folder}/target", "--log-path", f"{folder}/target"),
        ]
        bench.run(*dbt, **variables)
        steps: dict[str, list[Usage]] = {"incremental": [], "everything": []}
        for number in range(repeat):
            new = _small_file(ledger, Path(folder), number)
            ingest = (bench.python, "-m", "catdata.cli", "ingest", str(new), "--engine", "local")
            bench.run(*ingest, **variables)
            steps["incremental"].append(bench.run(*dbt, **variables))
            steps["everything"].append(bench.run(*dbt, "--full-refresh", **variables))
    usages = {name: middle(runs) for name, runs in steps.items()}
    table = Table(
        "dbt run", "wall", "/ everything", "cpu", "peak tree",
        title=f"One load of {NEW_ROWS} rows after 1M intakes of {BODIES} bodies, DuckDB (goal: {GOAL:.2f})",
    )  # fmt: skip
    for name, usage in usages.items():
        ratio = usage.wall / usages["everything"].wall
        memory = f"{usage.peak_tree / MIB:,.0f} MiB"
        table.add_row(name, f"{usage.wall:.1f} s", f"{ratio:.2f}", f"{usage.cpu:.1f} s", memory)
    return table


def _lake_of_many(bench: Bench, ledger: Path) -> tuple[Path, Path]:
    """Return a lake of a million rows of many bodies, made once, and the bodies' contracts."""
    lake = bench.work / "lake-many"
    contracts, files = bench.work / "many" / "contracts", bench.work / "many" / "files"
    if not lake.exists():
        write_sources(ledger, bench.work / "many", 1_000_000, BODIES)
        unfinished = lake.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = (bench.python, "-m", "catdata.cli", "ingest", str(files), "--engine", "auto")
        bench.run(*command, CATDATA_LAKE=str(unfinished), CATDATA_CONTRACTS=str(contracts))
        unfinished.rename(lake)
    return lake, contracts


def _small_file(ledger: Path, folder: Path, number: int) -> Path:
    """Write a body's file of another year, with animals of other numbers."""
    with ledger.open("rb") as file:
        head, header, *rows = (next(file) for _ in range(NEW_ROWS + 2))
    new = folder / file_name(number, 20)
    new.write_bytes(head + header + b"".join(b"N" + row[1:] for row in rows))
    return new
