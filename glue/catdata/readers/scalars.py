"""Typed cells of Excel, JSON and Parquet as the text that a person would read."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal


def text_of(value: object) -> str:
    """Return a cell as text.

    Nothing is "", dates and times are ISO 8601 (a time stamp at midnight is its date), whole numbers
    have no ".0", truth values are "true" and "false", a duration is hours:minutes:seconds, nested
    values are JSON. Raises ValueError for bytes that are not UTF-8.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Decimal():
            return format(value.normalize() if value == value.to_integral_value() else value, "f")
        case datetime():
            if value.tzinfo is None and value.time() == time():
                return value.date().isoformat()
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case bytes():
            return value.decode()
        case _:
            return json.dumps(value, ensure_ascii=False, default=text_of)
