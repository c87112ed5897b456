"""Dates in every form that files bring, read to a span of days: a day, a month, a year."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from catdata.values.eras import ERA_PATTERN, era, western_year
from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, kanji_to_digits, says_nothing

DAY, MONTH, YEAR = "day", "month", "year"
EARLIEST = date(1950, 1, 1)
# Excel counts days from here, its wrong leap day of 1900 included; the range is 1954 to 2119.
_EXCEL_ZERO, _EXCEL_RANGE = date(1899, 12, 30), range(20_000, 80_001)
_YEARS = range(1868, 2201)

_MONTH_NAMES = {
    name: number
    for number in range(1, 13)
    for name in (calendar.month_name[number].casefold(), calendar.month_abbr[number].casefold())
} | {"sept": 9}
_NAME = "|".join(sorted(_MONTH_NAMES, key=len, reverse=True))
_YEAR = rf"(?P<y>[0-9]{{4}})|(?P<e>{ERA_PATTERN})[ .]?(?P<ey>元|[0-9]{{1,3}})"
_SEP = r" ?[-/.・] ?"
_PART = r"(?P<part>上旬|中旬|下旬|初旬|初め|末)?"

_DECORATION = re.compile(
    r"\((?:[月火水木金土日](?:曜日?)?|mon|tue|wed|thu|fri|sat|sun)[a-z]*\)"
    r"|[月火水木金土日]曜日?"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[,.]?"
)
_TIME = re.compile(
    r"[t ]? ?(?:[ap]\.?m\.? ?|午[前後])?[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?|時(?: ?[0-9]{1,2}分)?)"
    r" ?(?:[ap]\.?m\.?)? ?(?:z|utc|jst|[+-][0-9]{2}:?[0-9]{2})?$"
)
_ABOUT = re.compile(r"(?:頃|ごろ|ころ|推定|\(推定\)|約|付け?$|現在$)")

_FULL = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_YEAR}) ?(?:年|{_SEP}) ?(?P<m>[0-9]{{1,2}}) ?(?:月|{_SEP}) ?(?P<d>[0-9]{{1,2}}) ?日?",
        r"(?P<y>(?:1[89]|2[01])[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ -](?P<name>{_NAME})[ .,-]+(?P<y>[0-9]{{4}})",
        rf"(?P<name>{_NAME})[ .]+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ,]+(?P<y>[0-9]{{4}})",
        rf"(?:{_YEAR}) ?(?:年|{_SEP}) ?(?P<m>[0-9]{{1,2}}) ?月? ?{_PART}",
        r"(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])",
        rf"(?P<name>{_NAME})[ .,-]+(?P<y>[0-9]{{4}})",
        rf"(?P<y>[0-9]{{4}})[ -](?P<name>{_NAME})",
        rf"(?:{_YEAR}) ?年?",
    )
)
_MONTH_FIRST = re.compile(
    rf"(?P<m>[0-9]{{1,2}}){_SEP}(?P<d>[0-9]{{1,2}}){_SEP}(?P<y>[0-9]{{4}}|[0-9]{{2}})"
)
_DAY_FIRST = re.compile(
    rf"(?P<d>[0-9]{{1,2}}){_SEP}(?P<m>[0-9]{{1,2}}){_SEP}(?P<y>[0-9]{{4}}|[0-9]{{2}})"
)
_YEARLESS = re.compile(
    rf"(?P<m>[0-9]{{1,2}}) ?(?:月 ?(?P<d>[0-9]{{1,2}}) ?日?|[-/.] ?(?P<dd>[0-9]{{1,2}})|月 ?{_PART})"
)
_SERIAL = re.compile(r"(?P<days>[0-9]{5})(?:\.[0-9]+)?")
_THIRDS = {
    "上旬": (1, 10),
    "初旬": (1, 10),
    "初め": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "末": (21, 31),
}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a spelling may mean, first to last, how exact it is, and what was guessed.

    A third of a month (上旬, 中旬, 下旬) has the precision of a month.
    """

    first: date
    last: date
    precision: str
    flags: tuple[str, ...] = ()


class InvalidDateError(ValueError):
    """A text that names no existing day, month or year."""


def parse_date(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a date to its first possible day and its precision.

    `order` is ymd (the default), mdy or dmy and settles numbers alone. A year alone is read within the
    context's fiscal year where they have days in common. Flags: INVALID_DATE (nothing filled),
    YEAR_ONLY, YEAR_INFERRED, ERA_OVERFLOW, DATE_OUT_OF_RANGE.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    try:
        span = read_span(folded, context, str(args.get("order", "ymd")))
    except InvalidDateError:
        return Parsed({}, ("INVALID_DATE",))
    first, flags = span.first, range_flags(span, context)
    if span.precision == YEAR:
        flags = ("YEAR_ONLY", *flags)
        if fiscal_year_of(span.last, context) == context.fiscal_year:
            first = max(first, date(context.fiscal_year, context.fiscal_year_start_month, 1))
    return Parsed({"*": first, "*_precision": span.precision}, flags)


def range_flags(span: Span, context: Context) -> tuple[str, ...]:
    """Return the span's flags, with DATE_OUT_OF_RANGE before 1950 or over a year past today."""
    ahead = (span.first - context.today).days > 366
    return span.flags + (("DATE_OUT_OF_RANGE",) if span.first < EARLIEST or ahead else ())


def read_span(folded: str, context: Context, order: str = "ymd") -> Span:
    """Read a folded text as a day, month or year; raises InvalidDateError.

    A year that is missing follows from the context's fiscal year (YEAR_INFERRED); without one such a
    text is invalid.
    """
    text = _DECORATION.sub("", folded).strip()
    serial = _SERIAL.fullmatch(text)
    if serial and int(serial["days"]) in _EXCEL_RANGE:
        day = _EXCEL_ZERO + timedelta(int(serial["days"]))
        return Span(day, day, DAY)
    text = _TIME.sub("", text).strip(" ,")
    about = _ABOUT.search(text) is not None
    text = _ABOUT.sub("", text).strip()
    span = _read(kanji_to_digits(text, before="年月日"), context, order)
    if about and span.precision == DAY:
        return Span(span.first, span.last, MONTH, span.flags)
    return span


def _read(text: str, context: Context, order: str) -> Span:
    if order != "ymd":
        found = (_MONTH_FIRST if order == "mdy" else _DAY_FIRST).fullmatch(text)
        if found:
            return _span(_long_year(int(found["y"]), context), found.groupdict())
    for pattern in _FULL:
        found = pattern.fullmatch(text)
        if found:
            groups = found.groupdict()
            if groups.get("e"):
                return _in_era(groups)
            return _span(int(groups["y"]), groups)
    found = _YEARLESS.fullmatch(text)
    if found and context.fiscal_year is not None:
        groups = found.groupdict()
        groups["d"] = groups["d"] or groups["dd"]
        month = int(groups["m"])
        span = _span(calendar_year(context.fiscal_year, month, context), groups)
        return Span(span.first, span.last, span.precision, ("YEAR_INFERRED",))
    raise InvalidDateError(text)


def calendar_year(fiscal_year: int, month: int, context: Context) -> int:
    """Return the calendar year in which a month of a fiscal year lies."""
    return fiscal_year + (month < context.fiscal_year_start_month)


def fiscal_year_of(day: date, context: Context) -> int:
    """Return the fiscal year of a day, named by its first year."""
    return day.year - (day.month < context.fiscal_year_start_month)


def _long_year(year: int, context: Context) -> int:
    # Two digits mean the century that does not lie more than a year ahead.
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= context.today.year + 1 else 1900 + year


def _in_era(groups: Mapping[str, str | None]) -> Span:
    named = era(str(groups["e"]))
    year = 1 if groups["ey"] == "元" else int(str(groups["ey"]))
    if year < 1:
        raise InvalidDateError(f"{named.name}{year}")
    span = _span(western_year(named, year), groups)
    return Span(
        span.first, span.last, span.precision, ("ERA_OVERFLOW",) if span.first > named.last else ()
    )


def _span(year: int, groups: Mapping[str, str | None]) -> Span:
    if year not in _YEARS:
        raise InvalidDateError(str(year))
    name, month_text, day_text = groups.get("name"), groups.get("m"), groups.get("d")
    month = _MONTH_NAMES[name] if name else int(month_text) if month_text else None
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31), YEAR)
    if not 1 <= month <= 12:
        raise InvalidDateError(f"{year}-{month}")
    end = calendar.monthrange(year, month)[1]
    if day_text is None:
        first, last = _THIRDS.get(groups.get("part") or "", (1, 31))
        return Span(date(year, month, first), date(year, month, min(last, end)), MONTH)
    day = int(day_text)
    if not 1 <= day <= end:
        raise InvalidDateError(f"{year}-{month}-{day}")
    return Span(date(year, month, day), date(year, month, day), DAY)
