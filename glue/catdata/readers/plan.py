"""Which reader a raw file needs: by its contract and its first bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catdata.contracts.model import Table
from catdata.readers.cells import Shape
from catdata.readers.delimited import plan_delimited, read_delimited
from catdata.readers.records import plan_records, read_records
from catdata.readers.source import OpenObject, Source, file_variables
from catdata.readers.types import ReadError, Split, TextBlock


@dataclass(frozen=True, slots=True)
class Plan:
    """How a raw object is read: its splits, the SHA-256 of its bytes, columns no contract names."""

    splits: tuple[Split, ...]
    content_sha256: str
    unlisted_columns: tuple[str, ...]


def plan(
    open_object: OpenObject, key: str, size: int, table: Table, *, split_bytes: int = 64 << 20
) -> Plan:
    """Look through a raw object once and say how it is read.

    `size` is in bytes; `split_bytes` is how much of a CSV one task reads. Raises ReadError where the
    file cannot be read by the contract, or one of its columns is missing.
    """
    source = Source(open_object, key, size)
    if size == 0:
        raise ReadError(
            "ファイルが空です（0バイト）。", "The file is empty (0 bytes).", key=source.name
        )
    splits, sha256, unlisted = _plan(source, table, split_bytes)
    variables = file_variables(table.file, key) or {}
    return Plan(
        tuple(replace(s, variables={**variables, **s.variables}) for s in splits),
        sha256,
        unlisted,
    )


def read(
    split: Split,
    table: Table,
    open_object: OpenObject,
    columns: Sequence[str],
    *,
    block_rows: int = 65536,
    plain: frozenset[str] = frozenset(),
) -> Iterator[TextBlock]:
    """Give the rows of a split as text: `columns` alone, every row below the header.

    `columns` are header names in the contract's spelling (inner names where it has blocks); one that
    the file lacks is blank. `plain` are those that stay plain strings, others are dictionaries.
    Raises ReadError where bytes cannot be read.
    """
    source = Source(open_object, split.key, 0)
    shape = Shape(split, table, columns, plain)
    if table.format == "csv":
        yield from read_delimited(split, source, shape, block_rows)
    else:
        yield from read_records(split, source, table, shape, block_rows)


def _plan(
    source: Source, table: Table, split_bytes: int
) -> tuple[list[Split], str, tuple[str, ...]]:
    if table.format == "csv":
        return plan_delimited(source, table, split_bytes)
    return plan_records(source, table)
