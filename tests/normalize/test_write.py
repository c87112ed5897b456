"""PartitionedWriter: rows arrive whole, files depend on the order of rows alone, memory is bounded."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from catdata.normalize import write
from catdata.normalize.write import PartitionedWriter, SingleWriter, to_schema

SCHEMA = pa.schema([pa.field("source_row", pa.int64()), pa.field("coat", pa.string())])


class Files:
    """A sink in memory that keeps a file only when its block ends cleanly, as storage does."""

    def __init__(self) -> None:
        self.done: dict[str, bytes] = {}

    @contextmanager
    def __call__(self, key: str) -> Iterator[io.BytesIO]:
        buffer = io.BytesIO()
        yield buffer
        self.done[key] = buffer.getvalue()

    def rows(self) -> list[tuple[str, int]]:
        """All (partition, source_row), in no order."""
        return [
            (key.rsplit("/", 1)[0], row)
            for key, data in self.done.items()
            for row in pq.read_table(io.BytesIO(data)).column("source_row").to_pylist()
        ]


def name_of(code: str, year: int, sequence: int) -> str:
    return f"{code}/{year}/{sequence}"


def batch(rows: list[int], coats: list[str]) -> pa.RecordBatch:
    columns = {
        "source_row": pa.array(rows, pa.int64()),
        "coat": pa.array(coats).dictionary_encode(),
    }
    return to_schema(columns, SCHEMA, len(rows))


blocks = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["011002", "990019", "USSON0"]), st.integers(2000, 2003)),
        min_size=1,
        max_size=30,
    ),
    min_size=1,
    max_size=6,
)


@given(blocks=blocks, flush_rows=st.integers(1, 40), max_open=st.integers(1, 6))
@settings(deadline=None)
def test_every_row_lands_once_in_its_partition_whatever_is_flushed_when(
    blocks: list[list[tuple[str, int]]], flush_rows: int, max_open: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "FLUSH_ROWS", flush_rows)
        patch.setattr(write, "MAX_OPEN", max_open)
        runs = []
        for _ in range(2):
            files = Files()
            number = 0
            expected = []
            with PartitionedWriter(files, name_of) as writer:
                for block in blocks:
                    rows = list(range(number, number + len(block)))
                    number += len(block)
                    expected += [(f"{c}/{y}", r) for (c, y), r in zip(block, rows, strict=True)]
                    writer.write(
                        batch(rows, [f"coat{r % 7}" for r in rows]),
                        pa.array([c for c, _ in block]),
                        pa.array([y for _, y in block], pa.int32()),
                    )
            assert sorted(files.rows()) == sorted(expected)
            assert writer.rows_written == len(expected)
            assert sorted(writer.keys) == sorted(files.done)
            runs.append(files.done)
        assert runs[0] == runs[1], "a retried task must rewrite the same bytes under the same names"


def test_an_error_leaves_no_file_behind() -> None:
    files = Files()
    with (
        pytest.raises(RuntimeError, match="worker died"),
        PartitionedWriter(files, name_of) as writer,
    ):
        writer.write(batch([1], ["a"]), pa.array(["990019"]), pa.array([2020], pa.int32()))
        writer._flush()
        raise RuntimeError("worker died")
    assert files.done == {}


def test_a_file_of_all_bodies_and_years_keeps_few_files_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write, "FLUSH_ROWS", 500)
    open_now, most = set(), 0

    @contextmanager
    def sink(key: str) -> Iterator[io.BytesIO]:
        nonlocal most
        open_now.add(key)
        most = max(most, len(open_now))
        yield io.BytesIO()
        open_now.discard(key)

    with PartitionedWriter(sink, name_of) as writer:
        for year in range(2004, 2024):
            codes = [f"{n:06d}" for n in range(100)]
            writer.write(
                batch(list(range(100)), ["a"] * 100),
                pa.array(codes),
                pa.array(np.full(100, year, np.int32)),
            )
    assert writer.rows_written == 2000
    assert most <= write.MAX_OPEN + 1
    assert not open_now


def test_text_is_plain_text_for_every_reader() -> None:
    files = Files()
    with SingleWriter(files, "q.parquet", SCHEMA) as writer:
        writer.write(batch([1, 2], ["黒", "白"]))
    table = pq.read_table(io.BytesIO(files.done["q.parquet"]))
    assert table.schema.field("coat").type == pa.string()
    assert table.column("coat").to_pylist() == ["黒", "白"]


def test_a_file_holds_no_text_of_rows_that_are_not_in_it() -> None:
    files = Files()
    coats = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None], pa.int32()), pa.array(["黒", "白", "山田花子"])
    )
    rows = to_schema({"source_row": pa.array([1, 2, 3]), "coat": coats}, SCHEMA, 3)
    with PartitionedWriter(files, name_of) as writer:
        writer.write(rows, pa.array(["990019"] * 3), pa.array([2020, 2021, 2021], pa.int32()))
    assert sorted(files.rows()) == [("990019/2020", 1), ("990019/2021", 2), ("990019/2021", 3)]
    first, second = files.done["990019/2020/0"], files.done["990019/2021/0"]
    assert "黒".encode() in first and "白".encode() not in first
    assert "白".encode() in second and "黒".encode() not in second
    assert "山田".encode() not in first + second
    assert pq.read_table(io.BytesIO(second)).column("coat").to_pylist() == ["白", None]


def test_no_batch_no_file() -> None:
    files = Files()
    with SingleWriter(files, "q.parquet", SCHEMA) as writer:
        pass
    assert writer.keys == [] and files.done == {}


def test_a_column_of_the_wrong_type_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="source_row"):
        to_schema({"source_row": pa.array(["1"])}, SCHEMA, 1)
