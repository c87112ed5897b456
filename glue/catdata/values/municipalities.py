"""Municipality names and codes to the six-character code of a body."""

import re
from collections.abc import Mapping
from functools import lru_cache

from catdata.values.bodies import NATION, NATION_NAME, Directory, check_digit, directory
from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, plain, says_nothing

_FOREIGN = re.compile(r"[A-Z]{2}[A-Z0-9]{4}")
_DIGITS = re.compile(r"[0-9]{4,6}(?:\.0)?")
_COUNTY = re.compile(
    r"^(?P<prefecture>.{2,3}?[都道府県])?(?P<county>[^市区町村]{1,5}郡)(?P<rest>.+)$"
)
_OFFICE = re.compile(r"(?:役所|役場|庁)$")
__all__ = ["NATION", "check_digit", "known_codes", "parse_municipality"]

FICTIONAL = "99"


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    """Return the codes of all bodies, former ones included."""
    return frozenset(directory().by_code)


def parse_municipality(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a body's name or code to its code in use.

    `prefecture` names the one that names without it lie in; `ward` city turns the wards of designated
    cities into their city. Former bodies become their successor (MUNICIPALITY_SUCCEEDED where the
    code differs). Rejects: CHECK_DIGIT, UNKNOWN_MUNICIPALITY, AMBIGUOUS_MUNICIPALITY.
    """
    kept = plain(text)
    if says_nothing(fold(kept)):
        return EMPTY
    known = directory()
    if _FOREIGN.fullmatch(kept.upper()):
        return Parsed({"municipality_code": kept.upper()})
    if kept in (NATION, NATION_NAME):
        return Parsed({"municipality_code": NATION})
    if _DIGITS.fullmatch(kept):
        found = _by_digits(kept.removesuffix(".0"), known)
    else:
        found = _by_name(kept, str(args.get("prefecture") or ""), known)
    code = found.fields.get("municipality_code")
    if not isinstance(code, str):
        return found
    current = known.successor(code)
    flags = ("MUNICIPALITY_SUCCEEDED",) if current != code else ()
    if args.get("ward") == "city":
        current = known.city_of(current)
    return Parsed({"municipality_code": current}, flags)


def _by_digits(digits: str, known: Directory) -> Parsed:
    """Read 6 digits with check digit, 5 digits without, or either without its leading zero.

    Five digits are a code without check digit where there is such a body (fifteen numbers are both),
    else one with it whose zero a spreadsheet dropped.
    """
    if len(digits) == 6:
        if check_digit(digits[:5]) != digits[5]:
            return Parsed(reject="CHECK_DIGIT")
        return _known(digits, known)
    candidates = [digits.zfill(5) + check_digit(digits.zfill(5))]
    restored = "0" + digits
    if len(digits) == 5 and check_digit(restored[:5]) == restored[5]:
        candidates.append(restored)
    exist = [code for code in candidates if _stands(code, known)]
    return _known((exist or candidates)[0], known)


def _stands(code: str, known: Directory) -> bool:
    return code in known.by_code or code.startswith(FICTIONAL) or known.successor(code) != code


def _known(code: str, known: Directory) -> Parsed:
    if not _stands(code, known):
        return Parsed(reject="UNKNOWN_MUNICIPALITY")
    return Parsed({"municipality_code": code})


def _by_name(name: str, prefecture: str, known: Directory) -> Parsed:
    name = _OFFICE.sub("", name.replace(" ", ""))
    for written in _spellings(name, prefecture):
        codes = known.named(written)
        # A body that stands has its name to itself; former ones answer where none does.
        standing = {code for code in codes if known.successor(code) == code} or codes
        if len(standing) == 1:
            return Parsed({"municipality_code": next(iter(standing))})
        if standing:
            return Parsed(reject="AMBIGUOUS_MUNICIPALITY")
    return Parsed(reject="UNKNOWN_MUNICIPALITY")


def _spellings(name: str, prefecture: str) -> list[str]:
    """Return the spellings to look up, the ones with a prefecture first."""
    county = _COUNTY.match(name)
    without_county = (county["prefecture"] or "") + county["rest"] if county else name
    if prefecture:
        return [prefecture + without_county, prefecture + name, without_county]
    return [name, without_county]
