"""Check contracts by hand: every mistake with its file and line."""

from pathlib import Path

import click

from catdata.cli.terminal import explained
from catdata.contracts.load import load_contract, load_contracts


@click.command("check-contracts")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check contract files, by default all that ship and those of CATDATA_CONTRACTS."""
    with explained():
        contracts = [load_contract(p) for p in paths] or list(load_contracts().values())
    for contract in contracts:
        click.echo(f"{contract.source_id}: {contract.title} ({len(contract.tables)} table(s)) OK")
