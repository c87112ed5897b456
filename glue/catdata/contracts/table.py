"""Checks of one table of a contract: the file, its columns, its records and how they refer to each other."""

import codecs
from collections.abc import Iterator

from catdata.contracts.columns import check_column, outputs_of
from catdata.contracts.model import Record, Table
from catdata.contracts.scope import EXCEL, LOAD_FIELDS, Path, Scope, identity_of
from catdata.contracts.source import Source
from catdata.entities.schema import Column as Field
from catdata.entities.schema import Entity, Type


def check_table(table: Table, path: Path, source: Source, *, has_body: bool) -> None:
    """Add every mistake of meaning of a table to the problems of its source.

    `path` is the table's place in the contract; `has_body` tells whether the contract names its body.
    """
    scope = Scope(table, path, source)
    _check_file(scope)
    for name, part in table.parts.items():
        scope.regex(part.extract, ("parts", name, "extract"))
        scope.reference(part.column, ("parts", name, "column"))
        if part.unless is not None:
            scope.constant(part.unless, ("parts", name, "unless"))
    for name, column in table.columns.items():
        scope.pseudo(name, ("columns", name))
        check_column(scope, column, ("columns", name), name)
    _check_combined(scope)
    _check_references(scope)
    _check_records(scope, has_body=has_body)


def _check_combined(scope: Scope) -> None:
    for number, combined in enumerate(scope.table.combined):
        path: Path = ("combined", number)
        for place, name in enumerate(combined.columns):
            scope.reference(name, (*path, "columns", place))
        if combined.column.parser is None or combined.column.personal:
            scope.report(
                (*path, "column"),
                "結合した列には parser が必要（personal は不可）",
                "found a combined column without parser or marked personal, expected a parser",
            )
        else:
            check_column(scope, combined.column, (*path, "column"), "+".join(combined.columns))


def _check_file(scope: Scope) -> None:
    table = scope.table
    scope.regex(table.file, ("file",))
    if table.sheets is not None:
        scope.regex(table.sheets, ("sheets",))
        if table.format not in EXCEL:
            scope.report(
                ("sheets",),
                f"形式{table.format}にシートはない。sheets はxlsxとxlsだけ",
                f"found sheets in a {table.format} table, expected them with xlsx or xls only",
            )
    for name, pattern in table.headings.items():
        scope.regex(pattern, ("headings", name))
    if table.encoding is not None:
        try:
            codecs.lookup(table.encoding)
        except LookupError:
            scope.report(
                ("encoding",),
                f"知らない文字コード「{table.encoding}」。期待: utf-8、cp932、utf-16など",
                f"found the unknown encoding '{table.encoding}', "
                "expected one such as utf-8, cp932 or utf-16",
            )
    blocks = table.blocks
    if blocks is None:
        return
    if (blocks.pattern is None) == (not blocks.items):
        scope.report(
            ("blocks",),
            "blocks には pattern か items のどちらか一つを書く",
            "found both or neither of pattern and items in blocks, expected one of them",
        )
    if blocks.pattern is not None:
        compiled = scope.regex(blocks.pattern, ("blocks", "pattern"))
        if compiled is not None and "column" not in compiled.groupindex:
            scope.report(
                ("blocks", "pattern"),
                "blocks.pattern に名前付きグループ (?P<column>…) がない",
                "found no named group 'column' in blocks.pattern, expected (?P<column>…)",
            )


def _check_references(scope: Scope) -> None:
    table = scope.table
    if table.fiscal_year is not None:
        scope.reference(table.fiscal_year, ("fiscal_year",))
    for number, exclusion in enumerate(table.exclude):
        scope.when(exclusion.when, ("exclude", number, "when"))
        scope.reason(exclusion.reason, ("exclude", number, "reason"))
    for block, item in enumerate(table.blocks.items if table.blocks else []):
        for inner in item.columns.values():
            scope.reference(inner, ("blocks", "items", block, "columns"))
    totals = table.totals
    if totals is None:
        return
    scope.reference(totals.label, ("totals", "label"))
    if totals.value is not None:
        scope.reference(totals.value, ("totals", "value"))
    for place, name in enumerate(totals.counts if isinstance(totals.counts, list) else []):
        path = ("totals", "counts", place)
        scope.reference(name, path)
        column = table.columns.get(name)
        if column is not None and not any(_is_count(scope, o) for o in outputs_of(column)):
            scope.report(
                path,
                f"列「{name}」は数の列でないので合計を照合できない",
                f"found '{name}' that gives no whole number, expected a count column",
            )


def _is_count(scope: Scope, output: str) -> bool:
    field = scope.field(output)
    return field is not None and field.type in (Type.INT, Type.BIGINT)


def _check_records(scope: Scope, *, has_body: bool) -> None:
    columns = [*scope.table.columns.values(), *(c.column for c in scope.table.combined)]
    filled = {name for column in columns for name in outputs_of(column)}
    if has_body:
        filled.add("municipality_code")
    seen: set[str] = set()
    for number, (record, entity) in enumerate(
        zip(scope.table.records, scope.entities, strict=True)
    ):
        path: Path = ("records", number)
        if entity.name in seen:
            scope.report(
                (*path, "entity"),
                f"実体 {entity.name} の記録が二つある。一行から一つだけ",
                f"found a second record of {entity.name}, expected one a table",
            )
        seen.add(entity.name)
        _check_identity(scope, record, (*path, "id"))
        scope.when(record.when, (*path, "when"))
        for key, value in record.set.items():
            at = (*path, "set", key)
            if scope.known_field(key, at) and key in entity:
                scope.value(entity.column(key), value, at)
        _check_required(scope, filled | set(record.set), entity, path)


def _check_identity(scope: Scope, record: Record, path: Path) -> None:
    several = isinstance(record.id, list) and any(not isinstance(one, str) for one in record.id)
    for number, names in enumerate(record.alternatives):
        for place, name in enumerate(names):
            scope.reference(name, (*path, number, place) if several else (*path, place))
        if not names:
            scope.report(
                path,
                "id が空。記録を特定する列か row を書く",
                "found an empty id, expected the columns that identify the record, or row",
            )


def _check_required(scope: Scope, filled: set[str], entity: Entity, path: Path) -> None:
    for field in entity.columns:
        if not field.required or field.name in LOAD_FIELDS | {identity_of(entity)}:
            continue
        if not any(name in filled for name in _routes(scope, field, entity)):
            scope.report(
                path,
                f"実体 {entity.name} の必須項目「{field.name}」（{field.ja}）に値を入れる列がない",
                f"{entity.name}: found no route to the required column '{field.name}', "
                "expected a column, a code's set or the record's set that fills it",
            )


def _routes(scope: Scope, field: Field, entity: Entity) -> Iterator[str]:
    """The canonical columns any of which gives the field a value."""
    yield field.name
    if field.name == "intake_date":
        yield "observed_date"
    elif field.name == "fiscal_year" and entity.name != "annual_report":
        for other in scope.entities:
            yield from (c.name for c in other.columns if c.type is Type.DATE)
