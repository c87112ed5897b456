"""Results as Athena gives them: every value as text, in its answers and in its file of results."""

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlglot import exp

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Result:
    """A query's result; `is_table` tells one with a header row from the plain lines of utilities."""

    names: Sequence[str] = ()
    types: Sequence[str] = ()
    rows: Sequence[Row] = ()
    is_table: bool = False

    @property
    def lines(self) -> list[Row]:
        """Return the rows as Athena's API counts them: of a table, the names come first."""
        return [self.names, *self.rows] if self.is_table else [*self.rows]

    def file(self) -> tuple[str, bytes]:
        """Return the ending and the content of the file of results."""
        if not self.is_table:
            return ".txt", "\n".join("\t".join(v or "" for v in row) for row in self.rows).encode()
        written = (",".join(map(_quoted, row)) + "\n" for row in self.lines)
        return ".csv", "".join(written).encode()


def as_text(value: Any, type_: str) -> str | None:
    """Return a value of Trino as Athena writes it; None for null."""
    return None if value is None else _text(value, _parsed(type_))


def base_type(type_: str) -> str:
    """Return the name that Athena's column information gives a type: without its arguments."""
    return re.sub(r"\(.*?\)", "", type_) if not _is_nested(type_) else type_.split("(", 1)[0]


def _is_nested(type_: str) -> bool:
    return type_.startswith(("array(", "map(", "row("))


@cache
def _parsed(type_: str) -> exp.DataType:
    return exp.DataType.build(type_, dialect="trino")


def _text(value: Any, type_: exp.DataType) -> str:
    if value is None:
        return "null"
    kind, inner = type_.this, type_.expressions
    if kind == exp.DataType.Type.BOOLEAN:
        return str(value).lower()
    if kind in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT):
        return _float(value)
    if kind == exp.DataType.Type.ARRAY:
        return "[" + ", ".join(_text(v, inner[0]) for v in value) + "]"
    if kind == exp.DataType.Type.MAP:
        items = (f"{_text(k, inner[0])}={_text(v, inner[1])}" for k, v in value.items())
        return "{" + ", ".join(items) + "}"
    if kind == exp.DataType.Type.STRUCT:
        fields = (_field(i, v, t) for i, (v, t) in enumerate(zip(value, inner, strict=True)))
        return "{" + ", ".join(fields) + "}"
    if kind == exp.DataType.Type.VARBINARY:
        data = value if isinstance(value, bytes) else base64.b64decode(value)
        return str(data.hex(" "))
    return str(value)


def _field(place: int, value: Any, type_: exp.Expression) -> str:
    if isinstance(type_, exp.ColumnDef):
        return f"{type_.name}={_text(value, type_.args['kind'])}"
    assert isinstance(type_, exp.DataType)
    return f"field{place}={_text(value, type_)}"


def _float(given: Any) -> str:
    """Write a floating number as Java does: with an exponent from 10**7 on and below 0.001."""
    value = float(given)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    shown = "".join(map(str, digits)).rstrip("0")
    point = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{point}"


def _quoted(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'
