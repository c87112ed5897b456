"""Typed values of workbooks and records as the text that a person sees."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal


def text_of(value: object) -> str:
    """Return a value as text: nothing is blank, whole numbers have no point, days are in ISO form.

    Other numbers have 15 significant digits, as spreadsheets show them; a duration is hours, minutes
    and seconds; lists and mappings are JSON.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
        case datetime():
            midnight = value.time() == time(0)
            return value.date().isoformat() if midnight else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case Decimal():
            return f"{value:f}"
        case bytes():
            return value.decode("utf-8")
    return json.dumps(value, ensure_ascii=False, default=text_of)
