"""JSON arrays and lines, and Parquet: records with named fields."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catdata.contracts.model import Table
from catdata.readers import columns
from catdata.readers.cells import Cells, Record, Shape
from catdata.readers.source import Source
from catdata.readers.text import BadByteError, lines, undecodable
from catdata.readers.types import ReadError, Split, TextBlock


class RecordError(ReadError):
    """A file of records cannot be read."""


def plan(
    source: Source, table: Table, variables: dict[str, str]
) -> tuple[list[Split], tuple[str, ...]]:
    """Return the one split of a file of records, and its unlisted columns.

    The columns are all keys that any record has, in the order in which they first appear.
    """
    if table.format == "parquet":
        names = list(_parquet(source).schema_arrow.names)
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
        cells = {names[key]: text_of(value) for key, value in record.items()}
        yield Record(number, [cells.get(name, "") for name in wanted])


def objects(source: Source, table: Table) -> Iterator[dict[str, Any]]:
    """Give the records of a JSON array or of JSON lines; raises RecordError with the record's number."""
    if table.format == "jsonl":
        yield from _json_lines(source)
        return
    data = source.content()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise undecodable(
            data[: error.start].decode("utf-8-sig"), data[error.start], "utf-8", key=source.name
        ) from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", None)
        raise RecordError(
            "JSONとして読めません。途中で切れていないか確かめてください。",
            f"It is not valid JSON: {_told(error)}.",
            key=source.name,
            row=row,
        ) from None
    if not isinstance(found, list):
        raise RecordError(
            "JSONの一番外側が配列ではありません。[ … ] の形にしてください。",
            f"Expected a JSON array of objects, found {type(found).__name__}.",
            key=source.name,
        )
    yield from _all_objects(found, source)


def _json_lines(source: Source) -> Iterator[dict[str, Any]]:
    number = 0
    with source.open() as file:
        try:
            for line in lines(file, "utf-8-sig", key=source.name):
                number += 1
                if not line.strip():
                    yield {}
                    continue
                try:
                    found = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise RecordError(
                        "この行はJSONとして読めません。",
                        f"This line is not valid JSON: {_told(error)}.",
                        key=source.name,
                        row=number,
                    ) from None
                yield from _all_objects([found], source, number)
        except BadByteError as bad:
            raise undecodable(
                bad.prefix, bad.byte, "utf-8", key=source.name, first_row=number + 1
            ) from None


def _all_objects(found: Iterable[Any], source: Source, first: int = 1) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(found, start=first):
        if not isinstance(record, dict):
            raise RecordError(
                "レコードがオブジェクト { … } ではありません。",
                f"Expected an object, found {type(record).__name__}.",
                key=source.name,
                row=number,
            )
        yield record


def _told(error: Exception) -> str:
    """What a JSON error says, without the text that it found."""
    return getattr(error, "msg", type(error).__name__)


def text_of(value: Any) -> str:
    """Return a JSON value as text: null is blank, nested values are JSON again."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _parquet(source: Source) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(pa.BufferReader(source.content()))
    except (pa.ArrowException, OSError):
        raise RecordError(
            "Parquetファイルとして開けません。", "It cannot be opened as Parquet.", key=source.name
        ) from None


def _read_parquet(source: Source, shape: Shape, block_rows: int) -> Iterator[TextBlock]:
    file = _parquet(source)
    names = file.schema_arrow.names
    wanted = [names[place] for place in shape.positions]
    number = 1
    try:
        for batch in file.iter_batches(batch_size=block_rows, columns=wanted, use_threads=False):
            texts = {
                place: _as_text(batch.column(name), shape.type_at(place))
                for place, name in zip(shape.positions, wanted, strict=True)
            }
            rows = pa.array(range(number, number + batch.num_rows), pa.int64())
            number += batch.num_rows
            yield from shape.blocks(Cells(texts, rows))
    except (pa.ArrowException, OSError):
        raise RecordError(
            "Parquetファイルが壊れています。", "The Parquet file is broken.", key=source.name
        ) from None


def _as_text(column: pa.Array, type_: pa.DataType) -> pa.Array:
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        text = pa.array([text_of(value) for value in column.to_pylist()], pa.string())
    else:
        text = pc.fill_null(pc.cast(column, pa.string()), "")
    return text if type_ == pa.string() else text.dictionary_encode()
