"""Rows as JSON, CSV or Parquet, with labels beside the codes where asked for."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from cat_data_api.fields import Field
from cat_data_api.problems import not_acceptable
from cat_data_api.rows import Rows
from catdata.entities import CODE_LISTS

Format = Literal["json", "csv", "parquet"]
MEDIA: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
_BOM = "\ufeff"
_RANGE = re.compile(r"\s*([\w.+*-]+/[\w.+*-]+)\s*(?:;(.*))?")
_SQL = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "list": "varchar",
}


def chosen(wanted: Format | None, accept: str | None, offered: Sequence[Format]) -> Format:
    """Return the format of an answer; raises ProblemError when Accept names none that there is."""
    if wanted is not None:
        if wanted not in offered:
            raise not_acceptable([MEDIA[name] for name in offered])
        return wanted
    if not accept or not accept.strip():
        return offered[0]
    qualities: dict[Format, tuple[float, int]] = {}
    for part in accept.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        quality = _quality(found[2])
        for name in offered:
            exactness = _exactness(found[1].lower(), MEDIA[name])
            # The range that says most of a format decides on it, RFC 9110, 12.5.1.
            if exactness and exactness > qualities.get(name, (0.0, 0))[1]:
                qualities[name] = (quality, exactness)
    best = max(offered, key=lambda name: qualities.get(name, (0.0, 0))[0])
    if qualities.get(best, (0.0, 0))[0] <= 0:
        raise not_acceptable([MEDIA[name] for name in offered])
    return best


def _quality(parameters: str | None) -> float:
    found = re.search(r"(?:^|;)\s*q\s*=\s*([^;]*)", parameters or "")
    try:
        return float(found[1]) if found else 1.0
    except ValueError:
        return 0.0


def _exactness(range_: str, media: str) -> int:
    if range_ == media:
        return 3
    if range_ == media.partition("/")[0] + "/*":
        return 2
    return 1 if range_ == "*/*" else 0


def labelled(rows: Rows, language: Literal["ja", "en"] | None) -> Rows:
    """Return the rows with a column of labels behind every coded one."""
    if language is None:
        return rows
    fields: list[Field] = []
    steps: list[tuple[int, dict[str, str] | None]] = []
    for at, field in enumerate(rows.fields):
        fields.append(field)
        steps.append((at, None))
        labels = _labels(rows, field, language)
        if labels is not None:
            fields.append(Field(f"{field.name}_label", "text", field.ja, field.en))
            steps.append((at, labels))
    values = [
        tuple(row[at] if labels is None else labels.get(row[at]) for at, labels in steps)
        for row in rows.values
    ]
    return Rows(rows.snapshot, tuple(fields), values, rows.total, rows.next)


def _labels(rows: Rows, field: Field, language: str) -> dict[str, str] | None:
    if field.name in ("municipality_code", "current_municipality_code"):
        return {code: body[language] for code, body in rows.snapshot.bodies.items()}
    if field.codes:
        return {c.code: getattr(c, language) for c in CODE_LISTS[field.codes].codes}
    return None


def rendered(rows: Rows, format_: Format, *, bom: bool) -> str | bytes:
    """Return rows in a format."""
    if format_ == "json":
        return _json(rows)
    return _csv(rows, bom) if format_ == "csv" else _parquet(rows)


def _plain(field: Field) -> Callable[[Any], Any]:
    """Return what makes a value of a field one that JSON has."""
    if field.kind == "date":
        return lambda value: value.isoformat() if isinstance(value, date) else value
    if field.kind == "number":
        return lambda value: float(value) if isinstance(value, Decimal) else value
    if field.kind == "list":
        return _listed
    return lambda value: value


def _listed(value: Any) -> Any:
    """Return a list of codes, which travels as text, as a list."""
    if isinstance(value, str):
        return value.split(",") if value else []
    return value


def _json(rows: Rows) -> str:
    names = [field.name for field in rows.fields]
    plain = [_plain(field) for field in rows.fields]
    data = [
        dict(zip(names, (make(v) for make, v in zip(plain, row, strict=True)), strict=True))
        for row in rows.values
    ]
    told = {
        "snapshot": rows.snapshot.name,
        "published_at": rows.snapshot.published_at,
        "total": rows.total,
        "count": len(data),
        "next": rows.next,
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _csv(rows: Rows, bom: bool) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([field.name for field in rows.fields])
    for row in rows.values:
        writer.writerow([_cell(value) for value in row])
    return (_BOM if bom else "") + sink.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(value)
    # A text that a spreadsheet would take for a formula stays a text.
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _parquet(rows: Rows) -> bytes:
    columns = [
        [",".join(v) if isinstance(v, list) else v for v in c]
        for c in zip(*rows.values, strict=True)
    ]
    # A list a column is bound as it is; no value stands in the statement.
    told = ", ".join(f'unnest(?::{_SQL[field.kind]}[]) as "{field.name}"' for field in rows.fields)
    with (
        tempfile.TemporaryDirectory(dir=rows.snapshot.scratch) as folder,
        rows.snapshot.cursor() as cursor,
    ):
        path = Path(folder) / "rows.parquet"
        cursor.execute(
            f"copy (select {told}) to '{path}' (format parquet, compression zstd)",
            columns or [[] for _ in rows.fields],
        )
        return path.read_bytes()
