"""JSON arrays and lines, and Parquet: values as text, records by number."""

import io
import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catdata.readers import ReadError

from .reading import read_all, table

NAMES = ["id", "coat"]


def lines(*records: object) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


def array(*records: object) -> bytes:
    return json.dumps(list(records), ensure_ascii=False, indent=1).encode()


VALUES = [
    ("猫", "猫"), (None, ""), (12, "12"), (12.0, "12"), (1.5, "1.5"), (True, "TRUE"),
    (["a", "猫"], '["a", "猫"]'), ({"a": 1}, '{"a": 1}'), (10**20, str(10**20)), ("a\nb", "a\nb"),
]  # fmt: skip


@pytest.mark.parametrize("format", ["json", "jsonl"])
@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_json_value_as_text(format: str, value: object, text: str) -> None:
    write = array if format == "json" else lines
    data = write({"id": 1, "coat": value}, {"coat": "黒", "more": 2})
    found = read_all(data, table(format, NAMES))
    assert found.rows == [("1", text), ("", "黒")]
    assert found.numbers == [1, 2]
    assert found.plan.unlisted_columns == ("more",)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_may_be_blank_and_the_last_unended(mark: str) -> None:
    data = (mark + '{"id": 1, "coat": "黒"}\r\n\n{"id": 2}').encode()
    found = read_all(data, table("jsonl", NAMES))
    assert found.rows == [("1", "黒"), ("", ""), ("2", "")]
    assert found.numbers == [1, 2, 3]


def test_json_in_the_encoding_of_the_contract() -> None:
    data = array({"id": "1", "coat": "黒"}).decode().encode("cp932")
    assert read_all(data, table("json", NAMES, encoding="cp932")).rows == [("1", "黒")]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["黒", None, "黒"]), ["黒", "", "黒"]),
        (pa.array([1, None, -3], pa.int8()), ["1", "", "-3"]),
        (pa.array([1.0, 1.5, None]), ["1", "1.5", ""]),
        (pa.array([True, False, None]), ["TRUE", "FALSE", ""]),
        (pa.array([date(2023, 4, 1), None, None]), ["2023-04-01", "", ""]),
        (pa.array([datetime(2023, 4, 1), datetime(2023, 4, 1, 9), None]), ["2023-04-01", "2023-04-01 09:00:00", ""]),
        (pa.array([Decimal("1.50"), None, None]), ["1.50", "", ""]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array([["a"], [], None]), ['["a"]', "[]", ""]),
        (pa.array([b"\xe7\x8c\xab", None, b""]), ["猫", "", ""]),
        (pa.nulls(3), ["", "", ""]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("plain", [frozenset(), frozenset({"coat"})])
def test_a_parquet_value_as_text(column: pa.Array, texts: list[str], plain: frozenset[str]) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2", "3"], "coat": column}), buffer)
    found = read_all(buffer.getvalue(), table("parquet", NAMES), plain=plain, block_rows=2)
    assert found.rows == list(zip("123", texts, strict=True))
    assert found.numbers == [1, 2, 3]


def parquet(coat: pa.Array) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": ["1"] * len(coat), "coat": coat}), buffer)
    return buffer.getvalue()


LONG = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["猫" * 1_100_000])
GOOD = {"id": 1, "coat": "黒"}


@pytest.mark.parametrize(
    ("format", "data", "row", "part"),
    [
        ("json", b"", None, "array"),
        ("json", b'{"id": 1}', None, "array"),
        ("json", array(GOOD)[:-4], 1, "not valid JSON"),
        ("json", array(GOOD, GOOD)[:-2], 3, "not valid JSON"),
        ("json", array(GOOD) + b"x", 2, "not valid JSON"),
        ("json", array(GOOD, 5), 2, "Expected an object"),
        ("json", b'[{"id": 1, "coat": ' + b"[" * 100_000 + b"]}]", 1, "not valid JSON"),
        ("json", b'[{"id": 1, "coat": ' + b"9" * 10_000 + b"}]", 1, "not valid JSON"),
        ("json", b'[{"id": 1, "coat": "\xff"}]', None, "0xFF"),
        ("json", b'[{"id": 1, "coat": "a"}, {"id": 1, "coat": "\\ud800"}]', 2, "surrogate"),
        ("json", array({"id": 1}), None, "missing: coat"),
        ("json", array({"山田花子": 1, "港区": 2}), None, "missing: id, coat. Where"),
        ("json", array({"id": 1, "coat": 1, " coat": 2}), None, "more than once"),
        ("json", array(GOOD | {f"k{i}": 1 for i in range(10_000)}), None, "Too many columns"),
        ("json", array({"id": 1, "coat": "猫" * 1_100_000}), 1, "too large"),
        ("jsonl", lines(GOOD, GOOD)[:-3], 2, "not valid JSON"),
        ("jsonl", lines(GOOD, [1]), 2, "Expected an object"),
        ("jsonl", lines(GOOD) + b'{"id": "\xff"}\n', 2, "0xFF"),
        ("parquet", b"", None, "Parquet"),
        ("parquet", b"PAR1" + bytes(100) + b"PAR1", None, "Parquet"),
        ("parquet", parquet(pa.array(["a"]))[:-20], None, "Parquet"),
        ("parquet", parquet(pa.array([b"\xff"])), None, "Parquet"),
        ("parquet", parquet(LONG), 1, "too large"),
    ],
)
def test_what_cannot_be_read(format: str, data: bytes, row: int | None, part: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_all(data, table(format, NAMES))
    assert part in caught.value.en
    assert caught.value.row == row
    assert "山田" not in str(caught.value)
