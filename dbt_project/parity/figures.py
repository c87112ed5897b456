"""The figures of one mart: its rows as Arrow columns, with its key and the types as declared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from parity.kinds import arrow_type, kind_of


@dataclass(frozen=True)
class Mart:
    """A mart as dbt's manifest names it: its relation on one engine and the columns of its key."""

    name: str
    relation: str
    schema: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The rows of one mart; `declared` holds each column's type in the engine's own words."""

    key: tuple[str, ...]
    declared: Mapping[str, str]
    rows: pa.Table

    @property
    def kinds(self) -> dict[str, str]:
        """Return each column's kind by the table of equivalents."""
        return {name: kind_of(declared) for name, declared in self.declared.items()}


def from_columns(
    key: Iterable[str], declared: Mapping[str, str], columns: Sequence[pa.Array | pa.ChunkedArray]
) -> Figures:
    """Return figures of Arrow columns, each brought to the Arrow type of its kind."""
    types = [arrow_type(kind_of(text)) for text in declared.values()]
    cast = [column.cast(type_) for column, type_ in zip(columns, types, strict=True)]
    return Figures(tuple(key), dict(declared), pa.table(dict(zip(declared, cast, strict=True))))


def from_rows(
    key: Iterable[str], declared: Mapping[str, str], rows: Sequence[Sequence[object]]
) -> Figures:
    """Return figures of rows of Python values, as a database's driver gives them."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(declared)
    types = [arrow_type(kind_of(text)) for text in declared.values()]
    arrays = [pa.array(list(c), t) for c, t in zip(columns, types, strict=True)]
    return Figures(tuple(key), dict(declared), pa.table(dict(zip(declared, arrays, strict=True))))
