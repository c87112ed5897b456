"""Physical columns of a file as Arrow arrays, and their shape as the text blocks of a table."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catdata.contracts.model import Table
from catdata.readers.columns import groups
from catdata.readers.limits import MAX_CELL
from catdata.readers.types import ReadError, Split, TextBlock

DICTIONARY = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Cells:
    """Some rows of a file: arrays of text by physical position, row numbers, and ragged marks."""

    columns: Mapping[int, pa.Array]
    rows: pa.Int64Array
    ragged: pa.Int8Array | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One row as texts in the order of the wanted positions; `ragged` as in TextBlock."""

    row: int
    cells: Sequence[str]
    ragged: int = 0


class Shape:
    """What is taken of a split's physical columns, and how it becomes text blocks."""

    def __init__(
        self, split: Split, table: Table, columns: Sequence[str], plain: frozenset[str]
    ) -> None:
        self._split, self._table, self._columns, self._plain = split, table, columns, plain
        self._groups = groups(split.header, table)
        places = [
            (name, place) for g in self._groups for name, place in g.places().items()
            if name in columns
        ]  # fmt: skip
        self.positions = tuple(sorted({place for _, place in places}))
        self.plain = frozenset(place for name, place in places if name in plain)

    def type_at(self, position: int) -> pa.DataType:
        """Return the Arrow type of the column at a wanted position."""
        return pa.string() if position in self.plain else DICTIONARY

    def gather(self, records: Iterable[Record], block_rows: int) -> Iterator[TextBlock]:
        """Turn single records into text blocks."""
        rows: list[int] = []
        ragged: list[int] = []
        cells: list[list[str]] = [[] for _ in self.positions]
        for record in records:
            rows.append(record.row)
            ragged.append(record.ragged)
            for place, text, column in zip(self.positions, record.cells, cells, strict=True):
                if len(text) > MAX_CELL:
                    raise self.huge(record.row, place)
                column.append(text)
            if len(rows) == block_rows:
                yield from self.blocks(self._collected(rows, cells, ragged))
                rows, ragged, cells = [], [], [[] for _ in self.positions]
        if rows:
            yield from self.blocks(self._collected(rows, cells, ragged))

    def blocks(self, cells: Cells) -> Iterator[TextBlock]:
        """Give the text block of each group of columns.

        With `skip_blank` a row stands only in the groups where it has a cell of its own, and in the
        first where it has none at all, so that no source row is lost.
        """
        variables = self._split.variables
        blank = [self._blank(g.own, cells) for g in self._groups]
        for i, group in enumerate(self._groups):
            mask = blank[i]
            block = self._block(group.places(), cells, {**variables, **group.variables})
            if mask is None or not mask.any():
                yield block
                continue
            keep = ~mask
            if i == 0:
                keep |= np.logical_and.reduce(
                    [m if m is not None else np.zeros_like(mask) for m in blank]
                )
            if keep.any():
                yield _filtered(block, pa.array(keep))

    def huge(self, row: int, position: int) -> ReadError:
        """Return the refusal of a cell that is too large."""
        return ReadError(
            f"セルが大きすぎます（上限{MAX_CELL:,}文字）。引用符の閉じ忘れがないか確かめてください。",
            f"The cell is too large: expected at most {MAX_CELL:,} characters. Is a quote not closed?",
            key=self._split.key,
            sheet=self._split.sheet,
            row=row,
            column=self._split.header[position],
        )

    def _half_character(self, column: list[str], rows: list[int], place: int) -> ReadError:
        """Return the refusal of a text with half of a surrogate pair, as JSON can write it."""
        at = next(i for i, text in enumerate(column) if re.search("[\ud800-\udfff]", text))
        return ReadError(
            "文字にならない文字コード（サロゲートの片方）があります。",
            "Found half of a surrogate pair, which is no character.",
            key=self._split.key,
            sheet=self._split.sheet,
            row=rows[at],
            column=self._split.header[place],
        )

    def _collected(self, rows: list[int], cells: list[list[str]], ragged: list[int]) -> Cells:
        columns: dict[int, pa.Array] = {}
        for place, column in zip(self.positions, cells, strict=True):
            try:
                texts = pa.array(column, pa.string())
            except UnicodeEncodeError:
                raise self._half_character(column, rows, place) from None
            columns[place] = texts if place in self.plain else texts.dictionary_encode()
        marks = pa.array(ragged, pa.int8()) if any(ragged) else None
        return Cells(columns, pa.array(rows, pa.int64()), marks)

    def _block(
        self, places: Mapping[str, int], cells: Cells, variables: Mapping[str, str]
    ) -> TextBlock:
        count = len(cells.rows)
        arrays = [
            cells.columns[places[name]] if name in places else self._absent(name, count)
            for name in self._columns
        ]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(self._columns))
        return TextBlock(batch, cells.rows, variables, cells.ragged)

    def _absent(self, name: str, count: int) -> pa.Array:
        if name in self._plain:
            return pa.repeat(pa.scalar(""), count)
        zeros = pa.array(np.zeros(count, np.int32))
        return pa.DictionaryArray.from_arrays(zeros, pa.array([""]))

    def _blank(self, own: Sequence[tuple[str, int]], cells: Cells) -> npt.NDArray[np.bool_] | None:
        """Which rows have no own cell of a group filled; None where the group leaves out no row."""
        read = [cells.columns[place] for name, place in own if name in self._columns]
        if not read or self._table.blocks is None or not self._table.blocks.skip_blank:
            return None
        return np.asarray(np.logical_and.reduce([_is_blank(column) for column in read]))


def _is_blank(column: pa.Array) -> npt.NDArray[np.bool_]:
    if isinstance(column, pa.DictionaryArray):
        blank = _is_blank(column.dictionary)
        indices = column.indices.to_numpy(zero_copy_only=False)
        return blank[indices] if len(blank) else np.zeros(len(indices), np.bool_)
    lengths = pc.binary_length(pc.utf8_trim_whitespace(column))
    return np.asarray(lengths.to_numpy(zero_copy_only=False) == 0)


def _filtered(block: TextBlock, mask: pa.BooleanArray) -> TextBlock:
    ragged = block.ragged.filter(mask) if block.ragged is not None else None
    return TextBlock(block.columns.filter(mask), block.rows.filter(mask), block.variables, ragged)
