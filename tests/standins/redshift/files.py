"""Files of the lake as rows for PostgreSQL's COPY, the way Redshift Spectrum reads them."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the Glue catalog: its name and its type in Hive's spelling."""

    name: str
    type: str

    @property
    def is_nested(self) -> bool:
        """Whether the column holds more than one value."""
        return self.type.startswith(("array<", "struct<", "map<"))


class UnreadableFile(Exception):
    """A file does not hold what the catalog says of it."""


def is_hidden(path: str) -> bool:
    """Return whether Spectrum passes a file over, by its name."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith((".", "_", "#")) or name.endswith("~")


def read(
    content: bytes, columns: Sequence[Column], partition: Mapping[str, str], *, is_json: bool
) -> bytes:
    """Return a file's rows as CSV; columns of the partition come from its values, not from the file."""
    stored = [column for column in columns if column.name not in partition]
    try:
        table = _json_rows(content.decode(), stored) if is_json else _parquet_rows(content, stored)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise UnreadableFile(str(error)) from error
    for name, value in partition.items():
        table = table.append_column(name, pa.repeat(pa.scalar(value), table.num_rows))
    return _csv(table.select([column.name for column in columns]))


def _parquet_rows(content: bytes, columns: Iterable[Column]) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(content))
    names = set(file.schema_arrow.names)
    table = file.read([column.name for column in columns if column.name in names])
    return pa.table(
        {
            column.name: _values(table[column.name], column)
            if column.name in names
            else pa.nulls(table.num_rows, pa.string())
            for column in columns
        }
    )


def _values(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray | pa.Array:
    if column.is_nested:
        texts = [None if v is None else _serialized(v) for v in values.to_pylist()]
        return pa.array(texts, pa.string())
    if pa.types.is_timestamp(values.type) and values.type.tz:
        return values.cast(pa.timestamp("us"))
    if pa.types.is_dictionary(values.type):
        return values.cast(values.type.value_type)
    return values


def _json_rows(text: str, columns: Iterable[Column]) -> pa.Table:
    """Read one JSON object a line; names are compared without case, as the serde does."""
    rows = [
        {name.lower(): value for name, value in json.loads(line).items()}
        for line in text.splitlines()
        if line.strip()
    ]
    return pa.table(
        {
            column.name: pa.array([_text(row.get(column.name)) for row in rows], pa.string())
            for column in columns
        }
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _serialized(value)


def _serialized(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _csv(table: pa.Table) -> bytes:
    """Write texts in quotes and nulls without, which COPY tells apart."""
    out = io.BytesIO()
    pyarrow.csv.write_csv(
        table, out, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    )
    return out.getvalue()
