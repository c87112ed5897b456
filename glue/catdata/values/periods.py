"""Periods and fiscal years: a month, a year, a range, an edition of a report."""

import calendar
import re
from collections.abc import Mapping
from datetime import date

from catdata.values.dates import (
    YEAR,
    InvalidDateError,
    Span,
    calendar_year,
    fiscal_year_of,
    range_flags,
    read_span,
)
from catdata.values.eras import ERA_PATTERN, era, western_year
from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, kanji_to_digits, says_nothing

_RANGE = re.compile(r" ?(?:~|〜|から|\bto\b|(?<=[月日年度])-|(?<= )-(?= )) ?")
_MONTHS = re.compile(r"(?P<year>.*(?:年度?|[-/. ]))?(?P<m>[0-9]{1,2})月?(?:分|中)?")
_FISCAL = re.compile(
    rf"(?:fy ?)?(?:(?P<y>[0-9]{{4}})|(?P<e>{ERA_PATTERN})[ .]?(?P<ey>元|[0-9]{{1,3}}))(?P<unit> ?年度| ?年| ?fy)?"
)
_TWO_YEARS = re.compile(r"(?:fy ?)?(?P<y>[0-9]{4}) ?[-/] ?(?P<next>[0-9]{2}|[0-9]{4})(?: ?年度)?")
_SHORT = re.compile(r"(?P<ey>元|[0-9]{1,2}) ?年度?")
_EDITION = re.compile(r"(?P<year>.+?年度?)版.*")
_HALVES = {"上半期": (0, 5), "上期": (0, 5), "下半期": (6, 11), "下期": (6, 11)} | {
    f"第{quarter}四半期": (3 * quarter - 3, 3 * quarter - 1) for quarter in range(1, 5)
}
_MAX_MONTH = 12


class InvalidYearError(ValueError):
    """A text that names no fiscal year."""


def parse_fiscal_year(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a fiscal year, named by its first year; rejects with INVALID_FISCAL_YEAR.

    An edition (令和5年度版) holds the figures of the year before; `edition` true reads every year as
    one. `era` is the era of years written without it (20年度). A date gives the fiscal year it lies in.
    """
    folded = kanji_to_digits(fold(text), before="年月日").strip("()")
    if says_nothing(folded):
        return EMPTY
    edition = _EDITION.fullmatch(folded)
    try:
        year, flags = _fiscal_year(edition["year"] if edition else folded, context, args)
    except InvalidYearError:
        return Parsed(reject="INVALID_FISCAL_YEAR")
    return Parsed({"fiscal_year": year - bool(edition or args.get("edition"))}, flags)


def _fiscal_year(
    text: str, context: Context, args: Mapping[str, object]
) -> tuple[int, tuple[str, ...]]:
    found = _FISCAL.fullmatch(text)
    if found and found["y"]:
        return _plausible(int(found["y"])), ()
    if found:
        return _era_year(found["e"], found["ey"])
    found = _TWO_YEARS.fullmatch(text)
    if found and (int(found["y"]) + 1) % 100 == int(found["next"]) % 100:
        return _plausible(int(found["y"])), ()
    found = _SHORT.fullmatch(text)
    if found and args.get("era"):
        return _era_year(str(args["era"]), found["ey"])
    try:
        span = read_period(text, Context(None, context.fiscal_year_start_month, context.today))
    except InvalidDateError as error:
        raise InvalidYearError(text) from error
    year = fiscal_year_of(span.first, context)
    if fiscal_year_of(span.last, context) != year:
        raise InvalidYearError(text)
    return year, tuple(f for f in span.flags if f == "ERA_OVERFLOW")


def _era_year(name: str, year: str) -> tuple[int, tuple[str, ...]]:
    named = era(name)
    western = _plausible(western_year(named, 1 if year == "元" else int(year)))
    if year == "0" or year == "00":
        raise InvalidYearError(year)
    return western, ("ERA_OVERFLOW",) if western > named.last.year else ()


def _plausible(year: int) -> int:
    if not 1868 <= year <= 2200:
        raise InvalidYearError(str(year))
    return year


def parse_period(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a period to its first and last day.

    A month without a year lies in the context's fiscal year (YEAR_INFERRED). Unreadable texts fill
    nothing and carry INVALID_DATE; a calendar year that lies in two fiscal years carries YEAR_ONLY.
    """
    folded = kanji_to_digits(fold(text), before="年月日")
    if says_nothing(folded):
        return EMPTY
    try:
        span = read_period(folded, context)
    except InvalidDateError:
        return Parsed({}, ("INVALID_DATE",))
    flags = range_flags(span, context)
    if span.precision == YEAR and _fiscal(span, context) != fiscal_year_of(span.last, context):
        flags = ("YEAR_ONLY", *flags)
    return Parsed({"period_start": span.first, "period_end": span.last}, flags)


def read_period(folded: str, context: Context) -> Span:
    """Read a folded text as a span of days: a fiscal year, a part of one, a date or a range.

    Raises InvalidDateError.
    """
    text = re.sub(r"(?:分|の実績|実績)$", "", folded.strip("()")).strip()
    whole = _fiscal_span(text, context)
    if whole is not None:
        return whole
    ends = [end.strip() for end in _RANGE.split(text) if end.strip()]
    if len(ends) == 1:
        return _one(text, context)
    if len(ends) != 2:
        raise InvalidDateError(folded)
    return _between(ends[0], ends[1], context)


def _between(start: str, end: str, context: Context) -> Span:
    # 4~6月: the start borrows the unit of the end; the end borrows the year of the start.
    if start.isdigit() and end.endswith("月"):
        start += "月"
    month = _MONTHS.fullmatch(start)
    if start.endswith(tuple("0123456789")) and end.endswith("月") and month and month["year"]:
        start += "月"
    first = _one(start, context)
    try:
        last = _one(end, context)
        if last.first < first.first and "YEAR_INFERRED" in last.flags:
            raise InvalidDateError(end)
        if "YEAR_INFERRED" in last.flags and "YEAR_INFERRED" not in first.flags:
            raise InvalidDateError(end)
    except InvalidDateError:
        last = _one(
            end, Context(_fiscal(first, context), context.fiscal_year_start_month, context.today)
        )
        last = Span(last.first, last.last, last.precision)
    if last.last < first.first:
        raise InvalidDateError(f"{start}~{end}")
    return Span(first.first, last.last, "month", tuple(sorted({*first.flags, *last.flags})))


def _fiscal(span: Span, context: Context) -> int:
    return fiscal_year_of(span.first, context)


def _one(text: str, context: Context) -> Span:
    if re.fullmatch("[0-9]{1,2}", text) and 1 <= int(text) <= _MAX_MONTH:
        text += "月"
    if text in _HALVES and context.fiscal_year is not None:
        return _months(context.fiscal_year, *_HALVES[text], context, ("YEAR_INFERRED",))
    return _fiscal_span(text, context) or read_span(text, context)


def _fiscal_span(text: str, context: Context) -> Span | None:
    """Return the span of a fiscal year, or of a half, quarter or month of it, if the text names one."""
    named, _, part = text.partition("年度")
    found = _FISCAL.fullmatch(named)
    if not found or not (text.startswith("fy") or "年度" in text):
        return None
    try:
        year, flags = (
            (_plausible(int(found["y"])), ()) if found["y"] else _era_year(found["e"], found["ey"])
        )
    except InvalidYearError as error:
        raise InvalidDateError(text) from error
    part = part.strip(" ()")
    if not part:
        return _months(year, 0, 11, context, flags)
    if part in _HALVES:
        return _months(year, *_HALVES[part], context, flags)
    within = Context(year, context.fiscal_year_start_month, context.today)
    ends = _RANGE.split(part)
    span = _between(ends[0], ends[1], within) if len(ends) == 2 else _one(part, within)
    return Span(span.first, span.last, span.precision, flags)


def _months(year: int, first: int, last: int, context: Context, flags: tuple[str, ...]) -> Span:
    start, end = (
        (context.fiscal_year_start_month - 1 + offset) % 12 + 1 for offset in (first, last)
    )
    end_year = calendar_year(year, end, context)
    return Span(
        date(calendar_year(year, start, context), start, 1),
        date(end_year, end, calendar.monthrange(end_year, end)[1]),
        "year" if (first, last) == (0, 11) else "month",
        flags,
    )
