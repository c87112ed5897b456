"""Birth dates: a day, a month, a third of a month, a season, a year."""

import calendar
import re
from collections.abc import Mapping
from datetime import date

from catdata.values.dates import (
    MONTH,
    InvalidDateError,
    Span,
    range_flags,
    read_span,
)
from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, says_nothing

_BORN = re.compile(r"(?:に|の)?(?:生まれ|うまれ|産まれ|出生|生)$|^born (?:in |on )?")
_SEASON = re.compile(r"(?P<year>.+?)年?の?(?P<season>春|夏|秋|冬)(?:頃|ごろ)?")
# First and last month; a winter may be either end of its year, so it reaches over both.
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (1, 14)}


def parse_birth_date(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a birth date to its earliest and latest day.

    `order` is that of dates. A year is never inferred: INVALID_DATE and nothing filled.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    try:
        span = read_birth(folded, context, str(args.get("order", "ymd")))
    except InvalidDateError:
        return Parsed({}, ("INVALID_DATE",))
    return Parsed({"birth_from": span.first, "birth_to": span.last}, range_flags(span, context))


def read_birth(folded: str, context: Context, order: str = "ymd") -> Span:
    """Read a folded text as the days on which an animal may be born; raises InvalidDateError."""
    text = _BORN.sub("", re.sub(r"推定|約|\?|\(\)", "", folded).strip()).strip(" :")
    without_year = Context(None, context.fiscal_year_start_month, context.today)
    season = _SEASON.fullmatch(text)
    if not season:
        return read_span(text, without_year, order)
    year = read_span(season["year"], without_year, order)
    first, last = _SEASONS[season["season"]]
    end_year, end_month = year.first.year + (last > 12), (last - 1) % 12 + 1
    return Span(
        date(year.first.year, first, 1),
        date(end_year, end_month, calendar.monthrange(end_year, end_month)[1]),
        MONTH,
        year.flags,
    )
