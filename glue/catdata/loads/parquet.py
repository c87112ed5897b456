"""Parquet files of the lake: how they are written."""

from io import BytesIO
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from catdata.entities import ENTITIES

# Columns with about as many values as rows: a Parquet dictionary of them would only cost.
UNIQUE_COLUMNS = frozenset(
    {"source_row", "management_no", *(e.identity for e in ENTITIES.values())}
)


def parquet_writer(sink: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a writer of zstd Parquet that every engine reads with the types of the schema."""
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        # Level 1 is zstd's own quick level; higher ones take longer than all else that a task does.
        compression_level=1,
        use_dictionary=[field.name for field in schema if field.name not in UNIQUE_COLUMNS],
        # The stored Arrow schema would speak to Arrow alone, and of dictionaries where there is text.
        store_schema=False,
    )


def zero_rows(schema: pa.Schema) -> bytes:
    """Return a Parquet file without rows."""
    return as_file(schema.empty_table())


def as_file(table: pa.Table) -> bytes:
    """Return a table as the bytes of one Parquet file."""
    sink = BytesIO()
    with parquet_writer(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
