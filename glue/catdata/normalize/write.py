"""Accepted rows to partitioned Parquet: bounded memory, names fixed by load, split and partition."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catdata.loads.parquet import parquet_writer
from catdata.normalize.parse import encode

Sink = Callable[[str], AbstractContextManager[BinaryIO]]
NameOf = Callable[[str, int, int], str]
"""Key of a file from municipality code, fiscal year and sequence number."""

# One row group a partition and flush; small enough for a 2 GB executor with two tasks.
FLUSH_BYTES = 96 << 20
FLUSH_ROWS = 1 << 19
# Beyond this many partitions their files are closed at every flush instead of kept open.
MAX_OPEN = 64


class PartitionedWriter:
    """Writes the rows of one entity and split, one file or more a partition.

    Rows are buffered and written when the buffers are full, so that memory does not grow with the
    file; the names depend on nothing but the order of the rows, so a retried task rewrites the
    same files. Use as a context manager: files become visible when it closes without an error.
    """

    def __init__(self, sink: Sink, name_of: NameOf) -> None:
        self._sink, self._name_of = sink, name_of
        self._buffers: dict[tuple[str, int], list[pa.RecordBatch]] = {}
        self._rows = self._bytes = 0
        self._open: dict[tuple[str, int], tuple[ExitStack, pq.ParquetWriter]] = {}
        self._sequence: dict[tuple[str, int], int] = {}
        self.rows_written = 0
        self.keys: list[str] = []
        self.partitions: set[tuple[str, int]] = set()

    def __enter__(self) -> "PartitionedWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if error is None:
            try:
                self._flush()
            except BaseException as failure:
                self._close_all(failure)
                raise
        self._close_all(error)

    def _close_all(self, error: BaseException | None) -> None:
        for stack, writer in self._open.values():
            _close(stack, writer, error)

    def write(
        self, batch: pa.RecordBatch, municipality_code: pa.Array, fiscal_year: pa.Array
    ) -> None:
        """Add rows; `batch` has the entity's columns in order, without the partition columns."""
        if batch.num_rows == 0:
            return
        codes = encode(municipality_code)
        place = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        keys, inverse = np.unique(
            place * 100_000 + fiscal_year.to_numpy(zero_copy_only=False), return_inverse=True
        )
        if len(keys) > 1:
            order = np.argsort(
                inverse.astype(np.uint16) if len(keys) < 65536 else inverse, kind="stable"
            )
            batch = batch.take(pa.array(order))
            ends = np.cumsum(np.bincount(inverse))
        else:
            ends = np.array([batch.num_rows])
        start = 0
        for key, end in zip(keys.tolist(), ends.tolist(), strict=True):
            partition = (codes.dictionary[key // 100_000].as_py(), key % 100_000)
            self._buffers.setdefault(partition, []).append(batch.slice(start, end - start))
            self.partitions.add(partition)
            start = end
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._bytes > FLUSH_BYTES or self._rows > FLUSH_ROWS:
            self._flush()

    def _flush(self) -> None:
        keep_open = len(self._buffers.keys() | self._open.keys()) <= MAX_OPEN
        for partition in sorted(self._buffers):
            table = compacted(pa.Table.from_batches(self._buffers[partition]))
            if partition not in self._open:
                self._open[partition] = self._start(partition, table.schema)
            stack, writer = self._open[partition]
            writer.write_table(table)
            self.rows_written += table.num_rows
            if not keep_open:
                del self._open[partition]
                _close(stack, writer, None)
        self._buffers.clear()
        self._rows = self._bytes = 0

    def _start(
        self, partition: tuple[str, int], schema: pa.Schema
    ) -> tuple[ExitStack, pq.ParquetWriter]:
        sequence = self._sequence.get(partition, 0)
        self._sequence[partition] = sequence + 1
        key = self._name_of(*partition, sequence)
        self.keys.append(key)
        return _open_parquet(self._sink, key, schema)


class SingleWriter:
    """Writes batches to one Parquet file, which exists only if there was a batch."""

    def __init__(self, sink: Sink, key: str, schema: pa.Schema) -> None:
        self._sink, self._key, self._schema = sink, key, schema
        self._open: tuple[ExitStack, pq.ParquetWriter] | None = None
        self.keys: list[str] = []
        self.rows_written = 0

    def __enter__(self) -> "SingleWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if self._open is not None:
            _close(*self._open, error)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch of the schema, text dictionary-encoded or not."""
        table = pa.Table.from_batches([batch]).cast(self._schema)
        if self._open is None:
            self._open = _open_parquet(self._sink, self._key, self._schema)
            self.keys.append(self._key)
        self._open[1].write_table(table)
        self.rows_written += table.num_rows


def _open_parquet(sink: Sink, key: str, schema: pa.Schema) -> tuple[ExitStack, pq.ParquetWriter]:
    stack = ExitStack()
    return stack, parquet_writer(stack.enter_context(sink(key)), schema)


def _close(stack: ExitStack, writer: pq.ParquetWriter, error: BaseException | None) -> None:
    """Finish a file, or after an error leave nothing of it."""
    if error is None:
        try:
            writer.close()
        except BaseException as failure:
            stack.__exit__(type(failure), failure, failure.__traceback__)
            raise
        stack.close()
    else:
        stack.__exit__(type(error), error, error.__traceback__)


def compacted(table: pa.Table) -> pa.Table:
    """Return the table with dictionaries that hold the values of its own rows and no others.

    Parquet stores a dictionary whole: the text of an excluded row, or of another partition, would
    otherwise lie in a file that no row of it belongs to.
    """
    unified = table.unify_dictionaries().combine_chunks()
    for place, field in enumerate(unified.schema):
        if pa.types.is_dictionary(field.type):
            unified = unified.set_column(place, field, _compact(unified.column(place)))
    return unified


def _compact(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 0:
        return column
    array = column.chunk(0)
    indices = pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False)
    used = np.flatnonzero(np.bincount(indices + 1, minlength=len(array.dictionary) + 1)[1:])
    if len(used) == len(array.dictionary):
        return array
    place = np.zeros(len(array.dictionary) + 1, np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    missing = indices < 0
    fresh = pa.array(place[indices], mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(fresh, array.dictionary.take(pa.array(used)))


def to_schema(batch_columns: dict[str, pa.Array], schema: pa.Schema, rows: int) -> pa.RecordBatch:
    """Arrange columns in the order of a schema; a column that is absent becomes null.

    Text may stay dictionary-encoded: Parquet stores it the same. Raises ValueError for a column
    whose type is not the schema's.
    """
    arrays, fields = [], []
    for field in schema:
        column = batch_columns.get(field.name)
        if column is None:
            column = pa.nulls(rows, field.type)
        elif pa.types.is_dictionary(column.type):
            if column.type.value_type != field.type:
                raise ValueError(f"{field.name}: {column.type} is not {field.type}")
        elif column.type != field.type:
            raise ValueError(f"{field.name}: {column.type} is not {field.type}")
        arrays.append(column)
        fields.append(pa.field(field.name, column.type, field.nullable))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
