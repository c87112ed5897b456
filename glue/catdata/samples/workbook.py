"""Excel files with the same bytes for the same cells."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import xlwt
from openpyxl import Workbook

from catdata.samples.sheet import Cell

# openpyxl stamps the moment of saving into the properties and into every part of the zip.
_EPOCH = (2026, 4, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True, slots=True)
class Page:
    """One worksheet: its rows, and the merged cells as 1-based (row, column, row, column)."""

    title: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[int, int, int, int]] = ()


def xlsx(pages: Sequence[Page]) -> bytes:
    """Return an xlsx file; days become date cells, and merged ranges keep their first cell."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        sheet = book.create_sheet(page.title)
        for row in page.rows:
            sheet.append(row)
        for top, left, bottom, right in page.merged:
            sheet.merge_cells(None, top, left, bottom, right)
    raw, fixed = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist()):
            part = _STAMP.sub(rb"\g<1>2026-04-01T00:00:00Z", source.read(name))
            target.writestr(zipfile.ZipInfo(name, _EPOCH), part, compress_type=zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def xls(pages: Sequence[Page]) -> bytes:
    """Return an old xls file (BIFF8); days become date cells."""
    book = xlwt.Workbook(encoding="utf-16le")
    day = xlwt.easyxf(num_format_str="yyyy/mm/dd")
    for page in pages:
        sheet = book.add_sheet(page.title)
        hidden = {
            (row, column)
            for top, left, bottom, right in page.merged
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for r, row in enumerate(page.rows, start=1):
            for c, value in enumerate(row, start=1):
                if value in ("", None) or (r, c) in hidden:
                    continue
                if isinstance(value, date):
                    sheet.write(r - 1, c - 1, value, day)
                else:
                    sheet.write(r - 1, c - 1, value)
        for top, left, bottom, right in page.merged:
            value = page.rows[top - 1][left - 1]
            sheet.write_merge(top - 1, bottom - 1, left - 1, right - 1, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
