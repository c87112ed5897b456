"""Make a lake ready to be read: empty tables and reference tables."""

import click

from catdata.cli.options import lake_option
from catdata.cli.terminal import explained
from catdata.contracts.load import load_contracts
from catdata.loads import initialise
from catdata.normalize.reference import publish
from catdata.storage import Storage


@click.command()
@lake_option
def init(lake: str) -> None:
    """Make a lake's empty tables and its reference tables, so that dbt can build from it."""
    with explained():
        storage = Storage(lake)
        initialise(storage)
        publish(storage, load_contracts())
