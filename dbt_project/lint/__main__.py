"""The command line: python -m lint compiles all SQL and looks for what the engines refuse."""

import logging
from pathlib import Path

import click

from lint import athena, redshift
from lint.compiled import DIALECTS, FOLDER, ROOT, all_sql, compile_all
from lint.denied import findings
from lint.usage import declared_types, page, usage

DENIED = {"athena": athena.DENIED, "redshift": redshift.DENIED}
PAGE = ROOT / "docs" / "reference" / "sql-of-the-models.md"


@click.command()
@click.option("--write", is_flag=True, help="Write the page of what is used; else it is compared.")
@click.option(
    "--target", type=click.Choice(list(DENIED)), help="Look at FOLDERS of one target only."
)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path))
def lint(write: bool, target: str | None, folders: tuple[Path, ...]) -> None:
    """Look for SQL that Athena or Redshift would refuse, and keep the page of what is used.

    With --target and FOLDERS (the `run` folder of a build, say) only these are looked at.
    """
    # Statements that the parser keeps as they are, such as CALL, are looked at by their words.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    if target:
        raise SystemExit(_look(target, folders))
    compile_all()
    failed = max(_look(name, (FOLDER / name / "compiled",)) for name in DENIED)
    text = current_page()
    if write:
        PAGE.write_text(text, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
        click.echo(f"{PAGE.relative_to(ROOT)}: 古い / out of date; run python -m lint --write")
        failed = 1
    raise SystemExit(failed)


def current_page(folder: Path = FOLDER) -> str:
    """Return the page as what was compiled below a folder says it."""
    used = {
        target: usage(
            (one.sql for one in all_sql(folder / target / "compiled")),
            declared_types(folder / target / "manifest.json"),
            dialect,
        )
        for target, dialect in DIALECTS.items()
    }
    return page(used, DENIED)


def _look(target: str, folders: tuple[Path, ...]) -> int:
    failed = 0
    for folder in folders:
        for one in all_sql(folder):
            for found in findings(one.sql, DIALECTS[target], DENIED[target]):
                click.echo(f"{one.path}: {target}: {found.name}: {found.why} [{found.section}]")
                failed = 1
    return failed


if __name__ == "__main__":
    lint()
