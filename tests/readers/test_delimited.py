"""CSV: what stands in every cell, and the number of every row, whatever the file is like."""

import csv
import io
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catdata.readers import ReadError, arrow_csv, delimited, plan, read
from catdata.readers.scan import scan

from .reading import read_all, table

NAMES = ["管理番号", "毛色", "備考"]
CONTRACT = table("csv", NAMES)
HEADER = "管理番号,毛色,備考"


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """Heads and blocks so small that rows, quotes and characters meet their borders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_HEAD", 1 << 15)
        patch.setattr(arrow_csv, "_BLOCK_BYTES", 1 << 12)
        yield


def text(*lines: str, end: str = "\r\n") -> str:
    return "".join(line + end for line in lines)


@pytest.mark.parametrize("split_bytes", [1, 20, 1 << 20])
@pytest.mark.parametrize(
    ("content", "encoding", "rows", "numbers"),
    [
        pytest.param(text(HEADER, "1,キジ,a", "2,黒,b"), "cp932", [("1", "キジ", "a"), ("2", "黒", "b")], [2, 3], id="plain"),
        pytest.param(text(HEADER, "1,キジ,a", end="\n"), "utf-8-sig", [("1", "キジ", "a")], [2], id="BOM"),
        pytest.param(text(HEADER, "1,キジ,a"), "utf-16", [("1", "キジ", "a")], [2], id="UTF-16 with mark"),
        pytest.param(text(HEADER, "1,①髙㈱,表"), "cp932", [("1", "①髙㈱", "表")], [2], id="extensions, trailing backslash"),
        pytest.param(text(HEADER, "1,黒,a", end="\r"), "utf-8", [("1", "黒", "a")], [2], id="CR alone"),
        pytest.param(HEADER + "\n1,黒,a\n2,白,b", "utf-8", [("1", "黒", "a"), ("2", "白", "b")], [2, 3], id="no last newline"),
        pytest.param(HEADER + '\n1,"黒\n白",a\n2,白,b\n', "utf-8", [("1", "黒\n白", "a"), ("2", "白", "b")], [2, 3], id="quoted newline"),
        pytest.param(HEADER + '\n"1","黒""白,","a"\n2,"","b"\n', "cp932", [("1", '黒"白,', "a"), ("2", "", "b")], [2, 3], id="doubled quotes"),
        pytest.param(HEADER + '\n1,5",a\n2,6",b\n3,"x\ny",c\n', "utf-8", [("1", '5"', "a"), ("2", '6"', "b"), ("3", "x\ny", "c")], [2, 3, 4], id="quotes inside cells"),
        pytest.param(HEADER + '\n1,"黒"白"、",a\n2,b,c\n', "utf-8", [("1", '黒白"、"', "a"), ("2", "b", "c")], [2, 3], id="text after a quote"),
        pytest.param(HEADER + "\n1,a\rb,c\n", "utf-8", [("1", "a", ""), ("b", "c", "")], [2, 3], id="CR in a line ends it"),
        pytest.param(HEADER + "\n\n1,黒,a\n\n", "utf-8", [("", "", ""), ("1", "黒", "a"), ("", "", "")], [2, 3, 4], id="blank lines are rows"),
        pytest.param(text("台帳,,", "", HEADER, "1,黒,a"), "cp932", [("1", "黒", "a")], [4], id="title above"),
        pytest.param("管理番号;毛色;備考\n1;黒;a,b\n", "utf-8", [("1", "黒", "a,b")], [2], id="semicolons"),
        pytest.param("管理番号\t毛色\t備考\n1\t黒\ta\n", "cp932", [("1", "黒", "a")], [2], id="tabs"),
        pytest.param("管理番号|毛色|備考\n1|ポ|a\n2|白|b\n", "cp932", [("1", "ポ", "a"), ("2", "白", "b")], [2, 3], id="bars, which end characters too"),
        pytest.param('管理番号,"毛\n色",備考\n1,黒,a\n', "utf-8", [("1", "黒", "a")], [2], id="header over two lines"),
        pytest.param(text(HEADER + ",,", "1,黒,a,,"), "utf-8", [("1", "黒", "a")], [2], id="header with blank ends"),
        pytest.param(text(" 管理番号 ,毛色,備考,余り", "1,黒,a,z"), "utf-8", [("1", "黒", "a")], [2], id="spaces and a column more"),
        pytest.param(HEADER + "\n", "utf-8", [], [], id="header only"),
        pytest.param(HEADER, "cp932", [], [], id="header only, no newline"),
    ],
)  # fmt: skip
def test_cells_and_row_numbers(
    content: str,
    encoding: str,
    rows: list[tuple[str, ...]],
    numbers: list[int],
    split_bytes: int,
) -> None:
    found = read_all(content.encode(encoding), CONTRACT, split_bytes=split_bytes)
    assert found.rows == rows
    assert found.numbers == numbers


def test_ragged_rows_stand_in_their_places_and_are_marked() -> None:
    lines = ["1,黒,a", "小計", "2,白,b,,", "3,茶,c,余り", "4", "", "5,灰,d"]
    found = read_all(text(HEADER, *lines).encode("cp932"), CONTRACT)
    assert found.numbers == [2, 3, 4, 5, 6, 7, 8]
    assert found.rows == [
        ("1", "黒", "a"), ("小計", "", ""), ("2", "白", "b"), ("3", "茶", "c"), ("4", "", ""),
        ("", "", ""), ("5", "灰", "d"),
    ]  # fmt: skip
    assert found.ragged == [0, -1, 0, 1, -1, 0, 0]


def test_a_row_short_of_unnamed_columns_alone_lacks_nothing() -> None:
    found = read_all(text(HEADER + ",,", "1,黒,a").encode(), CONTRACT)
    assert (found.rows, found.ragged) == ([("1", "黒", "a")], [0])


def test_a_single_column_is_read_once_however_small_the_splits() -> None:
    content = "備考\na\n\nb\n".encode()
    found = read_all(content, table("csv", ["備考"]), split_bytes=1)
    assert (found.rows, found.numbers) == ([("a",), ("",), ("b",)], [2, 3, 4])


def test_encoding_shows_where_other_characters_begin() -> None:
    lines = "id,text\n" + "1,plain\n" * 8_000 + "2,猫\n"
    found = read_all(lines.encode("cp932"), table("csv", ["id", "text"]))
    assert found.rows[-1] == ("2", "猫")
    assert found.numbers[-1] == 8_002


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-16", "euc_jp"])
@pytest.mark.parametrize("shift", range(4))
def test_the_beginning_may_be_cut_within_a_character(encoding: str, shift: int) -> None:
    row = "1,猫の毛色,備考\n"
    content = "管理番号,毛色,備考\n" + "x" * shift + row * 8_000
    found = read_all(content.encode(encoding), table("csv", NAMES, encoding=encoding))
    assert len(found.rows) == 8_000
    assert found.rows[-1] == ("1", "猫の毛色", "備考")


def test_variables_and_hash_are_those_of_the_file() -> None:
    contract = table("csv", NAMES, headings={"facility": r"施設:(\S+)"})
    content = text("施設:第一", HEADER, "1,黒,a").encode("cp932")
    found = read_all(content, contract, key="raw/x/f2023.csv")
    assert found.variables == [{"@file.year": "2023", "@heading.facility": "第一"}]
    assert found.rows == [("1", "黒", "a")]


def test_side_by_side_blocks_lose_no_row() -> None:
    contract = table(
        "csv", ["所属", "頭数"], blocks={"pattern": r"(?P<month>\d+)月(?P<column>頭数)"}
    )
    content = text("所属,4月頭数,5月頭数", "東,1,2", "西,,3", "北,,", "南,4,").encode("cp932")
    found = read_all(content, contract)
    months = [v["@block.month"] for v in found.variables]
    assert sorted(zip(found.numbers, months, found.rows, strict=True)) == [
        (2, "4", ("東", "1")), (2, "5", ("東", "2")), (3, "5", ("西", "3")), (4, "4", ("北", "")),
        (5, "4", ("南", "4")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "row", "column", "part"),
    [
        pytest.param(b"", None, None, "empty", id="empty"),
        pytest.param(b"a" * 40_000, 1, None, "too large", id="one endless line"),
        pytest.param(b" \r\n\r\n", None, None, "empty", id="blank"),
        pytest.param(text("番号,毛色,備考", "1,a,b").encode(), 1, "管理番号", "missing: 管理番号", id="renamed column"),
        pytest.param(text("山田花子,港区,090", "鈴木,a,b").encode(), 1, "管理番号", "missing", id="no header"),
        pytest.param(text("管理番号,毛色,毛色,備考", "1,a,b,c").encode(), 1, "毛色", "more than once", id="twice"),
        pytest.param(text(HEADER + ",x" * 10_000, "1,a,b").encode(), 1, None, "Too many columns", id="10,000 columns"),
        pytest.param((HEADER + '\n1,a,b\n2,"黒,b\n3,c,d\n').encode(), 3, None, "never closed", id="quote left open"),
        pytest.param((HEADER + '\n1,5",b\n2,"黒,b\n3,c,d\n').encode(), 3, None, "never closed", id="quote left open, doubtful quotes"),
        pytest.param((HEADER + "\n1,黒,a\0b\n").encode(), None, None, "NUL", id="NUL"),
        pytest.param((HEADER + "\n1,a\rb,a\0b\n").encode(), None, None, "NUL", id="NUL, doubtful line ends"),
        pytest.param((HEADER + "\n1,黒,a\n2,").encode("cp932") + b"\x81\xff,b\n", 3, "2", "0x81", id="no CP932"),
        pytest.param((HEADER + "\n1,黒,a\n2,").encode("cp932") + b"\xa0,b\n", 3, "2", "0xA0", id="no character of CP932"),
        pytest.param((HEADER + "\n1,黒,a\n2,白,").encode() + b"\xe9\x81\n", 3, "3", "0xE9", id="UTF-8 cut short"),
        pytest.param((HEADER + "\n" + "1,黒,a\n" * 8_000 + "2,").encode("cp932") + b"\xfd,b\n", 8_002, "毛色", "0xFD", id="late no CP932"),
        pytest.param((HEADER + "\n" + "1,黒,a\n" * 8_000 + "2,").encode() + b"\x8f,b\n", 8_002, "毛色", "0x8F", id="late no UTF-8"),
        pytest.param((HEADER + "\n短い\n" + "1,黒,a\n" * 8_000 + "2,").encode() + b"\x8f,b\n", 8_003, "毛色", "0x8F", id="late no UTF-8 after a ragged row"),
        pytest.param((HEADER + "\n" + "1,黒,a\n" * 8_000).encode() + b"\x8f\n", 8_002, "管理番号", "0x8F", id="no UTF-8 in a ragged row"),
        pytest.param((HEADER + "\n1,黒,a\n").encode("utf-16") + b"\0", 3, "1", "0x00", id="UTF-16 cut"),
        pytest.param((HEADER + "\n1,黒," + "a" * 1_100_000 + "\n").encode(), 2, None, "too large", id="huge cell"),
        pytest.param((HEADER + "\n" + "1,黒,b\n" * 8_000 + '1,"' + "猫\n" * 1_100_000 + '",x\n').encode(), 8_002, None, "too large", id="huge quoted cell"),
        pytest.param((HEADER + "\n1," + "黒" * 4_000_000 + ",a\n").encode(), 2, None, "too large", id="huge row"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(
    content: bytes, row: int | None, column: str | None, part: str
) -> None:
    with pytest.raises(ReadError) as caught:
        read_all(content, CONTRACT)
    error = caught.value
    assert error.key == "f.csv"
    assert part in error.en
    assert (error.row, error.column) == (row, column)
    assert not any(secret in str(error) for secret in ("山田", "鈴木", "港区", "090"))


def test_a_bad_byte_in_what_is_not_read_harms_nothing() -> None:
    content = (HEADER + "\n" + "1,黒,a\n" * 8_000 + "2,白,").encode("cp932") + b"\xff\n"
    found = read_all(content, CONTRACT, ["管理番号", "毛色"])
    assert found.rows[-1] == ("2", "白")


@pytest.mark.parametrize(
    ("stated", "encoding", "part"),
    [("cp932", "utf-8-sig", "byte order mark"), ("utf-8", "cp932", "not valid utf-8"),
     ("rot13", "utf-8", "unknown"), ("latin-99", "utf-8", "unknown")],
)  # fmt: skip
def test_an_encoding_that_the_contract_states_wrongly(
    stated: str, encoding: str, part: str
) -> None:
    with pytest.raises(ReadError) as caught:
        read_all(text(HEADER, "1,黒,a").encode(encoding), table("csv", NAMES, encoding=stated))
    assert part in caught.value.en


CHARACTERS = st.sampled_from(
    [*'ab",\n;|\t 　', "\r\n", "ソ", "表", "ポ", "①", "髙", "ｱ", "猫", "é"]
)
CELLS = st.lists(CHARACTERS, max_size=6).map("".join)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str, str, list[list[str]]]:
    """A file by Python's csv writer, with rows of any length, and its records."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"]))
    delimiter = draw(st.sampled_from(",;\t|"))
    rows = draw(st.lists(st.lists(CELLS, min_size=0, max_size=6), max_size=30))
    rows = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in rows]
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, delimiter=delimiter, quoting=quoting,
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )  # fmt: skip
    writer.writerow(["管理番号", "毛色", "備考", ""])
    writer.writerows(rows)
    content = buffer.getvalue()
    if draw(st.booleans()):
        content = content.removesuffix("\n").removesuffix("\r")
    records = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    return content.encode(encoding), encoding, delimiter, records[1:]


@settings(max_examples=300, deadline=None)
@given(file=files(), split_bytes=st.sampled_from([1, 7, 50, 1 << 20]), data=st.data())
def test_reading_is_that_of_pythons_csv(
    file: tuple[bytes, str, str, list[list[str]]], split_bytes: int, data: st.DataObject
) -> None:
    content, encoding, delimiter, records = file
    contract = table("csv", NAMES, encoding=encoding, delimiter=delimiter)
    plain = frozenset(data.draw(st.sets(st.sampled_from(NAMES))))
    found = read_all(content, contract, split_bytes=split_bytes, plain=plain)
    assert found.rows == [tuple((*record, "", "", "")[:3]) for record in records]
    assert found.numbers == list(range(2, len(records) + 2))
    filled = [any(cell.strip() for cell in record) for record in records]
    assert found.ragged == [
        1 if any(c.strip() for c in r[4:]) else -1 if len(r) < 3 and f else 0
        for r, f in zip(records, filled, strict=True)
    ]


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.sampled_from(["a,b", '"x\ny",b', '"q""",c', '""', "", 'z,"1\r\n2"'])),
    end=st.sampled_from(["\n", "\r\n"]),
    split_bytes=st.integers(1, 40),
    chunk_bytes=st.integers(1, 9),
)
def test_cuts_are_whole_records_numbered_from_the_top(
    lines: list[str], end: str, split_bytes: int, chunk_bytes: int
) -> None:
    content = ("h,i" + end + end.join(lines)).encode()
    start = len("h,i" + end)
    done = scan(
        io.BytesIO(content), start=start, first_row=2, delimiter=",", split_bytes=split_bytes,
        key="f", chunk_bytes=chunk_bytes,
    )  # fmt: skip
    assert done.cuts is not None
    whole = list(csv.reader(io.StringIO(content[start:].decode(), newline="")))
    assert done.cuts[0].start == start
    assert done.cuts[-1].end == len(content)
    row, parts = 2, []
    for i, cut in enumerate(done.cuts):
        assert cut.start == (done.cuts[i - 1].end if i else start)
        assert cut.first_row == row
        records = list(csv.reader(io.StringIO(content[cut.start : cut.end].decode(), newline="")))
        parts += records
        row += len(records)
    assert parts == whole


@pytest.mark.parametrize("content", ['a,5"\n', 'a, "b"\n', "a\rb\n", "a\r\rb\n", 'a"b",c\n'])
@pytest.mark.parametrize("chunk_bytes", [1, 2, 100])
def test_doubtful_quotes_and_line_ends_are_not_cut(content: str, chunk_bytes: int) -> None:
    done = scan(
        io.BytesIO(content.encode()), start=0, first_row=1, delimiter=",", split_bytes=1, key="f",
        chunk_bytes=chunk_bytes,
    )  # fmt: skip
    assert done.cuts is None


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 30 MB in one split holds no more than a few blocks."""
    monkeypatch.setattr(arrow_csv, "_BLOCK_BYTES", 1 << 20)
    content = (HEADER + "\n" + "".join(f"{i},黒{i},茶\n" for i in range(1_500_000))).encode("cp932")
    planned = plan(lambda: io.BytesIO(content), "f.csv", len(content), CONTRACT)
    before, most = pa.total_allocated_bytes(), 0
    for block in read(planned.splits[0], CONTRACT, lambda: io.BytesIO(content), NAMES):
        most = max(most, pa.total_allocated_bytes() - before)
        assert len(block.rows)
    assert most < len(content)
