"""Delimited text: CSV and TSV in any encoding, cut into splits where it is large."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from catdata.contracts.model import Table
from catdata.readers import columns, header
from catdata.readers.cells import Cells, Record, Shape
from catdata.readers.limits import HEADER_WITHIN, MAX_CELL
from catdata.readers.scan import Cut, hashed, scan
from catdata.readers.source import Source, read_exactly
from catdata.readers.text import (
    BYTE_SAFE,
    BadByteError,
    Encoding,
    EncodingError,
    find_encoding,
    lines,
    undecodable,
)
from catdata.readers.types import ReadError, Split, TextBlock

_HEAD = 1 << 20
_BLOCK_BYTES = 16 << 20
_DELIMITERS = (",", "\t", ";", "|")
# What Python's cp932 makes of bytes that no character of that code page has.
_NO_CP932 = "[\x80\xa0\uf8f0-\uf8f3]"


def plan(
    source: Source, table: Table, variables: dict[str, str], *, split_bytes: int
) -> tuple[list[Split], str, tuple[str, ...]]:
    """Return the splits of a delimited text, the hash of its bytes, and the unlisted columns.

    Raises ReadError where the encoding, the header or the columns are not the contract's.
    """
    with source.open() as file:
        head = read_exactly(file, _HEAD)
    whole = len(head) < _HEAD
    if not head.strip():
        raise header.HeaderError(
            "データがありません（空のファイルです）。",
            "The file is empty: expected a header and rows.",
            key=source.name,
        )
    encoding = find_encoding(head, table.encoding, whole=whole, key=source.name)
    rows, ends, delimiter = _first_rows(head, encoding, table, source, whole)
    found = header.find(rows, table, key=source.name)
    unlisted = columns.check(found.names, table, key=source.name, row=found.first)
    variables = variables | header.headings(rows, found, table, key=source.name)
    first_row = found.last + 1
    line_ends_safe = encoding.name in BYTE_SAFE and ends is not None
    if line_ends_safe and ends is not None:
        start = ends[found.last - 1]
        with source.open() as file:
            done = scan(
                file, start=start, first_row=first_row, split_bytes=split_bytes, key=source.name
            )
        cuts, digest = done.cuts, done.sha256
    else:
        with source.open() as file:
            digest = hashed(file)
        cuts = (Cut(0, source.size, first_row),)
    splits = [
        Split(
            key=source.key,
            number=number,
            member=source.member,
            start=cut.start,
            end=cut.end,
            first_row=cut.first_row,
            header=found.names,
            encoding=encoding.name,
            delimiter=delimiter,
            variables=variables,
        )
        for number, cut in enumerate(cuts)
    ]
    return splits, digest, unlisted


def _first_rows(
    head: bytes, encoding: Encoding, table: Table, source: Source, whole: bool
) -> tuple[list[list[str]], list[int] | None, str]:
    """The first records, the byte after each (None where lines do not end in LF), the delimiter."""
    texts: list[str] = []
    try:
        for line in lines(io.BytesIO(head[encoding.mark :]), encoding.name, key=source.name):
            texts.append(line)
            if len(texts) > 4 * HEADER_WITHIN:
                break
    except BadByteError as bad:
        # The head may be cut within a character: only what stands before its last line counts.
        if whole or (b"\n" in head[-4096:][:-8] and len(texts) < HEADER_WITHIN):
            delimiter = table.delimiter or _delimiter(texts, table)
            raise undecodable(
                "".join(texts) + bad.prefix, bad.byte, encoding.name, key=source.name,
                delimiter=delimiter,
            ) from None  # fmt: skip
    if not whole and texts:
        texts.pop()
    delimiter = table.delimiter or _delimiter(texts, table)
    records: list[list[str]] = []
    ends: list[int] = []
    reader = csv.reader(iter(texts), delimiter=delimiter)
    position, taken = encoding.mark, 0
    for record in _records(reader, source):
        position += sum(len(t.encode(encoding.name)) for t in texts[taken : reader.line_num])
        taken = reader.line_num
        records.append(record)
        ends.append(position)
        if len(records) == HEADER_WITHIN:
            break
    lf = all(text.endswith("\n") for text in texts[: max(taken - 1, 1)]) and not any(
        "\r" in text.rstrip("\r\n") for text in texts[:taken]
    )
    return records, (ends if lf else None), delimiter


def _delimiter(texts: Sequence[str], table: Table) -> str:
    """The delimiter that gives the header most of the contract's columns."""
    names = {columns.canonical(name) for name in (*table.header.contains, *table.columns)}

    def score(delimiter: str) -> tuple[int, int]:
        cells = [
            {columns.canonical(cell) for cell in text.rstrip("\r\n").split(delimiter)}
            for text in texts[:HEADER_WITHIN]
        ]
        best = max((len({c.strip('"') for c in row} & names) for row in cells), default=0)
        return best, -_DELIMITERS.index(delimiter)

    return max(_DELIMITERS, key=score)


def _records(reader: "Iterator[list[str]]", source: Source) -> Iterator[list[str]]:
    number = 0
    try:
        for record in reader:
            number += 1
            yield record
    except csv.Error as error:
        raise ReadError(
            f"CSVとして読めません（{error}）。引用符と改行を確かめてください。",
            f"It cannot be read as delimited text: {error}; check quotes and line ends.",
            key=source.name,
            row=number + 1,
        ) from None


def read(source: Source, split: Split, shape: Shape, *, block_rows: int) -> Iterator[TextBlock]:
    """Give the text blocks of a split; raises ReadError with the row of what cannot be read."""
    if split.encoding in BYTE_SAFE and split.start > 0:
        yield from _read_fast(source, split, shape)
    else:
        yield from shape.gather(_read_slow(source, split, shape), block_rows)


def _read_slow(source: Source, split: Split, shape: Shape) -> Iterator[Record]:
    """Records by Python's csv module, for encodings and line ends that Arrow does not know."""
    assert split.encoding is not None and split.first_row is not None
    taken: list[str] = []
    with source.open() as file:
        head = file.read(4)
        mark = find_encoding(head, split.encoding, whole=False, key=source.name).mark
        file.seek(mark)

        def texts() -> Iterator[str]:
            try:
                yield from lines(file, split.encoding or "", key=source.name)
            except BadByteError as bad:
                raise undecodable(
                    bad.prefix, bad.byte, split.encoding or "", key=source.name,
                    first_row=len(taken) + 1, delimiter=split.delimiter or ",", header=split.header,
                ) from None  # fmt: skip

        reader = csv.reader(texts(), delimiter=split.delimiter or ",")
        for number, record in enumerate(_records(reader, source), start=1):
            if len(taken) < number:
                taken.append("")
            if number >= split.first_row:
                if any("\0" in cell for cell in record):
                    raise ReadError(
                        "文字のないバイト（NUL）があります。",
                        "Found a NUL character; expected text.",
                        key=source.name,
                        row=number,
                    )
                yield _fitted(record, number, split, shape)


def _fitted(record: Sequence[str], number: int, split: Split, shape: Shape) -> Record:
    """A record in the shape of the header, marked where its number of cells differs."""
    width = len(split.header)
    surplus = [cell for cell in record[width:] if cell.strip()]
    # A blank line is no short row: it is a row with nothing in it.
    short = len(record) < width and any(cell.strip() for cell in record)
    cells = [record[place] if place < len(record) else "" for place in shape.positions]
    return Record(number, cells, 1 if surplus else -1 if short else 0)


class _Range(io.RawIOBase):
    """The bytes of a file from here to an end."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self._file, self._left = file, count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _read_fast(source: Source, split: Split, shape: Shape) -> Iterator[TextBlock]:
    assert split.first_row is not None and split.end is not None
    width = len(split.header)
    names = [str(place) for place in range(width)]
    ragged: list[tuple[int, str]] = []

    def keep(row: pcsv.InvalidRow) -> str:
        ragged.append((split.first_row - 1 + row.number, row.text))  # type: ignore[operator]
        return "skip"

    if split.end <= split.start:
        return
    if width == 1:
        # Arrow takes the empty lines of a single column for rows only while parsing quotes.
        yield from shape.gather(_read_slow(source, split, shape), 1 << 16)
        return
    with source.open() as file:
        file.seek(split.start)
        stream = io.BufferedReader(_Range(file, split.end - split.start), 1 << 20)
        try:
            reader = pcsv.open_csv(
                stream,
                read_options=pcsv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK_BYTES,
                    column_names=names,
                    encoding=split.encoding,
                ),
                parse_options=pcsv.ParseOptions(
                    delimiter=split.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep,
                ),
                convert_options=pcsv.ConvertOptions(
                    check_utf8=False,
                    include_columns=[str(place) for place in shape.positions],
                    column_types={str(p): shape.type_at(p) for p in shape.positions},
                    strings_can_be_null=False,
                ),
            )
            number = split.first_row
            told: set[int] = set()
            for batch in reader:
                told.update(row for row, _ in ragged)
                rows = _numbers(number, batch.num_rows, told)
                if batch.num_rows:
                    number = int(rows[-1]) + 1
                    yield from shape.blocks(_checked(batch, rows, split, shape, source))
                if ragged:
                    yield from shape.gather(_mended(ragged, split, shape, source), 1 << 16)
                    ragged.clear()
            if ragged:
                yield from shape.gather(_mended(ragged, split, shape, source), 1 << 16)
        except UnicodeDecodeError:
            raise _where_undecodable(source, split) from None
        except pa.ArrowInvalid as error:
            raise ReadError(
                f"CSVとして読めません（{error}）。引用符と改行を確かめてください。",
                f"It cannot be read as delimited text: {error}; check quotes and line ends.",
                key=source.name,
            ) from None


def _numbers(
    first: int, count: int, without: set[int]
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The next row numbers, those of ragged rows left out."""
    rows = np.arange(first, first + count, dtype=np.int64)
    if not without:
        return rows
    inside = sorted(row for row in without if row >= first)
    for row in inside:
        if row > rows[-1] if count else True:
            break
        rows[rows >= row] += 1
    return rows


def _checked(
    batch: pa.RecordBatch, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", split: Split,
    shape: Shape, source: Source,
) -> Cells:  # fmt: skip
    """The batch's columns by position; refuses huge cells and bytes that are no characters."""
    found = {place: batch.column(str(place)) for place in shape.positions}
    for place, column in found.items():
        texts = column.dictionary if pa.types.is_dictionary(column.type) else column
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if longest > MAX_CELL:
            lengths = pc.binary_length(pc.cast(column, pa.string()))
            at = pc.index(pc.greater(lengths, MAX_CELL), True).as_py()
            raise shape.huge(int(rows[at]), place)
        if split.encoding == "cp932" and not pc.all(pc.string_is_ascii(texts)).as_py():
            odd = pc.match_substring_regex(texts, _NO_CP932)
            if pc.any(odd).as_py():
                whole = pc.match_substring_regex(pc.cast(column, pa.string()), _NO_CP932)
                at = pc.index(whole, True).as_py()
                raise EncodingError(
                    "文字コード cp932 の文字ではないバイトがあります。",
                    "Found a byte that is no character of cp932.",
                    key=source.name,
                    row=int(rows[at]),
                    column=split.header[place],
                )
    return Cells(found, pa.array(rows), None)


def _mended(
    ragged: Sequence[tuple[int, str]], split: Split, shape: Shape, source: Source
) -> Iterator[Record]:
    for number, text in ragged:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=split.delimiter or ",")
        record = next(_records(reader, source), [])
        yield _fitted(record, number, split, shape)


def _where_undecodable(source: Source, split: Split) -> EncodingError:
    """Read the split again line by line to tell the row and column of the bad byte."""
    assert split.encoding is not None and split.first_row is not None and split.end is not None
    with source.open() as file:
        file.seek(split.start)
        stream = io.BufferedReader(_Range(file, split.end - split.start), 1 << 20)
        texts: list[str] = []
        done = 0
        reader_rows = 0
        try:
            for line in lines(stream, split.encoding, key=source.name):
                texts.append(line)
                if len(texts) == 4096:
                    complete = list(csv.reader(iter(texts), delimiter=split.delimiter or ","))
                    reader_rows += len(complete)
                    done += len(texts)
                    texts.clear()
        except BadByteError as bad:
            return undecodable(
                "".join(texts) + bad.prefix, bad.byte, split.encoding, key=source.name,
                first_row=split.first_row + reader_rows, delimiter=split.delimiter or ",",
                header=split.header,
            )  # fmt: skip
    return EncodingError(
        "文字コードとして読めないバイトがあります。",
        f"Found a byte that is not valid {split.encoding}.",
        key=source.name,
    )
