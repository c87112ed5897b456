"""A statement as words: just enough of a lexer to read DDL, and to leave queries untouched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from standins.athena.problems import StatementError

_WORD = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*"|`[^`]*`|[^\W\d][\w$@]*)
    |(?P<number>\d[\w.]*)
    |(?P<mark>.)""",
    re.S | re.X,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its kind and its place in the statement."""

    kind: str
    text: str
    start: int
    end: int


def words(sql: str) -> Iterator[Word]:
    """Yield the words of a statement, blanks and comments left out."""
    for match in _WORD.finditer(sql):
        if match.lastgroup != "blank":
            yield Word(str(match.lastgroup), match[0], match.start(), match.end())


def unquoted(text: str) -> str:
    """Return what a quoted name or text says."""
    quote = text[:1]
    if quote in ("'", '"'):
        return text[1:-1].replace(quote * 2, quote)
    return text[1:-1] if quote == "`" else text


class Reader:
    """Reads a statement word by word."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._words = list(words(sql))
        self._at = 0

    @property
    def start(self) -> int:
        """Where in the statement the next word begins; its length at the end."""
        return len(self.sql) if self.at_end else self._words[self._at].start

    @property
    def at_end(self) -> bool:
        """Whether all words are read."""
        return self._at >= len(self._words)

    def comes(self, phrase: str) -> bool:
        """Return whether the words of a phrase come next."""
        wanted = phrase.split()
        return wanted == [w.text.lower() for w in self._words[self._at : self._at + len(wanted)]]

    def skip(self, phrase: str) -> bool:
        """Go past the words of a phrase if they come next; return whether they did."""
        if not self.comes(phrase):
            return False
        self._at += len(phrase.split())
        return True

    def skip_any(self, *phrases: str) -> bool:
        """Go past the first of the phrases that comes next; return whether one did."""
        return any(self.skip(phrase) for phrase in phrases)

    def expect(self, phrase: str) -> None:
        """Go past a phrase that must come next."""
        if not self.skip(phrase):
            raise self.mistake(phrase.upper())

    def text(self) -> str:
        """Read a text in quotes and return what it says."""
        if self.at_end or self._words[self._at].kind != "text":
            raise self.mistake("a string")
        return unquoted(self._next().text)

    def name(self) -> tuple[str, ...]:
        """Read a name of one or more parts and return them in lower case."""
        parts = [self._part()]
        while self.skip("."):
            parts.append(self._part())
        return tuple(parts)

    def word(self) -> str:
        """Read one word as it is written."""
        if self.at_end:
            raise self.mistake("more")
        return self._next().text

    def group(self) -> str:
        """Read a pair of parentheses and return what stands between."""
        self.expect("(")
        first, depth = self.start, 1
        while depth:
            if self.at_end:
                raise self.mistake(")")
            last = self._next()
            depth += {"(": 1, ")": -1}.get(last.text, 0)
        return self.sql[first : last.start].strip()

    def rest(self) -> str:
        """Read everything that is left, as it is written."""
        text = self.sql[self.start :].strip()
        self._at = len(self._words)
        return text

    def mistake(self, expected: str) -> StatementError:
        """Return the error that something else was expected here."""
        line = self.sql.count("\n", 0, self.start) + 1
        found = "<EOF>" if self.at_end else self._words[self._at].text
        return StatementError(
            f"FAILED: ParseException line {line}: mismatched input '{found}' expecting {expected}"
        )

    def _part(self) -> str:
        if self.at_end or self._words[self._at].kind != "name":
            raise self.mistake("a name")
        return unquoted(self._next().text).lower()

    def _next(self) -> Word:
        word = self._words[self._at]
        self._at += 1
        return word


def split(text: str) -> list[str]:
    """Split a list at the commas that stand in no brackets."""
    parts, depth, first = [], 0, 0
    for word in words(text):
        depth += {"(": 1, "<": 1, "[": 1, ")": -1, ">": -1, "]": -1}.get(word.text, 0)
        if word.text == "," and not depth:
            parts.append(text[first : word.start].strip())
            first = word.end
    return [part for part in [*parts, text[first:].strip()] if part]


def pairs(text: str) -> dict[str, str]:
    """Return a list of `name = value` as names in lower case and values as they are written."""
    found = {}
    for part in split(text):
        reader = Reader(part)
        name = unquoted(reader.word())
        reader.expect("=")
        found[name.lower()] = reader.rest()
    return found
