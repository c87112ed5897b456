"""Whole-column tests of text: what costs no Python must agree with what does."""

import unicodedata

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given

from catdata.contracts.model import Part
from catdata.normalize.texts import TextMemory, Texts, comparable, normalized, taken_out
from catdata.readers.types import TextBlock
from catdata.values import PARSERS, is_note, total_kind
from catdata.values.result import Context

cells = st.lists(
    st.text(alphabet=st.sampled_from("AK09-/._ 計注合※猫０Ａ\u3000totalNOE39"), max_size=18),
    min_size=1,
)


def texts(parts: dict[str, Part] | None = None, /, **columns: pa.Array) -> Texts:
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    rows = pa.array(range(batch.num_rows), pa.int64())
    return Texts(TextBlock(batch, rows, {"@file.day": "20260510"}), TextMemory(parts or {}))


@given(values=cells)
@example(["392146000123456", "N/A", "no1", "Total 1", "-", "0"])
def test_an_ordinary_cell_is_its_own_identifier_and_no_label(values: list[str]) -> None:
    ordinary = texts(no=pa.array(values)).ordinary("no")
    assert ordinary is not None
    identifier = PARSERS["identifier"].function
    for cell, plain in zip(values, ordinary.tolist(), strict=True):
        if plain:
            assert identifier(cell, Context(), {}).fields == {"*": cell}
            assert total_kind(cell) is None and not is_note(cell)
            assert cell.strip()


@given(values=cells)
def test_plain_and_dictionary_columns_give_the_same_answers(values: list[str]) -> None:
    both = texts(plain=pa.array(values), coded=pa.array(values).dictionary_encode())
    assert np.array_equal(both.blank("plain"), both.blank("coded"))
    assert np.array_equal(both.blank("plain"), [not v.strip() for v in values])
    for test in (is_note, lambda s: total_kind(s) is not None):
        assert np.array_equal(both.where_unusual("plain", test), both.where_unusual("coded", test))


@pytest.mark.parametrize("name", ["毛色", "no1", "管理 番号"])
def test_a_cell_that_repeats_its_column_name_is_a_title_in_any_width(name: str) -> None:
    cells = [name, f" {name}\n", name.replace("1", "１"), name + "x", "", "A-1"]
    for column in (pa.array(cells), pa.array(cells).dictionary_encode()):
        assert texts(**{name: column}).titled(name).tolist() == [
            True,
            True,
            True,
            False,
            False,
            False,
        ]


@given(rows=st.lists(st.tuples(*[st.sampled_from(["", "a", "|", "猫"])] * 3), min_size=1))
def test_joined_keeps_every_row_and_skips_blanks(rows: list[tuple[str, str, str]]) -> None:
    a, b, c = (pa.array(list(column)) for column in zip(*rows, strict=True))
    joined = texts(a=a, b=b.dictionary_encode(), c=c).joined(["a", "b", "c"], "|")
    assert joined.to_pylist() == ["|".join(cell for cell in row if cell) for row in rows]


@pytest.mark.parametrize(
    ("extract", "cell", "part"),
    [
        (r"#row=(\d+)", "https://x.example/a.html#row=12", "12"),
        (r"^[^#]+", "https://x.example/a.html#row=12", "https://x.example/a.html"),
        (r"(\d{4})年|(\d{4})-", "2024-05-01", "2024"),
        (r"\d+", "Ｒ１２", "12"),
        (r"\d+", "不明", ""),
    ],
)
def test_taken_out(extract: str, cell: str, part: str) -> None:
    assert taken_out(extract, cell) == part


def test_a_part_is_blank_where_it_repeats_the_files_day() -> None:
    parts = {"day": Part(column="date", unless="@file.day")}
    found = texts(parts, date=pa.array(["2026-05-10", "2026-05-09", "2026/5/9"]))
    assert found.raw("@part.day").to_pylist() == ["", "2026-05-09", "2026/5/9"]


def test_an_absent_column_reads_as_blank() -> None:
    found = texts(a=pa.array(["x", "y"]))
    assert found.raw("b").to_pylist() == ["", ""]
    assert found.when({"b": "blank", "a": ["x", "z"]}).tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "impersonal"),
    [
        (["K00000001", "R5-0012"], True),
        (["K00000001", "0901234567"], False),
        (["K1", "a@b.jp"], False),
        (["K1", "山田様"], False),
        (["K1", ""], False),
    ],
)
def test_impersonal_columns_hold_only_short_numbers(cells: list[str], impersonal: bool) -> None:
    assert texts(no=pa.array(cells)).impersonal("no") is impersonal
    assert not texts(no=pa.array(cells).dictionary_encode()).impersonal("no")


assigned = st.characters(exclude_categories=["Cs", "Cn"])


@given(st.lists(st.text(assigned, max_size=12) | st.text("\x1c\x85\u1680\u2028\u3000 \tＡｶﾞガ㈱é")))
def test_columns_are_compared_as_cells_are(values: list[str]) -> None:
    assert comparable(pa.array(values, pa.string())).to_pylist() == [
        "".join(unicodedata.normalize("NFKD", value).split()) for value in values
    ]


@given(st.lists(st.none() | st.text(assigned, max_size=8) | st.text("ｶﾞガが①Ａé1-")))
def test_columns_are_normalized_as_cells_are(values: list[str | None]) -> None:
    assert normalized(pa.array(values, pa.string())).to_pylist() == [
        None if value is None else unicodedata.normalize("NFKC", value) for value in values
    ]
