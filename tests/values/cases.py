"""How a table of cases is tried: one call of a parser, compared with what it must fill and say."""

from collections.abc import Mapping
from datetime import date

from catdata.values import PARSERS, Context, Parsed

TODAY = date(2026, 8, 1)
NO_YEAR = Context(today=TODAY)
FY2023 = Context(2023, today=TODAY)
JULY = Context(2023, 7, TODAY)


def parse(name: str, text: str, context: Context = NO_YEAR, **args: object) -> Parsed:
    """Return what a parser makes of a text."""
    return PARSERS[name].function(text, context, args)


def filled(parsed: Parsed) -> Mapping[str, object]:
    """Return the fields that are not null; a left-out field and a null one are the same."""
    return {name: value for name, value in parsed.fields.items() if value is not None}
