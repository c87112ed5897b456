"""Redshift's SQL as PostgreSQL understands it: only what is spelled differently is touched.

Statements are cut into tokens and put together again; whole-statement transpiling loses Redshift's
clauses. Functions that PostgreSQL lacks but can parse are not here: compat.sql defines them.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from sqlglot import Dialect, TokenError

_TOKENIZER = Dialect.get_or_raise("redshift")

# https://docs.aws.amazon.com/redshift/latest/dg/r_Dateparts_for_datetime_functions.html
_UNITS = {
    alias: unit
    for unit, aliases in {
        "year": "year years y yr yrs",
        "quarter": "quarter quarters qtr qtrs",
        "month": "month months mon mons",
        "week": "week weeks w",
        "day": "day days d",
        "hour": "hour hours h hr hrs",
        "minute": "minute minutes m min mins",
        "second": "second seconds s sec secs",
        "dow": "dayofweek dow dw weekday",
        "doy": "dayofyear doy dy yearday",
        "epoch": "epoch",
    }.items()
    for alias in aliases.split()
}
_SESSION_PARAMETERS = {"json_serialization_enable", "query_group"}


@lru_cache(4096)
def to_postgres(sql: str) -> str:
    """Return a statement of Redshift as one of PostgreSQL; what it cannot read stays as it is."""
    try:
        statement = _Statement(sql)
        return statement.rewritten()
    except (TokenError, IndexError):
        return sql


def words(sql: str) -> set[str]:
    """Return every word of a statement in lower case: the names it mentions are among them."""
    return set(re.findall(r"\w+", sql.lower()))


def is_bound_view(sql: str) -> bool:
    """Return whether a statement makes a view that is bound to what it reads."""
    start = re.sub(r"/\*.*?\*/|--[^\n]*", " ", sql, flags=re.DOTALL)
    return (
        re.match(r"\s*create\s+(or\s+replace\s+)?view\b", start, re.IGNORECASE) is not None
        and re.search(r"with\s+no\s+schema\s+binding\s*;?\s*$", start, re.IGNORECASE) is None
    )


def refusal(message: str) -> str:
    """Return a statement that fails with a message, for what Redshift refuses and PostgreSQL takes."""
    return f"select pg_catalog.refuse({literal(message)})"


def literal(text: str) -> str:
    """Return a text as a literal."""
    return "'" + text.replace("'", "''") + "'"


class _Statement:
    """A statement as tokens; a position is the index of a token."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._tokens = _TOKENIZER.tokenize(sql)
        self._words = [sql[t.start : t.end + 1].lower() for t in self._tokens]
        while self._words and self._words[-1] == ";":
            self._words.pop()
        self._dropped: set[int] = set()

    def rewritten(self) -> str:
        """Return the whole statement for PostgreSQL."""
        first = self._words[:1]
        if self._is("create", "external", "schema"):
            return self._external_schema()
        if self._words[-4:] == ["with", "no", "schema", "binding"]:
            return self._late_binding_view()
        if first == ["set"] and self._words[1] in _SESSION_PARAMETERS:
            # PostgreSQL takes any parameter whose name has a prefix.
            return f"set redshift.{self._text(1, len(self._words))}"
        if first == ["create"] or self._is("alter", "table"):
            self._dropped |= set(self._table_attributes())
        if first == ["grant"] or first == ["revoke"]:
            self._dropped |= set(self._role_words())
        return self._render(0, len(self._words))

    def _is(self, *words: str) -> bool:
        return tuple(self._words[: len(words)]) == words

    def _text(self, start: int, stop: int) -> str:
        if start >= stop:
            return ""
        return self._sql[self._tokens[start].start : self._tokens[stop - 1].end + 1]

    def _closing(self, opening: int) -> int:
        depth = 0
        for i in range(opening, len(self._words)):
            depth += (self._words[i] == "(") - (self._words[i] == ")")
            if depth == 0:
                return i
        raise IndexError(opening)

    def _arguments(self, opening: int) -> list[tuple[int, int]]:
        """Return the spans of the arguments within a pair of parentheses."""
        spans, start, depth = [], opening + 1, 0
        closing = self._closing(opening)
        for i in range(opening + 1, closing):
            depth += (self._words[i] == "(") - (self._words[i] == ")")
            if self._words[i] == "," and depth == 0:
                spans.append((start, i))
                start = i + 1
        return [*spans, (start, closing)]

    def _render(self, start: int, stop: int) -> str:
        """Return a span rewritten, with the blanks and comments that stand within it."""
        out, i = [], start
        while i < stop:
            if i > start:
                out.append(self._sql[self._tokens[i - 1].end + 1 : self._tokens[i].start])
            if i in self._dropped:
                i += 1
                continue
            text, i = self._replacement(i) or (self._text(i, i + 1), i + 1)
            out.append(text)
        return "".join(out)

    def _replacement(self, i: int) -> tuple[str, int] | None:
        """Return what stands for the construct at a position, and where it ends."""
        word = self._words[i]
        follows = self._words[i + 1 : i + 2] == ["("]
        if i and self._words[i - 1] == ".":
            return None
        if follows and word in _FUNCTIONS:
            return _FUNCTIONS[word](self, i)
        if follows and word in ("varchar", "nvarchar", "text") and self._words[i + 2] == "max":
            return "varchar(65535)", i + 4
        if word == "sysdate" and not follows:
            return "pg_catalog.getdate()", i + 1
        return None

    def _rendered_arguments(self, i: int) -> list[str]:
        return [self._render(*span) for span in self._arguments(i + 1)]

    def after_call(self, i: int) -> int:
        """Return the position after a call."""
        return self._closing(i + 1) + 1

    def date_function(self, i: int) -> tuple[str, int] | None:
        """Quote the unit of dateadd(month, 1, day) and its like, in PostgreSQL's spelling."""
        unit, *rest = self._rendered_arguments(i)
        spelled = _UNITS.get(unit.strip("'").lower())
        if spelled is None:
            return None
        return f"{self._words[i]}('{spelled}', {', '.join(rest)})", self.after_call(i)

    def decode(self, i: int) -> tuple[str, int] | None:
        """Spell decode(x, a, 1, b, 2, 3) as a case; it takes null for equal to null."""
        value, *rest = self._rendered_arguments(i)
        if len(rest) < 2:
            return None
        pairs = zip(rest[0::2], rest[1::2], strict=False)
        whens = "".join(f" when {value} is not distinct from {a} then {b}" for a, b in pairs)
        otherwise = f" else {rest[-1]}" if len(rest) % 2 else ""
        return f"(case{whens}{otherwise} end)", self.after_call(i)

    def listagg(self, i: int) -> tuple[str, int]:
        """Spell listagg(x, ',') within group (order by y) as an ordered string_agg."""
        value, separator = [*self._rendered_arguments(i), "''"][:2]
        distinct = re.match(r"distinct\s+", value, re.IGNORECASE)
        value = value[distinct.end() :] if distinct else value
        stop, order = self.after_call(i), ""
        if self._words[stop : stop + 2] == ["within", "group"]:
            closing = self._closing(stop + 2)
            order = " " + self._render(stop + 3, closing)
            stop = closing + 1
        text = f"cast({value} as text)"
        if distinct and order:
            # PostgreSQL wants the very expression that is told apart.
            order = re.sub(rf"(order\s+by\s+){re.escape(value)}", rf"\g<1>{text}", order)
        return f"string_agg({'distinct ' if distinct else ''}{text}, {separator}{order})", stop

    def _table_attributes(self) -> Iterator[int]:
        """Yield the positions of distribution, order, encoding and backup: PostgreSQL has none.

        They stand before the query of `create table … as`, or follow a column.
        """
        i, depth = 0, 0
        while i < len(self._words):
            word = self._words[i]
            depth += (word == "(") - (word == ")")
            if word == "as" and depth == 0:
                return
            length = self._attribute_length(i)
            yield from range(i, i + length)
            i += max(length, 1)

    def _attribute_length(self, i: int) -> int:
        word, follows = self._words[i], [*self._words[i + 1 : i + 3], "", ""]
        if (word, follows[0]) in (("backup", "no"), ("backup", "yes")):
            return 2
        if word in ("diststyle", "encode"):
            return 2
        if word in ("compound", "interleaved") and follows[0] == "sortkey":
            return 1
        if word in ("distkey", "sortkey"):
            if follows[0] == "(":
                return self._closing(i + 1) + 1 - i
            return 2 if follows[0] == "auto" else 1
        return 0

    def _role_words(self) -> Iterator[int]:
        """Yield the positions of the word that tells a role from a user: both are roles there."""
        for i, word in enumerate(self._words):
            if word == "role" and self._words[i - 1] in ("grant", "revoke", "to", "from", ","):
                yield i

    def _late_binding_view(self) -> str:
        view, body = self._words.index("view"), self._words.index("as") + 1
        return "call pg_catalog.create_late_binding_view({}, {}, {})".format(
            literal(self._text(view + 1, body - 1)),
            "true" if "replace" in self._words[:view] else "false",
            literal(self._render(body, len(self._words) - 4)),
        )

    def _external_schema(self) -> str:
        """Keep the schema and its Glue database; the catalog's role has no meaning here."""
        name = 6 if self._is("create", "external", "schema", "if", "not", "exists") else 3
        catalog = self._words.index("from")
        if self._words[catalog : catalog + 4] != ["from", "data", "catalog", "database"]:
            return refusal("only external schemas FROM DATA CATALOG DATABASE are covered here")
        return "call pg_catalog.create_external_schema({}, {}, {})".format(
            literal(self._text(name, name + 1).strip('"').lower()),
            self._text(catalog + 4, catalog + 5),
            "true" if name == 6 else "false",
        )


def _coalesce(statement: _Statement, i: int) -> tuple[str, int]:
    return "coalesce", i + 1


_FUNCTIONS: dict[str, Callable[[_Statement, int], tuple[str, int] | None]] = {
    "dateadd": _Statement.date_function,
    "datediff": _Statement.date_function,
    "date_part": _Statement.date_function,
    "decode": _Statement.decode,
    "listagg": _Statement.listagg,
    "nvl": _coalesce,
    "isnull": _coalesce,
}
