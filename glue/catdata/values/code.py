"""Coded columns: a spelling to the code that the contract or the code list gives it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from catdata.entities.codes import CODE_LISTS, CodeList
from catdata.values.conditions import expression, fits
from catdata.values.result import EMPTY, Parsed, Value
from catdata.values.text import fold, says_nothing

ANY_OTHER = "*"
Meaning = str | Mapping[str, object]


def parse_code(
    text: str, target: str, code_list: CodeList | None, codes: Mapping[str, Meaning]
) -> Parsed:
    """Read a coded cell: the contract's spellings first, then its expressions, then the code list.

    `codes` maps a spelling, a /regular expression/ or `*` to a code, or to `set`, `flag` and
    `exclude`. Unmapped spellings give the list's unknown code and UNKNOWN_CODE; an unmapped measure
    rejects the row (UNKNOWN_MEASURE), since a figure without its measure is no figure.
    """
    folded = fold(text)
    meaning = _written(text, folded, codes)
    if meaning is not None:
        return _meant(meaning, target)
    if not folded:
        return EMPTY
    listed = spellings(code_list.name).get(folded) if code_list else None
    if listed is not None:
        return _meant(listed, target)
    if says_nothing(folded):
        return EMPTY
    if ANY_OTHER in codes:
        return _meant(codes[ANY_OTHER], target)
    if target == "measure":
        return Parsed(reject="UNKNOWN_MEASURE")
    unknown = code_list.unknown if code_list else None
    return Parsed({target: _shaped(unknown, target)} if unknown else {}, ("UNKNOWN_CODE",))


def _written(text: str, folded: str, codes: Mapping[str, Meaning]) -> Meaning | None:
    for spelling, meaning in codes.items():
        if spelling != ANY_OTHER and expression(spelling) is None and fold(spelling) == folded:
            return meaning
    for spelling, meaning in codes.items():
        pattern = expression(spelling)
        if pattern is not None and folded and fits(pattern, text):
            return meaning
    return None


def _meant(meaning: Meaning, target: str) -> Parsed:
    if isinstance(meaning, str):
        return Parsed({target: _shaped(meaning, target)})
    set_ = cast(Mapping[str, Value], meaning.get("set") or {})
    flag, exclude = meaning.get("flag"), meaning.get("exclude")
    return Parsed(
        {name: _shaped(value, name) for name, value in set_.items()},
        (str(flag),) if flag else (),
        exclude=str(exclude) if exclude else None,
    )


def _shaped(value: Value, name: str) -> Value:
    # A case has several categories; a contract may still map a spelling to one.
    return (value,) if name == "categories" and isinstance(value, str) else value


@lru_cache
def spellings(code_list: str) -> Mapping[str, str]:
    """Return a code list's folded spellings (codes, labels and further ones) with their codes."""
    found: dict[str, str] = {}
    for code in CODE_LISTS[code_list].codes:
        for spelling in (code.code, code.ja, code.en, *code.spellings):
            found.setdefault(fold(spelling), code.code)
    return found
