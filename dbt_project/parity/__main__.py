"""The command line: python -m parity; scripts/parity builds the marts first and then calls it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from parity.compare import Comparison, compare
from parity.engines import read_target
from parity.figures import Figures
from parity.keep import keep, kept
from parity.manifest import read_marts
from parity.show import engines_table, markdown

SAME, DIFFERS, COULD_NOT_RUN = 0, 1, 2


@click.command()
@click.option("--targets", required=True, help="Targets of profiles.yml; the first is the measure.")
@click.option(
    "--builds",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the target path of each target's dbt build.",
)
@click.option("--keep", "keep_in", type=click.Path(path_type=Path), help="Keep the figures here.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Compare the first target with figures kept here; markdown on standard output.",
)
def parity(targets: str, builds: Path, keep_in: Path | None, against: Path | None) -> None:
    """Compare the marts of several targets, and of now and then; 0 same, 1 differs, 2 could not run."""
    first, *others = targets.split(",")
    with _explained():
        before = kept(against) if against else None
        measure = _figures(first, builds)
        figures = {other: _figures(other, builds) for other in others}
        found = {other: _compared(measure, figures[other]) for other in others}
        if keep_in:
            keep(keep_in, measure)
    same = all(comparison.is_same for comparisons in found.values() for comparison in comparisons)
    for other in others:
        for mart in sorted(measure.keys() ^ figures[other].keys()):
            without = other if mart in measure else first
            click.echo(f"{mart}: {without} にありません / it is missing on {without}", err=True)
            same = False
    # With --against, standard output is the page for the pull request and nothing else.
    console = Console(stderr=against is not None, width=None if sys.stdout.isatty() else 160)
    if found:
        console.print(engines_table(first, found))
    if before is not None:
        changes = _compared(before, measure)
        added, removed = measure.keys() - before.keys(), before.keys() - measure.keys()
        click.echo(markdown(changes, sorted(added), sorted(removed)))
        same = same and not added and not removed and all(c.is_same for c in changes)
    raise SystemExit(SAME if same else DIFFERS)


def _figures(target: str, builds: Path) -> dict[str, Figures]:
    return dict(read_target(target, Path.cwd(), read_marts(builds / target)))


def _compared(left: dict[str, Figures], right: dict[str, Figures]) -> list[Comparison]:
    return [compare(mart, left[mart], right[mart]) for mart in left if mart in right]


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever keeps the figures from being read into a sentence and exit status 2."""
    try:
        yield
    except Exception as error:
        click.echo(f"比較できません / the marts could not be compared: {error}", err=True)
        raise SystemExit(COULD_NOT_RUN) from error


if __name__ == "__main__":
    parity()
