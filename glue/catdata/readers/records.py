"""JSON arrays and lines, and Parquet: records with named fields."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catdata.contracts.model import Table
from catdata.readers import columns
from catdata.readers.cells import DICTIONARY, Cells, Record, Shape
from catdata.readers.limits import MAX_CELL, MAX_IN_MEMORY
from catdata.readers.source import Source
from catdata.readers.text import BadByteError, EncodingError, decode, find_encoding, lines
from catdata.readers.typed import text_of
from catdata.readers.types import ReadError, Split, TextBlock

_BLANK = re.compile(r"[ \t\r\n]*")


class RecordError(ReadError):
    """A file of records cannot be read."""


def plan(
    source: Source, table: Table, variables: dict[str, str]
) -> tuple[list[Split], tuple[str, ...]]:
    """Return the one split of a file of records, and its unlisted columns.

    The columns are all keys that any record has, in the order in which they first appear.
    """
    if table.format == "parquet":
        with _parquet(source) as file:
            names = list(file.schema_arrow.names)
    else:
        names = list(dict.fromkeys(key for record in objects(source, table) for key in record))
    found = columns.as_in_contract(names, table)
    unlisted = columns.check(found, table, key=source.name)
    split = Split(
        key=source.key,
        number=0,
        member=source.member,
        end=source.size,
        first_row=1,
        header=found,
        variables=variables,
    )
    return [split], unlisted


def read(
    source: Source, split: Split, table: Table, shape: Shape, *, block_rows: int
) -> Iterator[TextBlock]:
    """Give the text blocks of a file of records."""
    if table.format == "parquet":
        yield from _read_parquet(source, shape, block_rows)
    else:
        yield from shape.gather(_records(source, split, table, shape), block_rows)


def _records(source: Source, split: Split, table: Table, shape: Shape) -> Iterator[Record]:
    names: dict[str, str] = {}
    wanted = [split.header[place] for place in shape.positions]
    for number, record in enumerate(objects(source, table), start=1):
        for key in record:
            if key not in names:
                names[key] = columns.as_in_contract([key], table)[0]
        values = {names[key]: value for key, value in record.items()}
        try:
            yield Record(number, [text_of(values.get(name)) for name in wanted])
        except RecursionError:
            raise _not_json(source, number) from None


def objects(source: Source, table: Table) -> Iterator[dict[str, Any]]:
    """Give the records of a JSON array or of JSON lines; raises ReadError with the record's number.

    A blank line of JSON lines is a record without fields.
    """
    found = _json_lines(source, table) if table.format == "jsonl" else _json_array(source, table)
    for number, record in enumerate(found, start=1):
        if not isinstance(record, dict):
            raise RecordError(
                "レコードがオブジェクト { … } ではありません。",
                f"Expected an object {{ … }}, found {type(record).__name__}.",
                key=source.name,
                row=number,
            )
        yield record


def _json_array(source: Source, table: Table) -> Iterator[Any]:
    """The elements of an array, one at a time: only the text of a file is held in memory."""
    data = source.content()
    encoding = find_encoding(data[:4], table.encoding or "utf-8", whole=False, key=source.name)
    try:
        text = decode(data[encoding.mark :], encoding.name)
    except UnicodeDecodeError as error:
        raise _undecodable(error.object[error.start], encoding.name, source) from None
    del data
    decoder = json.JSONDecoder()
    place = _skip(text, 0)
    if not text.startswith("[", place):
        raise RecordError(
            "JSONの一番外側が配列ではありません。[ … ] の形にしてください。",
            "Expected a JSON array of objects [ … ].",
            key=source.name,
        )
    place = _skip(text, place + 1)
    number = 1
    while not text.startswith("]", place):
        if number > 1:
            if not text.startswith(",", place):
                raise _not_json(source, number)
            place = _skip(text, place + 1)
        try:
            record, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            raise _not_json(source, number) from None
        yield record
        place, number = _skip(text, place), number + 1
    if _skip(text, place + 1) != len(text):
        raise _not_json(source, number)


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _json_lines(source: Source, table: Table) -> Iterator[Any]:
    number = 0
    with source.open() as file:
        stated = table.encoding or "utf-8"
        encoding = find_encoding(file.read(4), stated, whole=False, key=source.name)
        file.seek(encoding.mark)
        try:
            for line in lines(file, encoding.name, key=source.name):
                number += 1
                try:
                    yield json.loads(line) if line.strip() else {}
                except (ValueError, RecursionError):
                    raise _not_json(source, number) from None
        except BadByteError as bad:
            raise _undecodable(bad.byte, encoding.name, source, number + 1) from None


def _not_json(source: Source, row: int) -> RecordError:
    return RecordError(
        "このレコードはJSONとして読めません。途中で切れていないか確かめてください。",
        "This record is not valid JSON; is the file cut short?",
        key=source.name,
        row=row,
    )


def _undecodable(byte: int, encoding: str, source: Source, row: int | None = None) -> EncodingError:
    return EncodingError(
        f"文字コード {encoding} として読めないバイト 0x{byte:02X} があります。UTF-8で保存し直してください。",
        f"Found byte 0x{byte:02X}, which is not valid {encoding}; save the file as UTF-8.",
        key=source.name,
        row=row,
    )


@contextmanager
def _parquet(source: Source) -> Iterator[pq.ParquetFile]:
    """An open Parquet file, its text read as dictionaries: a long text that repeats is held once."""
    try:
        with source.open() as file:
            content = _seekable(source, file)
            names = pq.ParquetFile(content).schema_arrow
            texts = [f.name for f in names if pa.types.is_string(f.type)]
            yield pq.ParquetFile(content, read_dictionary=texts)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        raise RecordError(
            "Parquetファイルとして読めません。壊れていないか確かめてください。",
            "It cannot be read as Parquet; it may be broken.",
            key=source.name,
        ) from None


def _seekable(source: Source, file: BinaryIO) -> pa.NativeFile:
    """Parquet is read from its end: a member of an archive is unpacked into memory first."""
    return pa.PythonFile(file, "r") if source.member is None else pa.BufferReader(source.content())


def _read_parquet(source: Source, shape: Shape, block_rows: int) -> Iterator[TextBlock]:
    with _parquet(source) as file:
        names = file.schema_arrow.names
        wanted = [names[place] for place in shape.positions]
        number = 1
        for batch in file.iter_batches(batch_size=block_rows, columns=wanted, use_threads=False):
            rows = np.arange(number, number + batch.num_rows, dtype=np.int64)
            number += batch.num_rows
            texts = {
                place: _as_text(batch.column(name), shape, place, rows)
                for place, name in zip(shape.positions, wanted, strict=True)
            }
            yield from shape.blocks(Cells(texts, pa.array(rows)))


def _as_text(column: pa.Array, shape: Shape, place: int, rows: npt.NDArray[np.int64]) -> pa.Array:
    """A column of any type as text, each distinct value turned once; null is blank."""
    if pa.types.is_nested(column.type):
        column = pa.array([text_of(value) for value in column.to_pylist()], pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = [text_of(value) for value in column.dictionary.to_pylist()]
    lengths = np.array([*map(len, values), 0])
    places = pc.fill_null(column.indices, len(values)).to_numpy(zero_copy_only=False)
    if len(places) and not 0 <= places.min() <= places.max() <= len(values):
        raise ValueError("damaged indices")
    huge = np.flatnonzero(lengths[places] > MAX_CELL)
    if len(huge):
        raise shape.huge(int(rows[huge[0]]), place)
    texts = pa.array([*values, ""], pa.string())
    indices = pa.array(places.astype(np.int32))
    if shape.type_at(place) == DICTIONARY:
        return pa.DictionaryArray.from_arrays(indices, texts)
    if int(lengths[places].sum()) > MAX_IN_MEMORY:
        raise shape.huge(int(rows[0]), place)
    return texts.take(indices)
