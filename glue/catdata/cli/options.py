"""Options that several commands have, with one name, default and help each."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from catdata.storage.disk import explained

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_LAKE_HELP = "Folder or s3://bucket/prefix."
lake_option = click.option(
    "--lake", default="lake", show_default=True, envvar="CATDATA_LAKE", help=_LAKE_HELP
)
# A job on a cluster has no folder of its own to fall back to.
required_lake_option = click.option("--lake", required=True, envvar="CATDATA_LAKE", help=_LAKE_HELP)
reload_option = click.option("--reload", is_flag=True, help="Load again also what has not changed.")


def _writable(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse before the run what could not be written after it."""
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(str(explained(error, str(path)))) from error
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise click.BadParameter(f"{path}: 書き込めません。 / It cannot be written.")
    return path


summary_option = click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    help="Write the run summary as JSON.",
)


def engine_option(default: str) -> Decorator:
    """Return the option that says where the work is done."""
    return click.option(
        "--engine",
        type=click.Choice(["auto", "spark", "local"]),
        default=default,
        show_default=True,
        help="Where the work is done; auto takes this process for small batches.",
    )
