"""Make the lake's tables known to AWS Glue, for Athena and Redshift."""

from collections.abc import Mapping

import click

from catdata.catalog import LAYERS, listed
from catdata.catalog.register import register as register_tables
from catdata.cli import aws
from catdata.cli.options import required_lake_option
from catdata.cli.terminal import explained
from catdata.loads import Ledger
from catdata.storage import Storage

DATABASES = {layer: f"catdata_{layer}" for layer in LAYERS}


def _database_option(layer: str):  # type: ignore[no-untyped-def]
    return click.option(
        f"--{layer}",
        envvar=f"CATDATA_SCHEMA_{layer.upper()}",
        default=DATABASES[layer],
        show_default=True,
        help=f"Database of the {layer} tables.",
    )


@click.command()
@required_lake_option
def register(lake: str, **databases: str) -> None:
    """Make or update Glue's tables of a lake on S3, with the bodies and years that the ledger lists.

    To be run after loads: a body or year that Glue does not know is invisible to Athena.
    """
    on_s3(lake)
    with explained():
        register_lake(lake, databases)


def on_s3(lake: str) -> None:
    """Refuse a lake that is not on S3; raises click.UsageError."""
    if not lake.startswith("s3://"):
        raise click.UsageError(
            f"{lake}: カタログに登録できるのは S3 上のレイクだけです（s3://…）。/ "
            "Only a lake on S3 can be registered (s3://bucket/prefix)."
        )


def register_lake(lake: str, databases: Mapping[str, str]) -> None:
    """Register every table of a lake and say what was done; raises SentenceError."""
    glue = aws.client("glue")
    partitions = listed(Ledger(Storage(lake)).heads())
    with aws.refusals_explained("Glue のカタログに書けません", "Glue's catalog cannot be written"):
        for done in register_tables(glue, lake, databases, partitions):
            click.echo(
                f"{done.database}.{done.table}: {'作成 / created' if done.is_new else '更新 / updated'}"
                f"（新しい区画 / new partitions: {done.new_partitions}）"
            )


for _layer in LAYERS:
    register = _database_option(_layer)(register)
