"""Japanese eras: an era and its year to a year of our calendar."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """An era: its name, the letters it goes by, and its first and last day."""

    name: str
    letter: str
    first: date
    last: date


# 元号法 and the edicts before it; 明治 is counted from the start of its first year.
ERAS = (
    Era("明治", "m", date(1868, 1, 25), date(1912, 7, 29)),
    Era("大正", "t", date(1912, 7, 30), date(1926, 12, 24)),
    Era("昭和", "s", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "h", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "r", date(2019, 5, 1), date.max),
)
_BY_NAME = {spelling: e for e in ERAS for spelling in (e.name, e.name[0], e.letter)}

# How an era is written before its year, in folded text.
ERA_PATTERN = r"(?:明治|大正|昭和|平成|令和|[明大昭平令]|[mtshr])"


def era(spelling: str) -> Era:
    """Return the era of a name, its first character or its letter; raises KeyError for others."""
    return _BY_NAME[spelling.casefold()]


def western_year(era_: Era, year: int) -> int:
    """Return the year of our calendar of an era's year, counting on past the era's end."""
    return era_.first.year + year - 1
