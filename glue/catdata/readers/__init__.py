"""Readers: the bytes of a raw object to rows of text with their numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catdata.contracts.model import Table
from catdata.readers import archive, delimited, records, sheets
from catdata.readers.archive import NoMemberError, is_archive, member_names
from catdata.readers.cells import Shape
from catdata.readers.scan import hashed
from catdata.readers.source import OpenObject, Source, file_variables
from catdata.readers.types import ReadError, Split, TextBlock

__all__ = [
    "NoMemberError",
    "Plan",
    "ReadError",
    "Split",
    "TextBlock",
    "is_archive",
    "member_names",
    "plan",
    "read",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a raw object will be read: its splits, its hash, and columns that the contract lacks."""

    splits: tuple[Split, ...]
    content_sha256: str
    unlisted_columns: tuple[str, ...]


def plan(
    open_object: OpenObject, key: str, size: int, table: Table, *, split_bytes: int = 64 << 20
) -> Plan:
    """Plan the reading of a raw object by a table of its contract.

    Raises ReadError, with the place and what was expected, where it cannot be read.
    """
    splits: list[Split] = []
    unlisted: dict[str, None] = {}
    digest: str | None = None
    for source in _sources(open_object, key, size, table):
        name = source.member or key
        variables = file_variables(table.file, name) or file_variables(table.file, key) or {}
        if table.format == "csv":
            found, digest, more = delimited.plan(source, table, variables, split_bytes=split_bytes)
        elif table.format in ("xlsx", "xls"):
            found, more = sheets.plan(source, table, variables)
        else:
            found, more = records.plan(source, table, variables)
        splits += (replace(split, number=len(splits) + i) for i, split in enumerate(found))
        unlisted |= dict.fromkeys(more)
    if digest is None or archive.is_archive(key):
        with open_object() as file:
            digest = hashed(file)
    return Plan(tuple(splits), digest, tuple(unlisted))


def read(
    split: Split,
    table: Table,
    open_object: OpenObject,
    columns: Sequence[str],
    *,
    block_rows: int = 1 << 16,
    plain: frozenset[str] = frozenset(),
) -> Iterator[TextBlock]:
    """Give the rows of a split as text, wanted columns alone.

    Columns named in `plain` come as strings, others dictionary-encoded. Raises ReadError.
    """
    source = (
        Source(open_object, split.key, split.end or 0)
        if split.member is None
        else archive.member(open_object, split.key, split.member)
    )
    shape = Shape(split, table, columns, plain)
    if table.format == "csv":
        yield from delimited.read(source, split, shape, block_rows=block_rows)
    elif table.format in ("xlsx", "xls"):
        yield from sheets.read(source, split, shape, block_rows=block_rows)
    else:
        yield from records.read(source, split, table, shape, block_rows=block_rows)


def _sources(open_object: OpenObject, key: str, size: int, table: Table) -> list[Source]:
    if archive.is_archive(key):
        return archive.members(open_object, key, table)
    return [Source(open_object, key, size)]
