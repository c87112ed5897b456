"""Command line: write the sample files of a seed into a folder."""

from pathlib import Path

import click

from catdata.samples.generate import write


@click.command()
@click.argument("out_dir", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=20260401, show_default=True, help="same seed, same bytes")
@click.option("--scale", default=1.0, show_default=True, help="multiplies the number of records")
def main(out_dir: Path, seed: int, scale: float) -> None:
    """Write sample files of fictional bodies, and truth.json, into OUT_DIR.

    OUT_DIR/first holds what the bodies send first, OUT_DIR/corrected what they send again under
    the same names.
    """
    truth = write(out_dir, seed, scale)
    rows = sum(file["rows_in"] for file in truth["files"])
    click.echo(f"{len(truth['files'])} files, {rows} rows in {out_dir}")


if __name__ == "__main__":
    main()
