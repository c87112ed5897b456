"""The product's command line."""

import click

from catdata.cli.contracts import check
from catdata.cli.ingest import ingest, withdraw
from catdata.cli.normalize import main as normalize


@click.group()
def commands() -> None:
    """Municipal cat data: ingest files, check contracts, keep the lake tidy."""


commands.add_command(ingest)
commands.add_command(withdraw)
commands.add_command(normalize, "normalize")
commands.add_command(check)
