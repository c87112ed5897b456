"""Tests of one cell, as contracts write them in `when`."""

import re
from functools import lru_cache

from catdata.values.text import fold, plain

FILLED, BLANK = "filled", "blank"


def matches(spelling: str, tests: str | list[str]) -> bool:
    """Return whether a cell passes a test, or one of several.

    `filled` and `blank` test for presence, a text between slashes is a regular expression over the
    whole cell, `!` negates; everything else is compared after NFKC, trimming and case folding. Of a
    list, no negated test may fail and one of the others must hold.
    """
    if isinstance(tests, str):
        return _one(spelling, tests)
    wanted = [t for t in tests if not t.startswith("!")]
    return all(_one(spelling, t) for t in tests if t.startswith("!")) and (
        not wanted or any(_one(spelling, t) for t in wanted)
    )


def _one(spelling: str, test: str) -> bool:
    if test.startswith("!"):
        return not _one(spelling, test[1:])
    if test in (FILLED, BLANK):
        return bool(plain(spelling)) == (test == FILLED)
    pattern = expression(test)
    if pattern is not None:
        return fits(pattern, spelling)
    return fold(spelling) == _folded(test)


@lru_cache(maxsize=4096)
def expression(test: str) -> re.Pattern[str] | None:
    """Return the regular expression of a text between slashes, None for any other text."""
    if len(test) > 2 and test.startswith("/") and test.endswith("/"):
        return re.compile(test[1:-1], re.IGNORECASE)
    return None


def fits(pattern: re.Pattern[str], spelling: str) -> bool:
    """Return whether an expression matches the whole cell, as written or in its plain form."""
    return any(pattern.fullmatch(form) for form in (plain(spelling), spelling.strip()))


@lru_cache(maxsize=4096)
def _folded(test: str) -> str:
    return fold(test)
