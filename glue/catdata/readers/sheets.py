"""Excel workbooks, xlsx and xls: cells as the text that a person sees."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from catdata.contracts.model import Table
from catdata.readers import biff, columns, header
from catdata.readers.cells import Record, Shape
from catdata.readers.limits import HEADER_WITHIN, MAX_CELLS
from catdata.readers.source import Source
from catdata.readers.typed import text_of
from catdata.readers.types import Split, TextBlock
from catdata.readers.workbook import Facts, WorkbookError, broken, column_letters, inspect

_ZIP, _COMPOUND = b"PK", b"\xd0\xcf\x11\xe0"


def plan(
    source: Source, table: Table, variables: dict[str, str]
) -> tuple[list[Split], tuple[str, ...]]:
    """Return a split for every sheet that the contract means, and the unlisted columns.

    Raises ReadError where the workbook, a sheet, the header or the columns are not the contract's.
    """
    workbook, facts = _workbook(source)
    splits: list[Split] = []
    unlisted: dict[str, None] = {}
    for number, name in enumerate(_meant(workbook, table, source)):
        _refuse_uncomputed(facts.get(name, Facts()), name, source)
        sheet = _sheet(workbook, name, source)
        rows = list(_rows(sheet, facts.get(name, Facts()), source, HEADER_WITHIN))
        merges = [((a[0], a[1]), (b[0], b[1])) for a, b in sheet.merged_cell_ranges or []]
        found = header.find(rows, table, key=source.name, sheet=name, merges=merges)
        more = columns.check(found.names, table, key=source.name, sheet=name, row=found.first)
        unlisted |= dict.fromkeys(more)
        above = header.headings(rows, found, table, key=source.name, sheet=name)
        splits.append(
            Split(
                key=source.key,
                number=number,
                member=source.member,
                sheet=name,
                end=source.size,
                first_row=found.last + 1,
                header=found.names,
                variables=variables | above | {"@sheet": name},
            )
        )
    return splits, tuple(unlisted)


def read(source: Source, split: Split, shape: Shape, *, block_rows: int) -> Iterator[TextBlock]:
    """Give the text blocks of a sheet; raises ReadError."""
    assert split.sheet is not None
    workbook, facts = _workbook(source)
    sheet = _sheet(workbook, split.sheet, source)
    rows = _rows(sheet, facts.get(split.sheet, Facts()), source)
    yield from shape.gather(_records(rows, split, shape), block_rows)


def _records(rows: Iterator[list[str]], split: Split, shape: Shape) -> Iterator[Record]:
    width = len(split.header)
    for number, row in enumerate(rows, start=1):
        if number >= (split.first_row or 1):
            surplus = any(cell.strip() for cell in row[width:])
            cells = [row[place] if place < len(row) else "" for place in shape.positions]
            yield Record(number, cells, int(surplus))


def _workbook(source: Source) -> tuple[CalamineWorkbook, dict[str, Facts]]:
    """The workbook, and by sheet what calamine does not tell."""
    data = source.content()
    if not data.startswith((_ZIP, _COMPOUND)):
        raise _other_format(data, source)
    if data.startswith(_ZIP):
        facts = inspect(data, source.name)
        with _explained(source):
            return CalamineWorkbook.from_filelike(io.BytesIO(data)), facts
    with _explained(source):
        old = biff.inspect(data)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return workbook, dict(zip(workbook.sheet_names, old, strict=False))


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    """Turn what calamine raises into a sentence; it panics, beside its errors, on broken files."""
    try:
        yield
    except PasswordError:
        raise WorkbookError(
            "パスワードで保護されています。外して保存し直してください。",
            "It is protected by a password; save it without one.",
            key=source.name,
        ) from None
    except (CalamineError, OSError, ValueError):
        raise broken(source.name) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise broken(source.name) from None


def _other_format(data: bytes, source: Source) -> WorkbookError:
    """Business systems export web pages and text under Excel's file names."""
    start = data[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"mime-")):
        ja, en = "HTML（Webページ）", "a web page (HTML)"
    elif start.startswith(b"<?xml"):
        ja, en = "XML", "XML"
    elif not data:
        ja, en = "空のファイル", "an empty file"
    elif b"\0" not in data[:2000]:
        ja, en = "CSVなどのテキスト", "text such as CSV"
    else:
        return broken(source.name)
    return WorkbookError(
        f"拡張子はExcelですが、中身は{ja}です。Excelで開き、「Excelブック（.xlsx）」として保存し直してください。",
        f"It is named as an Excel workbook, but found {en}; open it in Excel and save it as .xlsx.",
        key=source.name,
    )


def _meant(workbook: CalamineWorkbook, table: Table, source: Source) -> list[str]:
    """The visible sheets whose names match the contract; the first one where it states none."""
    sheets = [m for m in workbook.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    names = [m.name for m in sheets if m.visible == SheetVisibleEnum.Visible]
    pattern = table.sheets
    wanted = names[:1] if pattern is None else [n for n in names if re.fullmatch(pattern, n)]
    if wanted:
        return wanted
    hidden = [m.name for m in sheets if m.name not in names]
    raise WorkbookError(
        f"契約のシート（{pattern or '最初のシート'}）がありません。"
        f"表示されているシート: {columns.listed(names, 'ja') or 'なし'}。"
        + (f"非表示のシート: {columns.listed(hidden, 'ja')}。" if hidden else ""),
        f"No visible sheet matches {pattern or 'the first sheet'}: found "
        f"{columns.listed(names) or 'none'}"
        + (f"; hidden: {columns.listed(hidden)}." if hidden else "."),
        key=source.name,
    )


def _refuse_uncomputed(facts: Facts, name: str, source: Source) -> None:
    if facts.uncomputed is not None:
        row, place = facts.uncomputed
        raise WorkbookError(
            "計算結果が保存されていない数式のセルがあります。Excelで開いて上書き保存してください。",
            "Found a formula whose result is not stored; open the file in Excel and save it.",
            key=source.name,
            sheet=name,
            row=row + 1,
            column=column_letters(place),
        )


def _sheet(workbook: CalamineWorkbook, name: str, source: Source) -> CalamineSheet:
    with _explained(source):
        sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise broken(source.name)
    return sheet


def _rows(
    sheet: CalamineSheet, facts: Facts, source: Source, most: int | None = None
) -> Iterator[list[str]]:
    """The rows from the sheet's first; error values are put back, which calamine leaves blank."""
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    with _explained(source):
        for number, row in enumerate(sheet.iter_rows()):
            if number == most:
                return
            cells = left + [text_of(cell) for cell in row]
            for place, text in facts.errors.get(number, {}).items():
                cells += [""] * (place + 1 - len(cells))
                cells[place] = text
            yield cells
