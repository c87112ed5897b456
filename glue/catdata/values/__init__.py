"""Value functions: one spelling in, its canonical meaning and flags out; pure Python, no I/O."""

from catdata.values.bodies import bodies, body_events, check_digit
from catdata.values.code import parse_code
from catdata.values.conditions import matches
from catdata.values.registry import PARSERS
from catdata.values.result import EMPTY, Context, Parsed, Parser, Value
from catdata.values.rows import is_note, total_kind
from catdata.values.scrub import names_a_person, scrub

__all__ = [
    "EMPTY",
    "PARSERS",
    "Context",
    "Parsed",
    "Parser",
    "Value",
    "bodies",
    "body_events",
    "check_digit",
    "is_note",
    "matches",
    "names_a_person",
    "parse_code",
    "scrub",
    "total_kind",
]
