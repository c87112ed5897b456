"""Which rows a page of records has: the extract holds the records once in every order that can be asked for.

A page is then a stretch of one file, read where it lies, however deep; the cursor is the number of its last
row there. Descending order is the same file from behind, with the empty values, which stand last in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cat_data_api.store import Snapshot
from published.snapshot import order_table

ROW = "file_row_number"
# So few records of single bodies are sorted at once: the main file has them side by side.
_FEW = 20_000
# From behind, the rows that should hold the page several times over are looked at before all others.
_TIMES, _LEAST = 4, 2000


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL, and the values bound in it."""

    sql: str
    bound: tuple[object, ...]


EVERYTHING = Condition("true", ())


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by a column, descending or not; without one, as the main file has it."""

    column: str | None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a page in their order: the table, their numbers in it, and what the cursor tells of the end."""

    table: str
    rows: list[int]
    last: int | None


def find(
    snapshot: Snapshot,
    where: Condition,
    order: Order,
    after: int | None,
    limit: int,
    total: int,
    *,
    of_bodies: bool,
) -> Found:
    """Return the rows of the page behind a place.

    `total` is how many rows the list has, `of_bodies` whether they are those of single bodies.
    """
    stretch = max(_LEAST, _TIMES * (limit + 1) * snapshot.cats // max(total, 1))
    if order.column is None:
        whole = [(0, snapshot.cats - 1, False)]
        return _along(snapshot, "cats", whole, where, after, limit, stretch)
    if of_bodies and total <= _FEW:
        return _sorted(snapshot, where, order, after, limit)
    table = order_table(order.column)
    snapshot.open_late(table)
    known = snapshot.count(f"select count({order.column}) from {table}", ())  # noqa: S608
    parts = [(0, known - 1, order.descending), (known, snapshot.cats - 1, False)]
    return _along(snapshot, table, parts, where, after, limit, stretch)


def _sorted(
    snapshot: Snapshot, where: Condition, order: Order, after: int | None, limit: int
) -> Found:
    """Sort the few rows there are; the place is how many of them were told."""
    first = 0 if after is None else after + 1
    by, sign = order.column, "-" if order.descending else ""
    found = snapshot.rows(
        f"select {ROW} from cats where {where.sql} "  # noqa: S608
        f"order by {by} {'desc' if order.descending else 'asc'} nulls last, "
        f"case when {by} is null then {ROW} else {sign}{ROW} end limit ? offset ?",
        (*where.bound, limit + 1, first),
    )
    rows = [row for (row,) in found[:limit]]
    return Found("cats", rows, first + limit - 1 if len(found) > limit else None)


def _along(
    snapshot: Snapshot,
    table: str,
    parts: list[tuple[int, int, bool]],
    where: Condition,
    after: int | None,
    limit: int,
    stretch: int,
) -> Found:
    """Go along the parts of a table, each forward or from behind, until the page is full."""
    rows: list[int] = []
    for low, high, backward in _left(parts, after):
        for first, last in _stretches(low, high, backward, stretch):
            rows += _within(snapshot, table, where, (first, last), backward, limit + 1 - len(rows))
            if len(rows) > limit:
                return Found(table, rows[:limit], rows[limit - 1])
    return Found(table, rows, None)


def _within(
    snapshot: Snapshot,
    table: str,
    where: Condition,
    ends: tuple[int, int],
    backward: bool,
    most: int,
) -> list[int]:
    """Return the first rows of a stretch that fit."""
    first, last = ends
    if where.sql == EVERYTHING.sql:
        stretch = range(last, first - 1, -1) if backward else range(first, last + 1)
        return list(stretch[:most])
    found = snapshot.rows(
        f"select {ROW} from {table} where {where.sql} and {ROW} between ? and ? "  # noqa: S608
        f"order by {ROW} {'desc' if backward else 'asc'} limit ?",
        (*where.bound, first, last, most),
    )
    return [row for (row,) in found]


def _left(parts: list[tuple[int, int, bool]], after: int | None) -> Iterator[tuple[int, int, bool]]:
    """Yield what is left of the parts behind a row."""
    for low, high, backward in parts:
        if after is None:
            yield low, high, backward
        elif low <= after <= high:
            yield (low, after - 1, True) if backward else (after + 1, high, False)
            after = None


def _stretches(low: int, high: int, backward: bool, stretch: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a part: from behind, a short one before the rest."""
    if backward and high - low >= stretch:
        yield high - stretch + 1, high
        high -= stretch
    if low <= high:
        yield low, high
