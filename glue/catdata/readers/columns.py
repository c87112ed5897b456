"""Which columns of a file the contract means: names, blocks side by side, missing and unlisted."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catdata.contracts.model import Blocks, Table
from catdata.readers.limits import MAX_COLUMNS
from catdata.readers.types import ReadError
from catdata.values import scrub

Place = tuple[str, int]
"""A column name and its physical position (0-based)."""


class ColumnsError(ReadError):
    """The columns of a file are not those of its contract."""


@dataclass(frozen=True, slots=True)
class Group:
    """One block of columns: what it stands for, its own columns, and those of every block.

    A file without blocks is one group whose columns are all shared.
    """

    variables: Mapping[str, str]
    own: tuple[Place, ...]
    shared: tuple[Place, ...]

    def places(self) -> dict[str, int]:
        """Return the position of each column by name."""
        return dict((*self.shared, *self.own))


def canonical(name: str) -> str:
    """Return the form in which header names are compared: NFKC, trimmed, no line breaks inside."""
    return re.sub(r"[\r\n]+", "", unicodedata.normalize("NFKC", name)).strip()


def contract_names(table: Table) -> dict[str, bool]:
    """Return the column names of a contract and whether a file must have each.

    Inner names where it has blocks; pseudo-columns (`@…`) are no columns of a file.
    """
    names = {name: not column.optional for name, column in table.columns.items()}
    for combined in table.combined:
        for name in combined.columns:
            names.setdefault(name, not combined.column.optional)
    return {name: needed for name, needed in names.items() if not name.startswith("@")}


def as_in_contract(header: Sequence[str], table: Table) -> tuple[str, ...]:
    """Return header names in the contract's spelling; one it does not know in canonical form."""
    names = [*contract_names(table), *(name for item in _items(table) for name in item)]
    known = {canonical(name): name for name in names}
    return tuple(known.get(name, name) for name in map(canonical, header))


def groups(header: Sequence[str], table: Table) -> tuple[Group, ...]:
    """Return the blocks of a header in the contract's spelling, in the order of the file."""
    places = [(name, place) for place, name in enumerate(header) if name]
    if table.blocks is None:
        return (Group({}, (), tuple(places)),)
    found = _by_pattern(places, table) if table.blocks.pattern else _by_items(places, table.blocks)
    taken = {place for _, own in found for _, place in own}
    shared = tuple((name, place) for name, place in places if place not in taken)
    if not found:
        return (Group({}, (), shared),)
    return tuple(
        Group({f"@block.{name}": value for name, value in variables.items()}, tuple(own), shared)
        for variables, own in found
    )


def check(
    header: Sequence[str],
    table: Table,
    *,
    key: str,
    sheet: str | None = None,
    row: int | None = None,
) -> tuple[str, ...]:
    """Return the columns of a header that the contract does not list.

    Raises ColumnsError where there are too many, or one that the contract needs is missing or (where
    it is read) stands twice. Names that the contract does not list are told only where at least half
    of those it needs are there: else the row is hardly a header, and may hold names of people.
    """
    if len(header) > MAX_COLUMNS:
        raise ColumnsError(
            f"列が多すぎます（{len(header)}列、上限{MAX_COLUMNS}列）。",
            f"Too many columns: found {len(header)}, expected at most {MAX_COLUMNS}.",
            key=key, sheet=sheet, row=row,
        )  # fmt: skip
    found = groups(header, table)
    present = dict.fromkeys(name for group in found for name, _ in (*group.shared, *group.own))
    expected = contract_names(table)
    unlisted = tuple(name for name in present if name not in expected)
    missing = [name for name, needed in expected.items() if needed and name not in present]
    missing += [name for item in _items(table) for name in item if name not in header]
    if missing:
        needed = sum(expected.values())
        is_header = 2 * sum(name in present for name in expected) >= needed
        told = [scrub(name)[0] for name in unlisted] if is_header else []
        raise ColumnsError(
            f"取込契約の列がありません: {listed(missing, 'ja')}。"
            + (f"契約にない列: {listed(told, 'ja')}。" if told else "")
            + "列名が変わったときは契約を直してください。",
            f"Columns of the contract are missing: {listed(missing)}."
            + (f" Columns found that it does not list: {listed(told)}." if told else "")
            + " Where a column was renamed, correct the contract.",
            key=key, sheet=sheet, row=row, column=missing[0],
        )  # fmt: skip
    twice = _twice(found, table)
    if twice:
        raise ColumnsError(
            f"同じ名前の列が2つ以上あります: {listed(twice, 'ja')}。1つにしてください。",
            f"A column name stands more than once: {listed(twice)}; expected each once.",
            key=key, sheet=sheet, row=row, column=twice[0],
        )  # fmt: skip
    return unlisted


def listed(names: Iterable[str], language: str = "en", most: int = 20) -> str:
    """Return names as one printable text, a long list and long names shortened."""
    names = ["".join(c if c.isprintable() else "�" for c in name[:60]) for name in names]
    shown = "、".join(names[:most]) if language == "ja" else ", ".join(names[:most])
    if len(names) <= most:
        return shown
    more = len(names) - most
    return f"{shown}、ほか{more}" if language == "ja" else f"{shown} and {more} more"


def _by_pattern(places: list[Place], table: Table) -> list[tuple[dict[str, str], list[Place]]]:
    assert table.blocks is not None and table.blocks.pattern is not None
    known = {canonical(name): name for name in contract_names(table)}
    found: dict[tuple[tuple[str, str], ...], list[Place]] = {}
    for name, place in places:
        match = re.fullmatch(table.blocks.pattern, name)
        if match is None:
            continue
        parts = {part: value or "" for part, value in match.groupdict().items()}
        inner = canonical(parts.pop("column", "") or name)
        found.setdefault(tuple(parts.items()), []).append((known.get(inner, inner), place))
    return [(dict(variables), own) for variables, own in found.items()]


def _by_items(places: list[Place], blocks: Blocks) -> list[tuple[dict[str, str], list[Place]]]:
    return [
        (
            dict(item.set),
            [(item.columns[name], place) for name, place in places if name in item.columns],
        )
        for item in blocks.items
    ]


def _items(table: Table) -> list[Mapping[str, str]]:
    return [item.columns for item in table.blocks.items] if table.blocks else []


def _twice(found: Iterable[Group], table: Table) -> list[str]:
    """Names that are read and stand more than once within a group."""
    read = {
        name
        for name in contract_names(table)
        if (column := table.columns.get(name)) is None
        or (column.ignore is None and (column.personal is None or column.applicant_key))
    }
    twice: dict[str, None] = {}
    for group in found:
        names = [name for name, _ in (*group.shared, *group.own)]
        twice.update((name, None) for name in names if name in read and names.count(name) > 1)
    return list(twice)
