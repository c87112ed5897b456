"""Excel workbooks, xlsx and xls: cells as the text that a person sees."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from catdata.contracts.model import Table
from catdata.readers import columns, header
from catdata.readers.archive import refuse_bomb
from catdata.readers.cells import Record, Shape
from catdata.readers.limits import HEADER_WITHIN, MAX_CELLS
from catdata.readers.source import Source
from catdata.readers.types import ReadError, Split, TextBlock


class SheetError(ReadError):
    """A workbook cannot be read, or has no sheet that the contract means."""


def plan(
    source: Source, table: Table, variables: dict[str, str], data: bytes
) -> tuple[list[Split], tuple[str, ...]]:
    """Return a split for every sheet that the contract means, and the unlisted columns."""
    workbook = _workbook(data, source)
    splits: list[Split] = []
    unlisted: dict[str, None] = {}
    for number, name in enumerate(_sheets(workbook, table, source)):
        sheet = _sheet(workbook, name, source)
        rows = _rows(sheet, source, HEADER_WITHIN)
        merges = [((a[0], a[1]), (b[0], b[1])) for a, b in sheet.merged_cell_ranges or []]
        found = header.find(rows, table, key=source.name, sheet=name, merges=merges)
        unlisted |= dict.fromkeys(
            columns.check(found.names, table, key=source.name, sheet=name, row=found.first)
        )
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
    """Give the text blocks of a sheet."""
    assert split.sheet is not None and split.first_row is not None
    sheet = _sheet(_workbook(source.content(), source), split.sheet, source)
    yield from shape.gather(_records(sheet, split, shape, source), block_rows)


def _records(sheet: CalamineSheet, split: Split, shape: Shape, source: Source) -> Iterator[Record]:
    assert split.first_row is not None
    width = len(split.header)
    for number, row in enumerate(_rows(sheet, source), start=1):
        if number >= split.first_row:
            surplus = any(cell.strip() for cell in row[width:])
            cells = [row[place] if place < len(row) else "" for place in shape.positions]
            yield Record(number, cells, int(surplus))


def _workbook(data: bytes, source: Source) -> CalamineWorkbook:
    if data.startswith(b"PK"):
        try:
            refuse_bomb(zipfile.ZipFile(io.BytesIO(data)), source.name)
        except (zipfile.BadZipFile, NotImplementedError):
            raise _broken(source) from None
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise SheetError(
            "パスワードで保護されています。外して保存し直してください。",
            "It is protected by a password; save it without one.",
            key=source.name,
        ) from None
    except (CalamineError, OSError, ValueError):
        raise _broken(source) from None


def _broken(source: Source) -> SheetError:
    return SheetError(
        "Excelファイルとして開けません。壊れているか、別の形式です。Excelで開いて保存し直してください。",
        "It cannot be opened as an Excel workbook: broken, or of another format; save it again.",
        key=source.name,
    )


def _sheets(workbook: CalamineWorkbook, table: Table, source: Source) -> list[str]:
    names = list(workbook.sheet_names)
    if table.sheets is None:
        wanted = names[:1]
    else:
        wanted = [name for name in names if re.fullmatch(table.sheets, name)]
    if not wanted:
        raise SheetError(
            f"契約のシート（{table.sheets or '最初のシート'}）がありません。"
            f"あるシート: {columns.listed(names, 'ja') or 'なし'}。",
            f"No sheet matches {table.sheets or 'the first sheet'}: found "
            f"{columns.listed(names) or 'none'}.",
            key=source.name,
        )
    return wanted


def _sheet(workbook: CalamineWorkbook, name: str, source: Source) -> CalamineSheet:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        raise _broken(source) from None
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise SheetError(
            f"シートが大きすぎます（{sheet.total_height:,}行×{sheet.total_width:,}列）。"
            "離れた場所にある不要なセルを消してください。",
            f"The sheet is too large: {sheet.total_height:,} rows x {sheet.total_width:,} columns; "
            "clear stray cells far from the table.",
            key=source.name,
            sheet=name,
        )
    return sheet


def _rows(sheet: CalamineSheet, source: Source, most: int | None = None) -> Sequence[list[str]]:
    try:
        rows = sheet.to_python(skip_empty_area=False, nrows=most)
    except (CalamineError, OSError, ValueError):
        raise _broken(source) from None
    return [[text_of(cell) for cell in row] for row in rows]


def text_of(cell: Any) -> str:
    """Return a cell's value as text: whole numbers without a point, days and times in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
