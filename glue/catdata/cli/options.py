"""Options that several commands have, with one name, default and help each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_LAKE_HELP = "Folder or s3://bucket/prefix."
lake_option = click.option(
    "--lake", default="lake", show_default=True, envvar="CATDATA_LAKE", help=_LAKE_HELP
)
# A job on a cluster has no folder of its own to fall back to.
required_lake_option = click.option("--lake", required=True, envvar="CATDATA_LAKE", help=_LAKE_HELP)
reload_option = click.option("--reload", is_flag=True, help="Load again also what has not changed.")
summary_option = click.option(
    "--summary", type=click.Path(path_type=Path), help="Write the run summary as JSON."
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
