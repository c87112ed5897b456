"""Numbers of heads, published figures and amounts of money."""

import re
from collections.abc import Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, kanji_to_digits, says_nothing

_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
_COUNT = re.compile(
    rf"(?P<minus>[△▲-] ?)?(?P<n>{_GROUPED})(?:\.0+)? ?(?:頭|匹|件|人|羽|世帯|戸|回|heads?|cats?|cases?)?"
)
_YEN = re.compile(
    rf"(?P<minus>[△▲-] ?)?[¥\\]? ?(?:(?P<man>{_GROUPED}) ?万 ?)?(?:(?P<sen>[0-9]+) ?千 ?)?(?P<n>{_GROUPED})?(?:\.0+)? ?(?:円(?:也)?|yen)?(?:-|也)?"
)
_ZERO_MARKS = frozenset({"-", "ー", "―", "_", "皆無"})
_UNKNOWN_MARKS = re.compile(r"[.…･]+|不明|不詳|未詳|\?+|unknown")
_SUPPRESSED_MARKS = re.compile(r"[x×χ]+|\*+|秘匿?|c")
_NOT_COLLECTED_MARKS = re.compile(
    r"・|[△▲]|/|\\|調査なし|調査せず|未調査|集計なし|未集計|対象外|該当なし|n/?a|n\.a\.|未公表|非公表"
)


# The columns hold numbers of 32 bits; what is larger is a telephone's number or a mistake.
_LARGEST = 2**31 - 1


class MalformedNumberError(ValueError):
    """A text that is no whole number, or a larger one than counts and amounts are."""


def read_whole(folded: str) -> int:
    """Read a folded text as a whole number; △ and ▲ mean minus. Raises MalformedNumberError."""
    found = _COUNT.fullmatch(folded) or _COUNT.fullmatch(kanji_to_digits(folded))
    if not found:
        raise MalformedNumberError(folded)
    number = _read(found["n"])
    return -number if found["minus"] else number


def _read(digits: str | None) -> int:
    grouped = (digits or "0").replace(",", "")
    # int() itself refuses thousands of digits.
    if len(grouped) > 400 or (number := int(grouped)) > _LARGEST:
        raise MalformedNumberError(grouped)
    return number


def parse_count(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a number of heads or cases.

    What is no whole number rejects the row (MALFORMED_COUNT), or is left empty with COUNT_UNPARSED
    where `optional` is true. A blank or a dash is unknown, never zero.
    """
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    try:
        return Parsed({"*": read_whole(folded)})
    except MalformedNumberError:
        if args.get("optional"):
            return Parsed({}, ("COUNT_UNPARSED",))
        return Parsed(reject="MALFORMED_COUNT")


def parse_statistic(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a cell of a published table to its value and value_status.

    By the signs of Japanese statistics: a number is observed, 0 and － are zero, … is unknown, X and 秘
    are suppressed; ・, a lone △ and a blank cell are not_collected (the publisher printed no figure,
    which is never zero). Other texts reject the row (MALFORMED_COUNT).
    """
    folded = fold(text)
    if not folded or _NOT_COLLECTED_MARKS.fullmatch(folded):
        return _status("not_collected")
    if folded in _ZERO_MARKS:
        return _status("zero", 0)
    if _UNKNOWN_MARKS.fullmatch(folded):
        return _status("unknown")
    if _SUPPRESSED_MARKS.fullmatch(folded):
        return _status("suppressed")
    try:
        number = read_whole(folded)
    except MalformedNumberError:
        return Parsed(reject="MALFORMED_COUNT")
    return _status("observed" if number else "zero", number)


def _status(status: str, value: int | None = None) -> Parsed:
    return Parsed({"value": value, "value_status": status})


def parse_yen(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read an amount in yen (5,000円, ¥5,000-, 1万5千円); COUNT_UNPARSED where it is none."""
    folded = fold(text)
    if says_nothing(folded):
        return EMPTY
    found = _YEN.fullmatch(folded) or _YEN.fullmatch(kanji_to_digits(folded))
    if not found or not (found["n"] or found["man"] or found["sen"]):
        return Parsed({}, ("COUNT_UNPARSED",))
    try:
        man, sen, rest = (_read(found[g]) for g in ("man", "sen", "n"))
    except MalformedNumberError:
        return Parsed({}, ("COUNT_UNPARSED",))
    amount = man * 10_000 + sen * 1_000 + rest
    if amount > _LARGEST:
        return Parsed({}, ("COUNT_UNPARSED",))
    return Parsed({"*": -amount if found["minus"] else amount})
