"""Records and sums as SQL: every value that came with the request is bound, never written into it."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from cat_data_api.fields import (
    BASIS,
    CATS,
    CHOSEN_BY,
    COUNTED,
    FIGURES,
    GROUPS,
    HELD,
    MUNICIPALITIES,
    Field,
)
from cat_data_api.paging import EVERYTHING, ROW, Condition, Found, Order, find
from cat_data_api.parameters import CatsQuery, Filters, MunicipalitiesQuery, Page, SummaryQuery
from cat_data_api.problems import Fault, invalid
from cat_data_api.store import Snapshot, Store

# Beyond any row of an extract.
_MOST_ROW = 1 << 31
# What does not change which rows there are, only how they are told.
_FORM = frozenset({"cursor", "limit", "fields", "labels", "bom", "format"})


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an answer: their fields, their values, how many there are in all, and where to go on."""

    snapshot: Snapshot
    fields: tuple[Field, ...]
    values: list[tuple[Any, ...]]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the snapshot, what was asked, and the last row's number in the file of its order."""

    snapshot: str
    asked: str
    row: int

    def encode(self) -> str:
        """Return the cursor of the place."""
        told = json.dumps([self.snapshot, self.asked, self.row])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> "Place":
        """Return the place of a cursor; raises ProblemError for a text that is none."""
        try:
            told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            snapshot, asked, row = told
        except (ValueError, binascii.Error, TypeError, RecursionError):
            raise _bad_cursor() from None
        known = isinstance(snapshot, str) and isinstance(asked, str)
        if not known or type(row) is not int or not 0 <= row < _MOST_ROW:
            raise _bad_cursor()
        return cls(snapshot, asked, row)


def _bad_cursor() -> Exception:
    return invalid(
        [
            Fault(
                "cursor",
                "前のページの next をそのまま、他の条件も同じままで指定してください。",
                "must be `next` of the page before, with the other parameters as they were",
            )
        ]
    )


def asked(query: BaseModel) -> str:
    """Return a short text for what a query asks, whatever the order of its values."""
    told = {
        name: sorted(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in query
        if name not in _FORM
    }
    # The order of grouping is the order of the rows.
    told |= (
        {"group_by": [str(g) for g in query.group_by]} if isinstance(query, SummaryQuery) else {}
    )
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _begin(store: Store, query: Page) -> tuple[Snapshot, Place | None]:
    """Return the snapshot of a request, and where its page begins."""
    if query.cursor is None:
        return store.current(), None
    place = Place.decode(query.cursor)
    if place.asked != asked(query):
        raise _bad_cursor()
    return store.named(place.snapshot), place


def _cursor(snapshot: Snapshot, query: Page, following: int, total: int) -> str | None:
    """Return where the page behind a page of sums begins; None behind the last one."""
    return Place(snapshot.name, asked(query), following).encode() if following < total else None


def cats(store: Store, query: CatsQuery) -> Rows:
    """Return a page of records."""
    snapshot, place = _begin(store, query)
    where = _filtered(snapshot, query)
    names = tuple(query.fields) or tuple(CATS)
    total = snapshot.count(f"select count(*) from cats where {where.sql}", where.bound)  # noqa: S608
    column = query.sort.lstrip("-")
    # The main file is in the order of municipality_code.
    order = Order(None if column == "municipality_code" else column, query.sort.startswith("-"))
    of_bodies = bool(query.municipality_code or query.prefecture)
    found = find(
        snapshot,
        where,
        order,
        place.row if place else None,
        query.limit,
        total,
        of_bodies=of_bodies,
    )
    following = None
    if found.last is not None:
        following = Place(snapshot.name, asked(query), found.last).encode()
    values = _records(snapshot, names, found)
    return Rows(snapshot, tuple(CATS[name] for name in names), values, total, following)


def _records(snapshot: Snapshot, names: Sequence[str], found: Found) -> list[tuple[Any, ...]]:
    """Return the records of some rows in their order.

    Finding the rows first and reading them then is twice as fast as sorting whole records.
    """
    if not found.rows:
        return []
    first, last = min(found.rows), max(found.rows)
    # A page without gaps needs no list of its rows.
    whole = last - first + 1 == len(found.rows)
    chosen = EVERYTHING if whole else _one_of(ROW, found.rows)
    records = {
        row[0]: row[1:]
        for row in snapshot.rows(
            f"select {ROW}, {', '.join(names)} from {found.table} "  # noqa: S608
            f"where {ROW} between ? and ? and {chosen.sql}",
            (first, last, *chosen.bound),
        )
    }
    return [records[number] for number in found.rows]


def _filtered(snapshot: Snapshot, query: Filters, table: str = "") -> Condition:
    """Return the condition of the filters of a request; with `table`, on its columns (`years.`)."""
    parts: list[Condition] = [
        _one_of(f"{table}{name}", chosen) for name in CHOSEN_BY if (chosen := getattr(query, name))
    ]
    if query.prefecture:
        codes = snapshot.codes_of(query.prefecture)
        parts.append(_one_of(f"{table}municipality_code", codes))
    for sql, value in (
        ("intake_date >= ?", query.intake_date_from),
        ("intake_date <= ?", query.intake_date_to),
        ("coalesce(age_months_max, age_months_min) >= ?", query.age_months_from),
        ("coalesce(age_months_min, age_months_max) <= ?", query.age_months_to),
    ):
        if value is not None:
            parts.append(Condition(sql, (value,)))
    return _all_of(parts)


def _one_of(column: str, values: Sequence[object]) -> Condition:
    plain = tuple(str(v) if isinstance(v, str) else v for v in values)
    return Condition(f"{column} in ({', '.join('?' for _ in plain)})" if plain else "false", plain)


def _all_of(parts: Sequence[Condition]) -> Condition:
    if not parts:
        return EVERYTHING
    return Condition(
        " and ".join(part.sql for part in parts),
        tuple(value for part in parts for value in part.bound),
    )


def summary(store: Store, query: SummaryQuery) -> Rows:
    """Return a page of sums, with the marts' own figures where a row is one of theirs."""
    snapshot, place = _begin(store, query)
    groups = tuple(dict.fromkeys(str(group) for group in query.group_by))
    if "area" in groups:
        source = _areas(snapshot, query)
    elif set(groups) == {"municipality_code", "fiscal_year"} and _is_of_places(query):
        source = _years(snapshot, query, groups)
    elif {"municipality_code", "month"} <= set(groups) <= {
        "municipality_code",
        "month",
        "fiscal_year",
    } and _is_of_places(query):
        source = _months(snapshot, query, groups)
    else:
        source = _counted(snapshot, query, groups)
    first = place.row if place else 0
    order = ", ".join(f"{field.name} asc nulls last" for field in source.ordered)
    names = ", ".join(field.name for field in source.fields)
    found = snapshot.rows(
        f"select count(*) over (), {names} from ({source.sql}) "  # noqa: S608
        f"order by {order} limit ? offset ?",
        (*source.bound, query.limit, first),
    )
    total = found[0][0] if found else 0
    values = [row[1:] for row in found]
    return Rows(
        snapshot,
        source.fields,
        values,
        total,
        _cursor(snapshot, query, first + query.limit, total),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    sql: str
    bound: tuple[object, ...]
    fields: tuple[Field, ...]
    ordered: tuple[Field, ...]


def _is_of_places(query: SummaryQuery) -> bool:
    """Return whether the filters choose whole bodies and years, as the marts' rows are."""
    return query.set_filters() <= {"municipality_code", "prefecture", "fiscal_year"}


def _group(name: str) -> str:
    return "intake_month as month" if name == "month" else name


def _counted(snapshot: Snapshot, query: SummaryQuery, groups: Sequence[str]) -> _Source:
    """Count records; rates are not defined here."""
    where = _filtered(snapshot, query)
    fields = tuple(GROUPS[g] for g in groups)
    sql = (
        f"select {', '.join(map(_group, groups))}, count(*) as heads, 'observed' as value_status "  # noqa: S608
        f"from cats where {where.sql} group by {', '.join(str(n) for n in range(1, len(groups) + 1))}"
    )
    return _Source(sql, where.bound, (*fields, *COUNTED.values()), fields)


def _areas(snapshot: Snapshot, query: SummaryQuery) -> _Source:
    """Return the mart's cells of areas, hidden ones without their heads."""
    where = _filtered(snapshot, query)
    fields = tuple(GROUPS[g] for g in ("municipality_code", "fiscal_year", "area"))
    sql = (
        "select municipality_code, fiscal_year, area, heads, value_status "  # noqa: S608
        f"from areas where {where.sql}"
    )
    return _Source(sql, where.bound, (*fields, *COUNTED.values()), fields)


def _years(snapshot: Snapshot, query: SummaryQuery, groups: Sequence[str]) -> _Source:
    where, of_mart = _filtered(snapshot, query), _filtered(snapshot, query, "years.")
    figures = ", ".join(f"years.{name}" for name in FIGURES)
    sql = (
        "select years.municipality_code, years.fiscal_year, years.basis, years.body_scope, "  # noqa: S608
        "case when years.basis = 'records' then "
        "coalesce(counted.heads, case when years.intakes is not null then 0 end) end as heads, "
        f"'observed' as value_status, {figures} "
        "from years left join (select municipality_code, fiscal_year, sum(heads) as heads from heads "
        f"where {where.sql} group by 1, 2) as counted using (municipality_code, fiscal_year) "
        f"where years.basis = ? and {of_mart.sql}"
    )
    keys = tuple(GROUPS[g] for g in groups)
    fields = (*keys, *BASIS.values(), *COUNTED.values(), *FIGURES.values())
    ordered = (*keys, BASIS["body_scope"])
    return _Source(sql, (*where.bound, query.basis, *of_mart.bound), fields, ordered)


def _months(snapshot: Snapshot, query: SummaryQuery, groups: Sequence[str]) -> _Source:
    where, of_mart = _filtered(snapshot, query), _filtered(snapshot, query, "months.")
    figures = ", ".join(f"months.{name}" for name in FIGURES)
    sql = (
        "select months.municipality_code, months.fiscal_year, months.month_start as month, "  # noqa: S608
        "coalesce(counted.heads, case when months.intakes is not null then 0 end) as heads, "
        f"'observed' as value_status, {figures} "
        "from months left join (select municipality_code, intake_month, sum(heads) as heads from heads "
        f"where {where.sql} group by 1, 2) as counted "
        "on months.municipality_code = counted.municipality_code "
        "and months.month_start = counted.intake_month "
        f"where {of_mart.sql}"
    )
    keys = tuple(GROUPS[g] for g in groups)
    fields = (*keys, *COUNTED.values(), *FIGURES.values())
    return _Source(sql, (*where.bound, *of_mart.bound), fields, keys)


def municipalities(store: Store, query: MunicipalitiesQuery) -> Rows:
    """Return a page of bodies, with what records there are of each."""
    snapshot, place = _begin(store, query)
    parts = [_one_of("prefecture", query.prefecture)] if query.prefecture else []
    if query.with_records:
        parts.append(Condition("records > 0", ()))
    where = _all_of(parts)
    source = (
        f"select {', '.join(f'b.{name}' for name in MUNICIPALITIES)}, coalesce(records, 0) as records, "  # noqa: S608
        "coalesce(facilities, []) as facilities, first_fiscal_year, last_fiscal_year "
        f"from municipalities as b left join held using (municipality_code)"
    )
    sql = f"select * from ({source}) where {where.sql}"  # noqa: S608
    total = snapshot.count(f"select count(*) from ({sql})", where.bound)  # noqa: S608
    first = place.row if place else 0
    values = snapshot.rows(
        f"{sql} order by municipality_code limit ? offset ?", (*where.bound, query.limit, first)
    )
    return Rows(
        snapshot,
        (*MUNICIPALITIES.values(), *HELD.values()),
        values,
        total,
        _cursor(snapshot, query, first + query.limit, total),
    )
