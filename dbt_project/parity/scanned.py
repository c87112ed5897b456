"""What a build on Athena read, model by model, against the budget in each model's meta.

    python -m parity.scanned TARGET_PATH

The bytes are those of the engine's own statistics (DataScannedInBytes) for the statement that makes a
model's table; tests and questions to the ledger are not in them. A budget (meta.scan_budget) is in bytes
per row of the lake: the rows of the staging tables, which are the accepted rows of all current loads. So
it holds for a lake of any size. Only a very small one is not judged, as its footers outweigh its rows.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from catdata.entities import ENTITIES

FEWEST_ROWS = 10_000
WITHIN, OVER, COULD_NOT_RUN = 0, 1, 2


@dataclass(frozen=True)
class Scan:
    """What one model's statement read; the budget is in bytes per row of the lake."""

    model: str
    folder: str
    scanned: int
    rows: int
    budget: float | None

    def is_over(self, lake_rows: int) -> bool:
        """Return whether the model read more than it may; one without a budget may read nothing."""
        return self.scanned > (self.budget or 0) * lake_rows


class NoStatisticsError(ValueError):
    """A build whose results tell no bytes."""

    def __init__(self, target_path: Path) -> None:
        super().__init__(
            f"{target_path} の結果には読取り量がありません（Athenaのビルドですか）。/ "
            f"The results in {target_path} tell no bytes; is it a build on Athena?"
        )


def read_scans(target_path: Path) -> list[Scan]:
    """Return what each table's statement read in the build that dbt left in a target path."""
    return list(_scans(_read(target_path, "manifest"), _read(target_path, "run_results")))


def _read(target_path: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((target_path / f"{name}.json").read_text("utf-8"))
    return found


def _scans(manifest: dict[str, Any], results: dict[str, Any]) -> Iterator[Scan]:
    for result in results["results"]:
        node = manifest["nodes"].get(result["unique_id"], {})
        response = result["adapter_response"]
        if node.get("resource_type") != "model" or node["config"]["materialized"] == "view":
            continue
        if "data_scanned_in_bytes" in response:
            yield Scan(
                model=node["name"],
                folder=node["fqn"][1],
                scanned=int(response["data_scanned_in_bytes"]),
                rows=int(response["rows_affected"]),
                budget=node["config"]["meta"].get("scan_budget"),
            )


def lake_rows(scans: list[Scan]) -> int:
    """Return how many rows the staging tables of the lake's entities have."""
    names = {f"stg_{entity}" for entity in ENTITIES}
    return sum(scan.rows for scan in scans if scan.model in names)


def scans_table(scans: list[Scan]) -> Table:
    """Return the marts one by one, and what comes before them by folder."""
    rows = lake_rows(scans)
    table = Table(
        title=f"Athenaの読取り量 / bytes scanned on Athena, {rows:,} rows in the lake",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("モデル\nmodel", no_wrap=True)
    for title in ("読取り\nKiB", "1行あたり\nbytes / row", "予算\nbudget"):
        table.add_column(title, justify="right")
    for folder in ("staging", "intermediate"):
        of_folder = [scan for scan in scans if scan.folder == folder]
        total = sum(scan.scanned for scan in of_folder)
        table.add_row(f"{folder} ({len(of_folder)})", *_cells(total, rows), "")
    for scan in sorted(scans, key=lambda scan: scan.model):
        over = rows >= FEWEST_ROWS and scan.is_over(rows)
        if scan.folder == "marts" or over:
            budget = "" if scan.budget is None else f"{scan.budget:g}"
            style = "bold red" if over else None
            table.add_row(scan.model, *_cells(scan.scanned, rows), budget, style=style)
    total = sum(scan.scanned for scan in scans)
    table.add_row("合計 / together", *_cells(total, rows), "")
    return table


def _cells(scanned: int, rows: int) -> tuple[str, str]:
    return f"{scanned / 1024:,.0f}", f"{scanned / rows:,.1f}" if rows else ""


def excess(scan: Scan, rows: int) -> str:
    """Return the sentence that a model reads more than it may."""
    if scan.budget is None:
        return (
            f"{scan.model} には読取り量の予算がありません（meta.scan_budget）。/ "
            f"{scan.model} has no budget of bytes; give it meta.scan_budget."
        )
    return (
        f"{scan.model} の読取り量は1行あたり {scan.scanned / rows:,.1f} バイトで、"
        f"予算 {scan.budget:g} を超えました。/ "
        f"{scan.model} read {scan.scanned / rows:,.1f} bytes per row of the lake; "
        f"its budget is {scan.budget:g}."
    )


@click.command()
@click.argument("target_path", type=click.Path(exists=True, file_okay=False, path_type=Path))
def scanned(target_path: Path) -> None:
    """Print what a build on Athena read; 0 within its budgets, 1 over one, 2 could not run."""
    try:
        scans = read_scans(target_path)
        if not scans:
            raise NoStatisticsError(target_path)
    except (OSError, ValueError) as error:
        click.echo(f"読取り量を調べられません / bytes could not be read: {error}", err=True)
        raise SystemExit(COULD_NOT_RUN) from error
    rows = lake_rows(scans)
    Console(width=None if sys.stdout.isatty() else 160).print(scans_table(scans))
    if rows < FEWEST_ROWS:
        click.echo(
            f"{FEWEST_ROWS:,} 行未満のレイクでは予算を判定しません。/ "
            f"Budgets are not judged on a lake of fewer than {FEWEST_ROWS:,} rows.",
            err=True,
        )
        return
    over = [scan for scan in scans if scan.is_over(rows)]
    for scan in over:
        click.echo(excess(scan, rows), err=True)
    raise SystemExit(OVER if over else WITHIN)


if __name__ == "__main__":
    scanned()
