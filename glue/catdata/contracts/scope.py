"""What the checks of one table share: its entities and names, and the mistakes found in it."""

import re
from datetime import date

from catdata.contracts.model import Table, When
from catdata.contracts.problems import meant
from catdata.contracts.source import Part, Source
from catdata.entities import CODE_LISTS, ENTITIES, REASONS
from catdata.entities.schema import Column as Field
from catdata.entities.schema import Entity, Type

Path = tuple[Part, ...]

EXCEL = ("xlsx", "xls")
LOAD_FIELDS = frozenset(
    {"source_id", "source_object", "source_row", "load_id", "dq_flags", "ingested_at"}
)
_PYTHON_TYPES: dict[Type, tuple[type, str, str]] = {
    Type.STRING: (str, "文字列", "a text"),
    Type.STRINGS: (str, "文字列", "a text"),
    Type.DATE: (str, "YYYY-MM-DDの日付", "a date as YYYY-MM-DD"),
    Type.INT: (int, "整数", "a whole number"),
    Type.BIGINT: (int, "整数", "a whole number"),
    Type.BOOLEAN: (bool, "true か false", "true or false"),
    Type.MONTHS: (int, "整数", "a whole number"),
}


class Scope:
    """One table of a contract: looks names up and reports mistakes with their paths."""

    def __init__(self, table: Table, path: Path, source: Source) -> None:
        self.table = table
        self.entities = tuple(ENTITIES[r.entity] for r in table.records)
        self._path = path
        self._source = source
        blocks = table.blocks
        self._variables: dict[str, set[str]] = {
            "file": _groups(table.file),
            "heading": set(table.headings),
            "block": set().union(*(item.set for item in blocks.items)) if blocks else set(),
            "part": set(table.parts),
        }
        if blocks is not None and blocks.pattern is not None:
            self._variables["block"] |= _groups(blocks.pattern) - {"column"}

    def report(self, path: Path, ja: str, en: str) -> None:
        """Add a mistake at a path within the table."""
        self._source.report((*self._path, *path), ja, en)

    def regex(self, pattern: str, path: Path) -> re.Pattern[str] | None:
        """Compile a regular expression; add a problem and return None where it is invalid."""
        try:
            return re.compile(pattern)
        except re.error as error:
            self.report(
                path,
                f"正規表現「{pattern}」が正しくない（{error}）",
                f"found the invalid regular expression '{pattern}' ({error}), expected a valid one",
            )
            return None

    def pseudo(self, name: str, path: Path) -> None:
        """Check that a pseudo-column is one that the table defines; other names pass."""
        if not name.startswith("@"):
            return
        kind, _, variable = name[1:].partition(".")
        if name == "@sheet" and self.table.format in EXCEL:
            return
        if variable in self._variables.get(kind, ()):
            return
        choices = [f"@{k}.{v}" for k, names in self._variables.items() for v in sorted(names)]
        choices += ["@sheet"] if self.table.format in EXCEL else []
        self.report(
            path,
            f"疑似列「{name}」はどこでも定義されていない。" + meant(name, choices)[0],
            f"found the pseudo-column '{name}' that nothing defines, " + meant(name, choices)[1],
        )

    def constant(self, name: str, path: Path) -> None:
        """Check that a name is a pseudo-column that is the same for the whole file."""
        if name.startswith(("@file.", "@heading.")):
            self.pseudo(name, path)
            return
        self.report(
            path,
            f"「{name}」はファイル全体で同じ値ではない。@file.x か @heading.x を書く",
            f"found '{name}' that is not the same for the whole file, expected @file.x or @heading.x",
        )

    def reference(self, name: str, path: Path) -> None:
        """Check that a name is a declared column that is read."""
        column = self.table.columns.get(name)
        if column is None:
            if name.startswith("@"):
                self.pseudo(name, path)
                return
            self.report(
                path,
                f"列「{name}」が columns にない。" + meant(name, self.table.columns)[0],
                f"found the column '{name}' that columns lacks, "
                + meant(name, self.table.columns)[1],
            )
        elif column.personal or column.ignore:
            kind = "personal" if column.personal else "ignore"
            self.report(
                path,
                f"列「{name}」は {kind} なのでここで使えない。読むだけなら use: true",
                f"found the column '{name}' that is marked {kind}, expected use: true or a parser",
            )

    def when(self, when: When, path: Path) -> None:
        """Check the columns and expressions of a condition."""
        for name, tests in when.items():
            self.reference(name, (*path, name))
            for test in [tests] if isinstance(tests, str) else tests:
                plain = test.removeprefix("!")
                if len(plain) > 1 and plain.startswith("/") and plain.endswith("/"):
                    self.regex(plain[1:-1], (*path, name))

    def reason(self, reason: str, path: Path) -> None:
        """Check that a reason is defined."""
        if reason not in REASONS:
            self.report(
                path,
                f"知らない理由「{reason}」。" + meant(reason, REASONS)[0],
                f"found the unknown reason '{reason}', " + meant(reason, REASONS)[1],
            )

    def field(self, name: str) -> Field | None:
        """Return the canonical column of that name in any entity of the table."""
        return next((e.column(name) for e in self.entities if name in e), None)

    def known_field(self, name: str, path: Path) -> bool:
        """Return whether a contract may fill a canonical column of that name; else add a problem."""
        names = [c.name for e in self.entities for c in e.columns if c.name not in LOAD_FIELDS]
        if name in names and name not in {identity_of(e) for e in self.entities}:
            return True
        self.report(
            path,
            f"項目「{name}」は表のどの実体にもない。" + meant(name, names)[0],
            f"found '{name}' that no entity of the table has, " + meant(name, names)[1],
        )
        return False

    def value(self, field: Field, value: str | int | bool | None, path: Path) -> None:
        """Check a constant against the type and code list of the canonical column it goes to."""
        if value is None:
            return
        expected, ja, en = _PYTHON_TYPES[field.type]
        if type(value) is not expected or (field.type is Type.DATE and not _is_date(str(value))):
            self.report(
                path,
                f"項目「{field.name}」の値「{value}」が正しくない。期待: {ja}",
                f"'{field.name}': found {value!r}, expected {en}",
            )
        elif field.codes is not None and value not in CODE_LISTS[field.codes]:
            names = CODE_LISTS[field.codes].names()
            self.report(
                path,
                f"コード表 {field.codes} に「{value}」はない。" + meant(str(value), names)[0],
                f"found '{value}' that the list {field.codes} lacks, "
                + meant(str(value), names)[1],
            )


def identity_of(entity: Entity) -> str:
    """Return the column that identifies a row of an entity: its first."""
    return entity.columns[0].name


def _groups(pattern: str) -> set[str]:
    try:
        return set(re.compile(pattern).groupindex)
    except re.error:
        return set()


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
