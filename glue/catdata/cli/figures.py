"""A short table of figures per municipality, from the marts that dbt built."""

from pathlib import Path
from typing import Any

import click
from rich import box
from rich.table import Table

from catdata.cli.terminal import console

# The newest year of each body: its own records where it has them, else what it published.
_QUERY = """
with newest as (
    select
        figures.*,
        bodies.name,
        row_number() over (
            partition by figures.municipality_code, figures.basis
            order by figures.fiscal_year desc
        ) as newest_first
    from mart_municipality_fiscal_year as figures
    inner join dim_municipality as bodies
        on figures.municipality_code = bodies.municipality_code
    where figures.body_scope = '' and figures.intakes > 0
)

select
    municipality_code, name, basis, fiscal_year, intakes, returned, rehomed,
    euthanized, return_rehome_rate, return_rehome_rate_low, return_rehome_rate_high,
    euthanasia_rate, euthanasia_rate_low, euthanasia_rate_high
from newest
where newest_first <= ?
order by municipality_code, basis, fiscal_year desc
"""
_BASIS = {"records": "記録", "annual_report": "公表値"}


@click.command()
@click.option(
    "--database",
    required=True,
    envvar="CATDATA_DUCKDB",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="DuckDB file that dbt built.",
)
@click.option(
    "--years",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Newest fiscal years of each body.",
)
def figures(database: Path, years: int) -> None:
    """Show intakes, outcomes and the official rates per municipality, with 95 % intervals."""
    try:
        import duckdb
    except ImportError as error:
        raise click.ClickException(
            "duckdb がありません（dbt の環境で実行してください）。/ duckdb is not installed."
        ) from error
    try:
        opened = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise click.ClickException(
            f"{database}: DuckDBのデータベースとして開けません（dbt が書いている間も開けません）。/ It cannot "
            "be opened as a DuckDB database, nor while dbt writes it."
        ) from error
    with opened as connection:
        try:
            rows = connection.execute(_QUERY, [years]).fetchall()
        except duckdb.CatalogException as error:
            raise click.ClickException(
                f"{database}: マートがありません。先に dbt build を実行してください。/ "
                "There are no marts yet; run dbt build first."
            ) from error
    table = Table(
        title="自治体別の数値（最新年度） / figures per municipality, newest year",
        title_justify="left",
        caption="記録 = 台帳の行から / from records、公表値 = 公表された統計 / as published、"
        "… = 値がない / not known",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for title in ("コード\ncode", "自治体\nbody", "根拠\nbasis", "年度\nyear"):
        table.add_column(title, no_wrap=True)
    for title in (
        "引取り\nintake",
        "返還\nreturned",
        "譲渡\nrehomed",
        "殺処分\neuthan.",
        "返還・譲渡率\n(95 %)",
        "殺処分率\n(95 %)",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for code, name, basis, year, *rest in rows:
        counts, rates = rest[:4], rest[4:]
        table.add_row(
            code, name, _BASIS[basis], str(year), *map(_count, counts), _rate(*rates[:3]),
            _rate(*rates[3:]),
        )  # fmt: skip
    console().print(table)


def _count(value: int | None) -> str:
    return "…" if value is None else f"{value:,}"


def _rate(rate: Any, low: Any, high: Any) -> str:
    if rate is None:
        return "…"
    interval = "" if low is None else f" ({100 * low:.0f}–{100 * high:.0f})"
    return f"{100 * rate:.1f} %{interval}"
