"""Delimited text: CSV and TSV in any encoding, cut into splits where it is large."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from catdata.contracts.model import Table
from catdata.readers import columns, header
from catdata.readers.arrow_csv import cells_of
from catdata.readers.cells import Record, Shape
from catdata.readers.limits import HEADER_WITHIN
from catdata.readers.rows import fitted, too_large
from catdata.readers.scan import Cut, hashed, scan, unclosed
from catdata.readers.source import Source, read_exactly
from catdata.readers.text import (
    BYTE_SAFE,
    BadByteError,
    Decoder,
    Encoding,
    find_encoding,
    lines,
    undecodable,
)
from catdata.readers.types import Split, TextBlock

_HEAD = 1 << 20
# Parts come in multiples of it, so that no worker has a part more than the others.
_TOGETHER = 4
_DELIMITERS = (",", "\t", ";", "|")


def plan(
    source: Source, table: Table, variables: dict[str, str], *, split_bytes: int
) -> tuple[list[Split], str, tuple[str, ...]]:
    """Return the splits of a delimited text, the hash of its bytes, and the unlisted columns.

    A text whose records can be told by its bytes alone is cut after its header; any other is one
    split from byte 0, read record by record. So is what would have to be unpacked again for every
    split. Raises ReadError where the encoding, the header or the columns are not the contract's.
    """
    head = _head(source, table)
    found = header.find(head.rows, table, key=source.name)
    unlisted = columns.check(found.names, table, key=source.name, row=found.first)
    variables = variables | header.headings(head.rows, found, table, key=source.name)
    names = found.names + ("",) * (len(head.rows[found.last - 1]) - len(found.names))
    start = head.place_after(found.last)
    cuts: tuple[Cut, ...] | None = None
    with source.open() as file:
        if start is None or len(names) == 1:
            digest = hashed(file)
        else:
            done = scan(
                file,
                start=start,
                first_row=found.last + 1,
                delimiter=head.delimiter,
                split_bytes=(
                    _even(source.size, split_bytes) if source.member is None else source.size + 1
                ),
                key=source.name,
            )
            cuts, digest = done.cuts, done.sha256
    if cuts is None:
        cuts = (Cut(0, source.size, found.last + 1),)
    splits = [
        Split(
            key=source.key,
            number=number,
            member=source.member,
            start=cut.start,
            end=cut.end,
            first_row=cut.first_row,
            header=names,
            encoding=head.encoding.name,
            delimiter=head.delimiter,
            variables=variables,
        )
        for number, cut in enumerate(cuts)
    ]
    return splits, digest, unlisted


def _even(size: int, split_bytes: int) -> int:
    """Return a length that cuts a text into equal parts, as many as two or four workers share evenly."""
    parts = -(-size // split_bytes)
    if parts <= 1:
        return split_bytes
    return -(-size // (-(-parts // _TOGETHER) * _TOGETHER))


def read(source: Source, split: Split, shape: Shape, *, block_rows: int) -> Iterator[TextBlock]:
    """Give the text blocks of a split; raises ReadError with the row of what cannot be read.

    Rows are numbered as records from the top of the file, as spreadsheets show them: a quoted line
    break begins no row, and a blank line is one.
    """
    if split.start > 0:
        for cells in cells_of(source, split, shape):
            yield from shape.blocks(cells)
    else:
        yield from shape.gather(_records(source, split, shape), block_rows)


@dataclass(frozen=True, slots=True)
class _Head:
    """The beginning of a text: its records, and how many lines were read when each ended."""

    data: bytes
    encoding: Encoding
    delimiter: str
    rows: list[list[str]]
    lines: list[int]

    def place_after(self, row: int) -> int | None:
        """The byte after a record (1-based); None where bytes alone do not tell it."""
        # In CP932 the byte of "|" may also end a character.
        safe = self.delimiter.isascii() and (self.delimiter < "@" or self.encoding.name != "cp932")
        if not safe or self.encoding.name not in BYTE_SAFE:
            return None
        place = self.encoding.mark
        for _ in range(self.lines[row - 1]):
            place = self.data.find(b"\n", place) + 1 or len(self.data)
        before = self.data[:place]
        return place if before.count(b"\r") == before.count(b"\r\n") else None


def _head(source: Source, table: Table) -> _Head:
    """Read the beginning of a text; raises ReadError where it is empty or of another encoding."""
    with source.open() as file:
        data = read_exactly(file, _HEAD)
        whole = ending = len(data) < _HEAD
        evidence = data
        # A file that begins in ASCII shows its encoding where other characters begin.
        while table.encoding is None and not ending and evidence.isascii():
            evidence = read_exactly(file, _HEAD)
            ending = len(evidence) < _HEAD
    if not data.strip():
        raise header.HeaderError(
            "データがありません（空のファイルです）。",
            "The file is empty: expected a header and rows.",
            key=source.name,
        )
    encoding = find_encoding(evidence, table.encoding, whole=ending, key=source.name)
    text = _complete_lines(data, encoding, table, whole, source)
    if not text:
        raise too_large(source.name, 1)
    delimiter = table.delimiter or _delimiter(text, table)
    rows, line_numbers = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            line_numbers.append(reader.line_num)
            if len(rows) == HEADER_WITHIN:
                break
    except csv.Error:
        raise too_large(source.name, len(rows) + 1) from None
    return _Head(data, encoding, delimiter, rows, line_numbers)


def _complete_lines(
    data: bytes, encoding: Encoding, table: Table, whole: bool, source: Source
) -> str:
    """The lines of a text's beginning; raises EncodingError for a byte that does not fit."""
    try:
        text = Decoder(encoding.name).decode(data[encoding.mark :], final=whole)
    except UnicodeDecodeError as error:
        prefix = error.object[: error.start].decode(encoding.name, "replace")
        raise undecodable(
            prefix, error.object[error.start], encoding.name, key=source.name,
            delimiter=table.delimiter or _delimiter(prefix, table),
        ) from None  # fmt: skip
    if whole:
        return text
    # The last line goes on where the beginning was cut; a CR there may be half of a CRLF.
    return text[: max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1]


def _delimiter(text: str, table: Table) -> str:
    """The delimiter that gives the header most of the contract's columns."""

    def score(delimiter: str) -> int:
        rows: list[list[str]] = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                rows.append(row)
                if len(rows) == HEADER_WITHIN:
                    break
        except csv.Error:
            return 0
        return header.best_score(rows, table)

    return max(_DELIMITERS, key=score)


def _records(source: Source, split: Split, shape: Shape) -> Iterator[Record]:
    """The records of a whole text by Python's csv module."""
    assert split.encoding is not None and split.first_row is not None
    encoding, delimiter = split.encoding, split.delimiter or ","
    number, ended = 0, False
    record_lines: list[str] = []
    with source.open() as file:
        mark = find_encoding(file.read(4), encoding, whole=False, key=source.name).mark
        file.seek(mark)

        def texts() -> Iterator[str]:
            nonlocal ended
            try:
                for line in lines(file, encoding, key=source.name):
                    record_lines.append(line)
                    yield line
            except BadByteError as bad:
                raise undecodable(
                    "".join(record_lines) + bad.prefix, bad.byte, encoding, key=source.name,
                    first_row=number + 1, delimiter=delimiter, header=split.header,
                ) from None  # fmt: skip
            # One more line is a blank record, except inside quotes.
            ended = True
            yield "\n"

        try:
            for record in csv.reader(texts(), delimiter=delimiter):
                if ended and record:
                    raise unclosed(source.name, number + 1)
                if ended:
                    return
                number += 1
                record_lines.clear()
                if number >= split.first_row:
                    yield fitted(record, number, split, shape, source.name)
        except csv.Error:
            raise too_large(source.name, number + 1) from None
