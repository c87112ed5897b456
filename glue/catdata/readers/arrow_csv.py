"""Delimited text by Arrow: bytes parsed as they are, and only distinct spellings decoded."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from catdata.readers.cells import DICTIONARY, Cells, Record, Shape
from catdata.readers.limits import MAX_CELL
from catdata.readers.rows import fitted, too_large
from catdata.readers.source import Source
from catdata.readers.text import decode, undecodable
from catdata.readers.types import ReadError, Split

Rows = npt.NDArray[np.int64]
BYTES, LATIN = "utf8", "latin-1"
"""What Arrow takes the bytes for: nothing is checked as UTF-8; as Latin-1 every byte is a character."""

_BLOCK_BYTES = 8 << 20
_SEPARATOR = "\0"  # stands in no text that was planned


def cells_of(source: Source, split: Split, shape: Shape) -> Iterator[Cells]:
    """Give the rows of a range of records in a byte-safe encoding, block by block, in their order.

    Arrow hands over ragged rows as text alone, so a split that has one is read again from there with
    every byte taken for a character. Raises ReadError.
    """
    assert split.first_row is not None
    done = split.first_row - 1
    try:
        for cells in _Reader(source, split, shape, BYTES).blocks():
            yield cells
            done = cells.rows[-1].as_py()
    except _RaggedError:
        for cells in _Reader(source, split, shape, LATIN).blocks():
            yield from _after(cells, done)


class _RaggedError(Exception):
    """A row has not as many cells as the header."""


class _Range(io.RawIOBase):
    """The bytes of a file from here to an end.

    An error is kept, not raised: Arrow reads ahead in a thread that an exception would leave behind,
    and then the whole process aborts at its end.
    """

    def __init__(self, file: BinaryIO, count: int) -> None:
        self._file, self._left = file, count
        self.error: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            data = self._file.read(min(len(buffer), self._left))
        except Exception as error:
            self.error = error
            return 0
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


class _Reader:
    """Reads one split, its bytes taken for `charset`."""

    def __init__(self, source: Source, split: Split, shape: Shape, charset: str) -> None:
        self._source, self._split, self._shape, self._charset = source, split, shape, charset
        self._encoding, self._delimiter = split.encoding or "", split.delimiter or ","
        self._first = self._next = split.first_row or 1
        self._ragged: list[tuple[int, str]] = []

    def blocks(self) -> Iterator[Cells]:
        """Give all blocks; raises _RaggedError at a ragged row where bytes are kept as they are."""
        count = (self._split.end or 0) - self._split.start
        if count <= 0:
            return
        with self._source.open() as file:
            file.seek(self._split.start)
            content = _Range(file, count)
            try:
                for batch in self._open(io.BufferedReader(content, 1 << 20)):
                    yield from self._numbered(batch)
            except pa.ArrowInvalid:
                if content.error is None and self._charset == BYTES:
                    raise _RaggedError from None
                if content.error is None:
                    raise too_large(self._source.name, self._next) from None
            if content.error is not None:
                raise content.error
        places = self._shape.positions
        rest = [pa.array([], self._shape.type_at(place)) for place in places]
        yield from self._numbered(pa.RecordBatch.from_arrays(rest, [str(p) for p in places]))

    def _open(self, stream: BinaryIO) -> pacsv.CSVStreamingReader:
        places = [str(place) for place in self._shape.positions]
        types = {str(place): self._shape.type_at(place) for place in self._shape.positions}
        return pacsv.open_csv(
            stream,
            read_options=pacsv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                column_names=[str(place) for place in range(len(self._split.header))],
                encoding=self._charset,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                # Arrow itself cannot hand over a row that is not UTF-8.
                invalid_row_handler=self._keep if self._charset == LATIN else None,
            ),
            convert_options=pacsv.ConvertOptions(
                check_utf8=False,
                include_columns=places,
                column_types=types,
                strings_can_be_null=False,
            ),
        )

    def _keep(self, row: pacsv.InvalidRow) -> str:
        self._ragged.append((self._first - 1 + row.number, row.text))
        return "skip"

    def _numbered(self, batch: pa.RecordBatch) -> Iterator[Cells]:
        """The rows of a batch with the ragged ones in their places; what follows it waits."""
        count = batch.num_rows
        window = count + len(self._ragged)
        rows = np.arange(self._next, self._next + window, dtype=np.int64)
        odd = np.isin(rows, [number for number, _ in self._ragged])
        good = np.flatnonzero(~odd)
        # All up to the first good row of the next batch.
        end = int(good[count]) if len(good) > count else window
        if end == 0:
            return
        rows, odd = rows[:end], odd[:end]
        self._next += end
        columns = {
            place: self._decoded(batch.column(str(place)), rows[~odd], place)
            for place in self._shape.positions
        }
        ragged = [self._mended(number, text) for number, text in self._ragged[: int(odd.sum())]]
        del self._ragged[: len(ragged)]
        if not ragged:
            yield Cells(columns, pa.array(rows))
            return
        order = pa.array(np.where(odd, count + np.cumsum(odd) - 1, np.cumsum(~odd) - 1))
        for i, place in enumerate(self._shape.positions):
            more = pa.array([record.cells[i] for record in ragged], pa.string())
            both = pa.chunked_array([columns[place], more.cast(self._shape.type_at(place))])
            columns[place] = both.unify_dictionaries().combine_chunks().take(order)
        marks = np.zeros(end, np.int8)
        marks[odd] = [record.ragged for record in ragged]
        yield Cells(columns, pa.array(rows), pa.array(marks) if marks.any() else None)

    def _mended(self, row: int, text: str) -> Record:
        """A ragged row, given as Latin-1, in the shape of the header."""
        try:
            decoded = decode(text.encode("latin-1"), self._encoding)
        except UnicodeDecodeError as error:
            prefix = error.object[: error.start].decode(self._encoding, "replace")
            raise self._undecodable(prefix, error, row) from None
        try:
            cells = next(csv.reader(io.StringIO(decoded, newline=""), delimiter=self._delimiter))
        except csv.Error:
            raise too_large(self._source.name, row) from None
        return fitted(cells, row, self._split, self._shape, self._source.name)

    def _decoded(self, column: pa.Array, rows: Rows, place: int) -> pa.Array:
        """The column in its own encoding; refuses bytes that do not fit it, and huge cells."""
        spellings = column.dictionary if column.type == DICTIONARY else column
        try:
            texts = self._texts(spellings)
        except UnicodeDecodeError:
            raise self._first_undecodable(column, rows, place) from None
        if (pc.max(pc.binary_length(texts)).as_py() or 0) > MAX_CELL:
            huge = pc.greater(pc.utf8_length(texts), MAX_CELL)
            if column.type == DICTIONARY:
                huge = huge.take(column.indices)
            if (at := pc.index(huge, True).as_py()) >= 0:
                raise self._shape.huge(int(rows[at]), place)
        if column.type == DICTIONARY:
            return pa.DictionaryArray.from_arrays(column.indices, texts)
        return texts

    def _texts(self, spellings: pa.StringArray) -> pa.StringArray:
        """All spellings decoded in one go; raises UnicodeDecodeError."""
        if len(spellings) == 0 or pc.all(pc.string_is_ascii(spellings)).as_py():
            return spellings
        one = pa.ListArray.from_arrays([0, len(spellings)], spellings.cast(pa.binary()))
        joined: bytes = pc.binary_join(one, _SEPARATOR.encode())[0].as_py()
        return pa.array(self._text(joined).split(_SEPARATOR), pa.string())

    def _text(self, data: bytes) -> str:
        if self._charset == LATIN:
            data = data.decode("utf-8").encode("latin-1")
        return decode(data, self._encoding)

    def _first_undecodable(self, column: pa.Array, rows: Rows, place: int) -> ReadError:
        """Return the refusal of the first cell of a column that does not fit the encoding."""
        cells: Sequence[bytes] = column.cast(pa.string()).cast(pa.binary()).to_pylist()
        for row, cell in zip(rows.tolist(), cells, strict=True):
            try:
                self._text(cell)
            except UnicodeDecodeError as error:
                return self._undecodable(self._delimiter * place, error, row)
        raise AssertionError("the column has no such cell")

    def _undecodable(self, prefix: str, error: UnicodeDecodeError, row: int) -> ReadError:
        return undecodable(
            prefix,
            error.object[error.start],
            self._encoding,
            key=self._source.name,
            first_row=row,
            delimiter=self._delimiter,
            header=self._split.header,
        )


def _after(cells: Cells, done: int) -> Iterator[Cells]:
    """The rows after `done`, nothing where there are none."""
    skip = int(np.searchsorted(cells.rows.to_numpy(), done, "right"))
    if skip == 0:
        yield cells
    elif skip < len(cells.rows):
        yield Cells(
            {place: column[skip:] for place, column in cells.columns.items()},
            cells.rows[skip:],
            cells.ragged[skip:] if cells.ragged is not None else None,
        )
