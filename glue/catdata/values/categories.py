"""Complaint categories: one cell that names one or several."""

import re
from collections.abc import Mapping

from catdata.values.code import spellings
from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.text import fold, says_nothing

_SEPARATORS = re.compile(r"[、,，/／;；|｜\r\n]")
_WEAK_SEPARATORS = re.compile(r"[・ ]|及び|および")
_NUMBERING = re.compile(r"^\(?[0-9]{1,2}[.):]? ?")
LIST = "complaint_category"
OTHER = "other"


def parse_categories(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read the categories of a complaint as a sorted tuple of codes.

    A part that the code list lacks counts as other and carries UNKNOWN_CODE.
    """
    found: set[str] = set()
    flags: tuple[str, ...] = ()
    for part in _SEPARATORS.split(text):
        for category in _categories(fold(part)):
            found.add(category or OTHER)
            if category is None:
                flags = ("UNKNOWN_CODE",)
    return Parsed({"categories": tuple(sorted(found))}, flags) if found else EMPTY


def _categories(part: str) -> list[str | None]:
    known = spellings(LIST)
    part = _NUMBERING.sub("", part)
    if says_nothing(part):
        return []
    if part in known:
        return [known[part]]
    pieces = [p for p in _WEAK_SEPARATORS.split(part) if not says_nothing(p)]
    return [known.get(p) for p in pieces] if len(pieces) > 1 else [None]
