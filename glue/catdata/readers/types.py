"""What passes between readers and the judge: splits of raw objects and blocks of text rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Split:
    """A part of one raw object that one task reads; small, picklable and complete.

    `first_row` is the 1-based number of the first row of the split; None lets the reader count from
    the start of its sheet or member. `header` are the names of the physical columns, in order.
    """

    key: str
    number: int
    member: str | None = None
    sheet: str | None = None
    start: int = 0
    end: int | None = None
    first_row: int | None = None
    header: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Some rows of text: one string column per wanted header name, and each row's number.

    Columns are dictionary<int32, string> or plain string; an empty cell is "" (never null).
    `variables` holds what is the same for all rows: `@file.NAME`, `@heading.NAME`, `@sheet`,
    `@block.NAME`. `ragged` marks rows whose cell count differed from the header's: -1 fewer,
    1 more and the surplus not blank; None when no row differs.
    """

    columns: pa.RecordBatch
    rows: pa.Int64Array
    variables: Mapping[str, str]
    ragged: pa.Int8Array | None = None


class ReadError(Exception):
    """A raw file cannot be read; the message says where, what was found and what was expected.

    `ja` and `en` are whole sentences for a municipal officer; the place is told apart from them.
    """

    def __init__(
        self,
        ja: str,
        en: str,
        *,
        key: str,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.ja, self.en = ja, en
        self.key, self.sheet, self.row, self.column = key, sheet, row, column
        place = " / ".join(
            part
            for part in (
                key,
                sheet and f"シート(sheet) {sheet}",
                row is not None and f"行(row) {row}",
                column and f"列(column) {column}",
            )
            if part
        )
        super().__init__(f"{place}: {ja} / {en}")

    @property
    def sentences(self) -> tuple[str, str]:
        """Return both sentences with the place inside the file, for a reader who knows the file."""
        parts = [
            (f"シート「{self.sheet}」", f"sheet {self.sheet}", self.sheet),
            (f"{self.row}行目", f"row {self.row}", self.row),
            (f"列「{self.column}」", f"column {self.column}", self.column),
        ]
        ja = "、".join(ja for ja, _, known in parts if known)
        en = ", ".join(en for _, en, known in parts if known)
        return _after(ja, self.ja), _after(en, self.en)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.ja, self.en, self.key, self.sheet, self.row, self.column))


def _after(place: str, sentence: str) -> str:
    return f"{place}: {sentence}" if place else sentence


def _rebuild(
    ja: str, en: str, key: str, sheet: str | None, row: int | None, column: str | None
) -> ReadError:
    return ReadError(ja, en, key=key, sheet=sheet, row=row, column=column)
