"""The product's command line."""

import click

from catdata.cli.contracts import check
from catdata.cli.figures import figures
from catdata.cli.freshness import freshness
from catdata.cli.ingest import ingest, withdraw
from catdata.cli.lake import init
from catdata.cli.normalize import main as normalize
from catdata.cli.register import register
from catdata.cli.report import report
from catdata.cli.tidy import compact, expire


@click.group()
def commands() -> None:
    """Municipal cat data: load files, check contracts, report, keep the lake tidy."""


for command in (
    ingest, withdraw, check, report, figures, freshness, init, register, expire, compact,
):  # fmt: skip
    commands.add_command(command)
commands.add_command(normalize, "normalize")
