"""Make the lake's tables known to AWS Glue, for Athena and Redshift."""

import click

from catdata.catalog import LAYERS, listed
from catdata.catalog.register import CatalogError
from catdata.catalog.register import register as register_tables
from catdata.cli.options import required_lake_option
from catdata.cli.terminal import explained
from catdata.loads import Ledger
from catdata.storage import Storage


def _database_option(layer: str):  # type: ignore[no-untyped-def]
    return click.option(
        f"--{layer}",
        envvar=f"CATDATA_SCHEMA_{layer.upper()}",
        default=f"catdata_{layer}",
        show_default=True,
        help=f"Database of the {layer} tables.",
    )


@click.command()
@required_lake_option
def register(lake: str, **databases: str) -> None:
    """Make or update Glue's tables of a lake on S3, with the bodies and years that the ledger lists.

    To be run after loads: a body or year that Glue does not know is invisible to Athena.
    """
    if not lake.startswith("s3://"):
        raise click.UsageError(
            f"{lake}: カタログに登録できるのは S3 上のレイクだけです（s3://…）。/ "
            "Only a lake on S3 can be registered (s3://bucket/prefix)."
        )
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise click.ClickException(
            "boto3 がありません（dbt の環境で実行してください）。/ boto3 is not installed."
        ) from error
    with explained():
        partitions = listed(Ledger(Storage(lake)).heads())
    try:
        for done in register_tables(boto3.client("glue"), lake, databases, partitions):
            click.echo(
                f"{done.database}.{done.table}: {'作成 / created' if done.is_new else '更新 / updated'}"
                f"（新しい区画 / new partitions: {done.new_partitions}）"
            )
    except CatalogError as error:
        raise click.ClickException(str(error)) from error
    except (BotoCoreError, ClientError) as error:
        raise click.ClickException(
            f"Glue のカタログに書けません（{error}）。権限とリージョンを確かめてください。/ "
            f"Glue's catalog cannot be written; check the permissions and the region: {error}"
        ) from error


for _layer in LAYERS:
    register = _database_option(_layer)(register)
