"""Excel: what a person sees in every cell, and a sentence for every workbook that cannot be read."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from catdata.readers import ReadError, workbook

from .reading import read_all, table

NAMES = ["番号", "値"]


def xlsx(fill: Callable[[Worksheet], None], *, sheets: int = 1, mac: bool = False) -> bytes:
    """Return a workbook whose last sheet is filled."""
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for number in range(1, sheets):
        book.create_sheet(f"表{number}")
    fill(book.worksheets[-1])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return a workbook with its members changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return buffer.getvalue()


def filled(*rows: tuple[object, ...]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return fill


@pytest.mark.parametrize("mac", [False, True])
@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("猫\n2匹", "General", "猫\n2匹"),
        (None, "General", ""),
        (12, "General", "12"),
        (12.0, "0.0", "12"),
        (0.1 + 0.2, "General", "0.3"),
        (0.486, "0.0%", "0.486"),
        (1234567, "#,##0", "1234567"),
        (1e20, "General", "1e+20"),
        (True, "General", "TRUE"),
        (date(2023, 4, 1), "yyyy/m/d", "2023-04-01"),
        (date(2023, 4, 1), '[$-411]ggge"年"m"月"d"日"', "2023-04-01"),
        (datetime(2023, 4, 1, 9, 30), "yyyy/m/d h:mm", "2023-04-01 09:30:00"),
        (time(9, 30), "h:mm", "09:30:00"),
        (timedelta(hours=26), "[h]:mm:ss", "26:00:00"),
    ],
)
def test_a_cell_is_what_a_person_sees(
    value: object, number_format: str, text: str, mac: bool
) -> None:
    def fill(sheet: Worksheet) -> None:
        filled(("番号", "値"), (1, value))(sheet)
        sheet["B2"].number_format = number_format

    found = read_all(xlsx(fill, mac=mac), table("xlsx", NAMES))
    assert (found.rows, found.numbers) == ([("1", text)], [2])


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?"])
def test_an_error_value_is_told_and_not_blank(error: str) -> None:
    def fill(sheet: Worksheet) -> None:
        filled(("番号", "値"), (1, 2), (2, error), (3, None))(sheet)
        sheet["B3"].data_type = "e"

    found = read_all(xlsx(fill), table("xlsx", NAMES))
    assert found.rows == [("1", "2"), ("2", error), ("3", "")]


def test_a_formula_counts_by_its_stored_result() -> None:
    data = xlsx(filled(("番号", "値"), (1, "=1+1")))
    stored = rewritten(
        data, lambda _, xml: re.sub(rb"(<f>1\+1</f>)<v\s*(/>|></v>)", rb"\1<v>2</v>", xml)
    )
    assert read_all(stored, table("xlsx", NAMES)).rows == [("1", "2")]
    with pytest.raises(ReadError, match="result is not stored") as caught:
        read_all(data, table("xlsx", NAMES))
    assert (caught.value.sheet, caught.value.row, caught.value.column) == ("Sheet", 2, "B")


def test_a_table_may_begin_anywhere_under_a_merged_header() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "令和5年度"
        for place, text in {"B4": "番号", "C4": "頭数", "C5": "猫", "D5": "犬"}.items():
            sheet[place] = text
        sheet.merge_cells("B4:B5")
        sheet.merge_cells("C4:D4")
        for column, value in zip("BCD", (1, 2, 3), strict=True):
            sheet[f"{column}7"] = value

    contract = table(
        "xlsx", ["番号", "頭数/猫", "頭数/犬"], header={"rows": 2, "contains": ["番号"]},
        headings={"year": "令和(.+)年度"},
    )  # fmt: skip
    found = read_all(xlsx(fill), contract)
    assert found.rows == [("", "", ""), ("1", "2", "3")]
    assert found.numbers == [6, 7]
    assert found.variables[0] == {"@heading.year": "5", "@sheet": "Sheet", "@file.year": ""}


def test_sheets_are_the_visible_ones_that_the_contract_means() -> None:
    def fill(sheet: Worksheet) -> None:
        book = sheet.parent
        for number, each in enumerate(book.worksheets):
            filled(("番号", "値"), (number, each.title))(each)
        book["表1"].sheet_state = "hidden"

    data = xlsx(fill, sheets=4)
    assert [v["@sheet"] for v in read_all(data, table("xlsx", NAMES, sheets="表.")).variables] == [
        "表2", "表3",
    ]  # fmt: skip
    assert read_all(data, table("xlsx", NAMES)).rows == [("0", "Sheet")]
    with pytest.raises(ReadError, match=r"No visible sheet matches 別表.*hidden: 表1"):
        read_all(data, table("xlsx", NAMES, sheets="別表"))


@pytest.mark.parametrize("value", [12, 1.5, True, date(2023, 4, 1), "猫", None])
def test_an_old_xls(value: object) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台帳")
    style = xlwt.easyxf(num_format_str="yyyy/m/d" if isinstance(value, date) else "General")
    for column, name in enumerate(NAMES):
        sheet.write(2, column + 1, name)
    sheet.write(3, 1, "A1")
    sheet.write(3, 2, value, style)
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_all(buffer.getvalue(), table("xls", NAMES))
    expected = {12: "12", 1.5: "1.5", True: "TRUE", date(2023, 4, 1): "2023-04-01"}
    text = "TRUE" if value is True else expected.get(value, value or "")  # type: ignore[call-overload]
    assert (found.rows, found.numbers) == ([("A1", text)], [4])


def test_an_error_value_of_an_old_xls_is_told_and_not_blank() -> None:
    book = xlwt.Workbook()
    for title in ("前年", "台帳"):
        sheet = book.add_sheet(title)
        for column, name in enumerate(NAMES):
            sheet.write(0, column, name)
    sheet.write(1, 0, "A1")
    sheet.row(1).set_cell_error(1, 0x2A)
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_all(buffer.getvalue(), table("xls", NAMES, sheets="台帳")).rows == [("A1", "#N/A")]


ORDINARY = xlsx(filled(("番号", "値"), (1, 2)))


def in_sheet(old: bytes, new: bytes) -> bytes:
    return rewritten(ORDINARY, lambda n, xml: xml.replace(old, new) if "worksheets" in n else xml)


def lying(data: bytes) -> bytes:
    """A workbook whose styles unpack to more than its directory says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        for info in old.infolist():
            long = b" " * (64 << 20) if info.filename.endswith("styles.xml") else b""
            new.writestr(info.filename, old.read(info) + long)
        for info in new.infolist():
            if info.filename.endswith("styles.xml"):
                info.file_size = 1000
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        pytest.param(b"", "an empty file", id="empty"),
        pytest.param(b"<html><table><tr><td>a</td></tr></table></html>", "a web page", id="HTML"),
        pytest.param("\ufeff<table>".encode("utf-16-le"), "a web page", id="HTML in UTF-16"),
        pytest.param(b"<?xml version='1.0'?><Workbook/>", "found XML", id="XML spreadsheet"),
        pytest.param("番号,値\n1,2\n".encode("cp932"), "text such as CSV", id="CSV"),
        pytest.param(ORDINARY[: len(ORDINARY) // 2], "broken", id="cut short"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "broken", id="no OLE"),
        pytest.param(rewritten(ORDINARY, lambda n, x: x[:50]), "broken", id="XML cut short"),
        pytest.param(in_sheet(b'r="B2"', b'r="XFD1048576"'), "1,048,576 rows x 16,384", id="stray cell"),
        pytest.param(rewritten(ORDINARY, lambda n, x: x + b" " * (64 << 20)), "bomb", id="bomb"),
        pytest.param(lying(ORDINARY), "broken", id="bomb that lies"),
        pytest.param(xlsx(filled()), "empty", id="empty sheet"),
        pytest.param(xlsx(filled(("番号", "頭数"), (1, 2))), "missing: 値", id="renamed column"),
        pytest.param(xlsx(filled(("番号", "値", "値"), (1, 2, 3))), "more than once", id="twice"),
        pytest.param(xlsx(filled(("番号", "値", *["x"] * 10_000))), "Too many columns", id="10,000 columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(data: bytes, part: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_all(data, table("xlsx", NAMES))
    assert part in caught.value.en


def test_cells_with_a_format_alone_are_no_stray_cells() -> None:
    data = in_sheet(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    assert read_all(data, table("xlsx", NAMES)).rows[0] == ("1", "2")


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_are_named_as_in_a_spreadsheet(place: int, letters: str) -> None:
    assert workbook.column_letters(place) == letters
