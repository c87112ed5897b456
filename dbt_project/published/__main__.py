"""The command line: python -m published publishes what a dbt build made."""

from datetime import timedelta
from pathlib import Path

import click

from catdata.storage import Storage, StorageError
from parity.engines import read_target
from parity.manifest import read_marts
from published.publish import TABLES, publish


@click.command()
@click.option("--target", default="local", show_default=True, help="Target of profiles.yml.")
@click.option(
    "--build",
    default="build/dbt",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Target path of the dbt build.",
)
@click.option("--to", required=True, help="Folder or s3://bucket/prefix of the extract.")
@click.option("--keep-days", default=2.0, show_default=True, help="How long old snapshots stay.")
def main(target: str, build: Path, to: str, keep_days: float) -> None:
    """Publish the marts that the API serves, as one snapshot; readers see all of it or none."""
    wanted = {table.mart for table in TABLES.values()}
    marts = [mart for mart in read_marts(build) if mart.name in wanted]
    if missing := wanted - {mart.name for mart in marts}:
        raise click.ClickException(
            f"マートがありません（dbt build を実行してください）。 / No such mart; run dbt build: {', '.join(sorted(missing))}"
        )
    rows = {name: figures.rows for name, figures in read_target(target, Path.cwd(), marts)}
    try:
        manifest = publish(rows, Storage(to), keep=timedelta(days=keep_days))
    except StorageError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{to}: {manifest.snapshot} ({manifest.tables['cats'].rows} cats)")


if __name__ == "__main__":
    main()
