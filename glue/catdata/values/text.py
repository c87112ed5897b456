"""Plain text: one form for all spellings of the same characters, and the marks that say nothing."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from catdata.values.result import EMPTY, Context, Parsed
from catdata.values.scrub import names_a_person, scrub, scrub_contacts

_SPACES = re.compile(r"\s+")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−─━", "-") | dict.fromkeys("〜∼∽", "~"))
_ONLY_MARKS = re.compile(r"[-ー~〜.…・･?*:;、,_/ ]+")
_SAYS_NOTHING = frozenset(
    {"不明", "不詳", "未詳", "未記入", "記載なし", "記入なし", "未確認", "確認中", "わからない"}
    | {"unknown", "unk", "not known", "n/a", "na", "null", "nan"}
)
_KANJI_DIGITS = {"〇": 0, "零": 0} | {kanji: n for n, kanji in enumerate("一二三四五六七八九", 1)}
# Too short for a telephone number.
_PLAIN_NUMBER = re.compile(r"[0-9A-Za-z._/-]{1,9}")
_DIGIT = re.compile("[0-9]")
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九十百]{1,30}")


def plain(text: str) -> str:
    """Return the text after NFKC, with inner white space joined to one space and none around it.

    Text that was UTF-8 but was read as Latin-1 by whoever made the file is read again as UTF-8:
    such byte sequences do not occur by accident.
    """
    if text.isascii():
        return _SPACES.sub(" ", text).strip()
    if max(text) < "\u0100":
        try:
            text = text.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            normal = unicodedata.normalize("NFKC", text)
            if normal != text:
                return plain(normal)
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def fold(text: str) -> str:
    """Return the plain text case-folded, with one sign for all hyphens and one for waves."""
    return plain(text).translate(_HYPHENS).casefold()


def says_nothing(folded: str) -> bool:
    """Return whether a folded text is blank or only says that nothing is known (不明, -, ?, N/A)."""
    return not folded or folded in _SAYS_NOTHING or _ONLY_MARKS.fullmatch(folded) is not None


def kanji_to_digits(text: str, before: str = "") -> str:
    """Return the text with kanji numbers up to 999 written in digits (二十三 -> 23, 二〇 -> 20).

    With `before`, only numbers that stand before one of its characters.
    """
    return _KANJI_NUMBER.sub(
        lambda found: (
            str(_kanji_number(found[0]))
            if not before or text[found.end() : found.end() + 1] in [*before]
            else found[0]
        ),
        text,
    )


def _kanji_number(kanji: str) -> int:
    if not {"十", "百"} & set(kanji):
        return int("".join(str(_KANJI_DIGITS[k]) for k in kanji))
    value, digit = 0, 0
    for k in kanji:
        if k in _KANJI_DIGITS:
            digit = _KANJI_DIGITS[k]
        else:
            value += (digit or 1) * (10 if k == "十" else 100)
            digit = 0
    return value + digit


def parse_text(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a short text such as a facility's name.

    Telephone numbers, mail addresses and chip numbers are taken out (TEXT_SCRUBBED).
    """
    return _scrubbed(text, scrub_contacts)


def parse_free_text(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a free text without the personal data that patterns can find (TEXT_SCRUBBED)."""
    return _scrubbed(text, scrub)


def _scrubbed(text: str, cleaner: Callable[[str], tuple[str, bool]]) -> Parsed:
    kept = plain(text)
    if says_nothing(fold(kept)):
        return EMPTY
    cleaned, found = cleaner(kept)
    return Parsed({"*": cleaned}, ("TEXT_SCRUBBED",) if found else ())


def parse_identifier(text: str, context: Context, args: Mapping[str, object]) -> Parsed:
    """Read a management number; what is none, or holds a name, a contact or a chip number, is never kept.

    A number has a digit in it; without one, Japanese letters may be anybody's name.
    """
    kept = plain(text)
    if says_nothing(fold(kept)):
        return EMPTY
    is_number = kept.isascii() or _DIGIT.search(kept) is not None
    if not _PLAIN_NUMBER.fullmatch(kept) and (not is_number or names_a_person(kept)):
        return Parsed({}, ("TEXT_SCRUBBED",))
    return Parsed({"*": kept})
