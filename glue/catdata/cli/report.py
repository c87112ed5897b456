"""Write the report pages of a lake."""

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from catdata.cli.options import lake_option
from catdata.cli.terminal import explained
from catdata.contracts.load import load_contracts
from catdata.loads import Ledger, layout
from catdata.report.pages import pages, rejected_examples, render
from catdata.storage import Storage


@click.command()
@lake_option
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for index.html and a page per source.",
)
def report(lake: str, out: Path) -> None:
    """Write a static page per source: what was rejected, guessed, unknown, and does not add up."""
    with explained():
        storage = Storage(lake)
        ledger = Ledger(storage)
        heads = sorted(ledger.heads(), key=lambda head: (head.source_id, head.source_object))
        examples = {
            source_id: rejected_examples(storage, some)
            for source_id, some in groupby(heads, key=lambda head: head.source_id)
        }
        unmatched = [
            layout.parse_raw(info.key)[1]
            for info in storage.list(f"{layout.RAW}/{layout.UNMATCHED}")
        ]
        found = pages(load_contracts(), ledger.history(), examples, datetime.now(UTC))
        out.mkdir(parents=True, exist_ok=True)
        for name, html in render(found, unmatched).items():
            (out / name).write_text(html, encoding="utf-8")
    click.echo(out / "index.html", err=True)
