"""What a person at a terminal sees: progress, tables as wide as the screen, errors as sentences."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from catdata.contracts.problems import ContractError
from catdata.sentences import SentenceError
from catdata.storage import disk


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; gives a function that takes what is done and all."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def report(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield report


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that a person can act on into a sentence and exit code 2."""
    try:
        yield
    except (ContractError, SentenceError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    except OSError as error:
        click.echo(str(disk.explained(error, str(error.filename or ""))), err=True)
        raise SystemExit(2) from error


def console() -> Console:
    """Return standard output as rich prints to it; a file or pipe gets a width of its own."""
    return Console(width=None if sys.stdout.isatty() else 120)
