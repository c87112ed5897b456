"""The header of a table: where it is, what its columns are called, what stands above it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from catdata.contracts.model import Table
from catdata.readers.columns import as_in_contract, canonical, contract_names, groups, listed
from catdata.readers.limits import HEADER_WITHIN
from catdata.readers.types import ReadError

Rows = Sequence[Sequence[str]]
Merge = tuple[tuple[int, int], tuple[int, int]]
"""A merged range of cells: (first row, first column), (last row, last column), 0-based, inclusive."""


class HeaderError(ReadError):
    """A table has no header where the contract says, or a heading is missing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A header: its names in the contract's spelling, and its first and last row (1-based).

    `score` counts the contract's columns among the names.
    """

    names: tuple[str, ...]
    first: int
    last: int
    score: int


def find(
    rows: Rows, table: Table, *, key: str, sheet: str | None = None, merges: Sequence[Merge] = ()
) -> Found:
    """Find the header in the first rows of a table.

    By the contract's `row`; else the first row with all of `contains`; else the row with the most of
    the contract's columns. Raises HeaderError where there is none. No cell is quoted in a message,
    since the rows may be data with names of people.
    """
    header = table.header
    last = max(0, min(len(rows), HEADER_WITHIN) - header.rows + 1)
    if header.row is not None:
        if len(rows) < header.row + header.rows - 1:
            raise HeaderError(
                f"列名の行（{header.row}行目）がありません。{len(rows)}行しかありません。",
                f"There is no header in row {header.row}: found only {len(rows)} rows.",
                key=key, sheet=sheet, row=header.row,
            )  # fmt: skip
        return _at(header.row - 1, rows, table, merges)
    if not any(any(row) for row in rows):
        raise HeaderError(
            "データがありません（空です）。列名の行とデータが必要です。",
            "It is empty: expected a header and rows.",
            key=key, sheet=sheet,
        )  # fmt: skip
    if last == 0:
        raise HeaderError(
            f"列名の行が{header.rows}行必要ですが、{len(rows)}行しかありません。",
            f"Expected a header of {header.rows} rows, found only {len(rows)}.",
            key=key, sheet=sheet,
        )  # fmt: skip
    places = [_at(i, rows, table, merges) for i in range(last)]
    if not header.contains:
        return max(places, key=lambda found: (found.score, -found.first))
    expected = {canonical(name) for name in header.contains}
    for i, found in enumerate(places):
        names = {canonical(name) for name in (*found.names, *rows[found.first - 1])}
        if expected <= names:
            # A header of several rows is also met one row too early, under a blank row.
            return max(places[i : i + header.rows], key=lambda found: (found.score, -found.first))
    raise HeaderError(
        f"列名の行が見つかりません。最初の{HEADER_WITHIN}行のうちに次のすべてを含む行が必要です: "
        f"{listed(header.contains, 'ja')}。",
        f"No header found: expected a row with all of {listed(header.contains)} within the first "
        f"{HEADER_WITHIN} rows.",
        key=key, sheet=sheet,
    )  # fmt: skip


def best_score(rows: Rows, table: Table) -> int:
    """Return the most of the contract's columns that any row, read as the header, would have."""
    last = min(len(rows), HEADER_WITHIN) - table.header.rows + 1
    return max((_at(i, rows, table, ()).score for i in range(last)), default=0)


def headings(
    rows: Rows, found: Found, table: Table, *, key: str, sheet: str | None = None
) -> dict[str, str]:
    """Return `@heading.NAME` for each expression of the contract, searched in the cells above the data.

    A cell matches as it is written or in NFKC; the value is the first group, or the whole match.
    Raises HeaderError where an expression matches no cell.
    """
    cells = [cell for row in rows[: found.last] for cell in row if cell]
    texts = [text for cell in cells for text in (cell, unicodedata.normalize("NFKC", cell))]
    values: dict[str, str] = {}
    for name, expression in table.headings.items():
        match = next((m for text in texts if (m := re.search(expression, text))), None)
        if match is None:
            raise HeaderError(
                f"表の上の見出し「{name}」がありません。期待した形: {expression}",
                f"The heading '{name}' above the table is missing; expected the form {expression}",
                key=key, sheet=sheet, row=found.first,
            )  # fmt: skip
        values[f"@heading.{name}"] = (match[1] if match.re.groups else match[0]) or ""
    return values


def _at(index: int, rows: Rows, table: Table, merges: Sequence[Merge]) -> Found:
    names = as_in_contract(_names(index, rows, table, merges), table)
    # Trailing cells without a name are no columns: spreadsheets pad their rows.
    while names and not names[-1]:
        names = names[:-1]
    present = {name for group in groups(names, table) for name in group.places()}
    score = len(present & contract_names(table).keys())
    return Found(names, index + 1, index + table.header.rows, score)


def _names(index: int, rows: Rows, table: Table, merges: Sequence[Merge]) -> list[str]:
    """Join the header's rows column by column; each merged cell counts once."""
    count = table.header.rows
    if count == 1:
        return list(rows[index])
    width = max(len(row) for row in rows[index : index + count])
    grid = [[*row, *[""] * (width - len(row))] for row in rows[index : index + count]]
    inside = [m for m in merges if index <= m[0][0] < index + count]
    # The cell that each cell shows: itself, or the first cell of its merged range.
    owner = {(r, c): (r, c) for r in range(count) for c in range(width)}
    if inside:
        for (top, left), (bottom, right) in inside:
            for r in range(top - index, min(bottom - index + 1, count)):
                for c in range(left, min(right + 1, width)):
                    owner[r, c] = (top - index, left)
    else:
        # No merges are known (text files): a blank upper cell over a filled one belongs to its left.
        for r in range(count - 1):
            for c in range(1, width):
                if not grid[r][c].strip() and any(grid[b][c].strip() for b in range(r + 1, count)):
                    owner[r, c] = owner[r, c - 1]
    names = []
    for c in range(width):
        cells = dict.fromkeys(owner[r, c] for r in range(count))
        parts = [canonical(grid[r][k]) for r, k in cells]
        names.append(table.header.separator.join(part for part in parts if part))
    return names
