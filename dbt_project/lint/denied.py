"""The words of a deny-list: what is refused, why, and how it is found in a statement."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_WORDS = re.compile(
    r"""(?P<skipped>--[^\n]*|/\*.*?\*/|\s+)
    |(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)
    |(?P<word>\w+|.)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Statement:
    """One statement, as its words and as its tree; a command that the parser does not know is opaque."""

    words: tuple[str, ...]
    tree: exp.Expr


Test = Callable[[Statement], bool]


@dataclass(frozen=True)
class Denied:
    """One thing that an engine refuses; `section` is the title of the manual's page that says so."""

    name: str
    why: str
    section: str
    is_in: Test


@dataclass(frozen=True)
class Finding:
    """A statement that holds something denied, or that the dialect cannot read at all."""

    name: str
    why: str
    section: str


def node(test: Callable[[exp.Expr], object]) -> Test:
    """Return a test for statements of which any node of the tree passes a test."""
    return lambda statement: any(test(found) for found in statement.tree.walk())


def kind(*types: type[exp.Expr]) -> Test:
    """Return a test for statements with a node of one of the types."""
    return node(lambda found: isinstance(found, types))


def starts(*openings: str) -> Test:
    """Return a test for statements that open with one of the phrases."""
    phrases = [tuple(opening.split()) for opening in openings]
    return lambda statement: any(statement.words[: len(p)] == p for p in phrases)


def has(*phrases: str) -> Test:
    """Return a test for statements in which one of the phrases occurs."""
    wanted = [tuple(phrase.split()) for phrase in phrases]
    return lambda statement: any(
        statement.words[place : place + len(phrase)] == phrase
        for phrase in wanted
        for place in range(len(statement.words))
    )


def calls(*names: str) -> Test:
    """Return a test for statements that call one of the functions, by the name that they write."""
    return has(*(f"{name} (" for name in names))


def typed(*types: exp.DType) -> Test:
    """Return a test for statements that name one of the types."""
    return node(lambda found: isinstance(found, exp.DataType) and found.this in types)


def either(*tests: Test) -> Test:
    """Return a test that one of several passes."""
    return lambda statement: any(test(statement) for test in tests)


def statements(sql: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each statement of a text with its words in lower case.

    Read apart from the dialect, which gives up on what it does not know. What stands in quotes is a
    value or a name and no word; comments are left out.
    """
    start, words = 0, list[str]()
    for found in _WORDS.finditer(sql):
        if found["skipped"]:
            continue
        if found["word"] != ";":
            words.append("" if found["quoted"] else found["word"].lower())
        if found["word"] == ";" and words:
            yield sql[start : found.start()], tuple(words)
            words = []
        if found["word"] == ";":
            start = found.end()
    if words:
        yield sql[start:], tuple(words)


def findings(sql: str, dialect: str, denied: Iterable[Denied]) -> list[Finding]:
    """Return what an engine would refuse in a text, each sort once."""
    found: dict[str, Finding] = {}
    entries = list(denied)
    for text, words in statements(sql):
        try:
            tree: exp.Expr = sqlglot.parse_one(text, read=dialect)
        except SqlglotError as error:
            why = str(error).partition("\n")[0]
            tree = exp.Command(this=text)
            found["unreadable"] = Finding(
                "unreadable", f"読めない文です / not SQL of {dialect}: {why}", ""
            )
        for entry in entries:
            if entry.is_in(Statement(words, tree)):
                found[entry.name] = Finding(entry.name, entry.why, entry.section)
    return list(found.values())
