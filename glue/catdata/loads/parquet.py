"""Parquet files of the lake: how they are written."""

from io import BytesIO
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq


def parquet_writer(sink: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a writer of zstd Parquet that every engine reads with the types of the schema."""
    # The stored Arrow schema would speak to Arrow alone, and of dictionaries where the table has text.
    return pq.ParquetWriter(sink, schema, compression="zstd", store_schema=False)


def zero_rows(schema: pa.Schema) -> bytes:
    """Return a Parquet file without rows."""
    sink = BytesIO()
    parquet_writer(sink, schema).close()
    return sink.getvalue()
