"""What a contract must mean: its codes, columns, parsers and records fit each other and the lake."""

import codecs
import re
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches

from catdata.contracts.model import Body, Column, Contract, Meaning, Record, Table, When
from catdata.contracts.source import Part, Source
from catdata.entities import CODE_LISTS, ENTITIES, FLAGS, REASONS
from catdata.entities.schema import Column as Field
from catdata.entities.schema import Entity, Type
from catdata.values import PARSERS
from catdata.values.municipalities import check_digit, known_codes

Path = tuple[Part, ...]

CODE = "code"
NATION = "000000"
EXCEL = ("xlsx", "xls")
# A personal column may be read for nothing but the one harmless fact that its parser takes out of it.
PERSONAL_PARSERS = {"chip": "presence", "address": "place"}
_LOAD_FIELDS = frozenset(
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


def check_contract(contract: Contract, stem: str, source: Source) -> None:
    """Add every mistake of meaning of one contract to the problems of its source.

    `stem` is the file's name without `.yaml`.
    """
    if contract.source_id != stem:
        source.report(
            ("source_id",),
            f"source_id「{contract.source_id}」がファイル名と違う。期待: {stem}",
            f"found source_id '{contract.source_id}', expected the file's name '{stem}'",
        )
    if contract.body is not None:
        _check_body(contract.body, source)
    names: dict[str, int] = {}
    for number, table in enumerate(contract.tables):
        if table.name in names:
            source.report(
                ("tables", number, "name"),
                f"表の名前「{table.name}」が重複している",
                f"found the table name '{table.name}' twice, expected each once",
            )
        names[table.name] = number
        _TableCheck(contract, table, ("tables", number), source).run()
    for number, target in enumerate(contract.targets):
        if contract.body is None:
            source.report(
                ("targets", number),
                "目標には自治体(body)が必要",
                "found a target, expected a body that set it",
            )
        if target.target_year <= target.base_year:
            source.report(
                ("targets", number, "target_year"),
                f"目標年度 {target.target_year} が基準年度 {target.base_year} より後でない",
                f"found target_year {target.target_year}, expected a year after {target.base_year}",
            )


def check_agreement(loaded: Iterable[tuple[Contract, Source]]) -> None:
    """Add a problem where two contracts share a source id, or tell one body in two ways."""
    ids: dict[str, str] = {}
    bodies: dict[str, tuple[Body, str]] = {}
    for contract, source in loaded:
        if contract.source_id in ids:
            source.report(
                ("source_id",),
                f"source_id「{contract.source_id}」は{ids[contract.source_id]}にもある",
                f"found source_id '{contract.source_id}' here and in {ids[contract.source_id]}, "
                "expected it once",
            )
        ids.setdefault(contract.source_id, source.file)
        if contract.body is None:
            continue
        first, file = bodies.setdefault(
            contract.body.code, (contract.body, source.file)
        )
        for name, value in contract.body:
            if value != getattr(first, name):
                source.report(
                    ("body", name),
                    f"自治体{contract.body.code}の{name}が{file}と違う: {value}。期待: {getattr(first, name)}",
                    f"body {contract.body.code}: found {name} {value}, "
                    f"expected {getattr(first, name)} as in {file}",
                )


def _check_body(body: Body, source: Source) -> None:
    told = body.name is not None and body.kind is not None
    if body.kind is not None and body.kind not in CODE_LISTS["body_kind"]:
        source.report(
            ("body", "kind"),
            f"知らない自治体の種類「{body.kind}」。"
            + _hint_ja(body.kind, CODE_LISTS["body_kind"].names()),
            f"found the unknown kind '{body.kind}', "
            + _hint_en(body.kind, CODE_LISTS["body_kind"].names()),
        )
    numeric = body.code.isdigit()
    if (body.country == "JP") != numeric:
        source.report(
            ("body", "code"),
            f"国{body.country}とコード「{body.code}」が合わない。日本は数字6桁、外国は英字2字で始まる6字",
            f"found code '{body.code}' for country {body.country}, expected 6 digits in Japan "
            "and 2 letters with 4 more elsewhere",
        )
    elif numeric and not (body.code == NATION and body.kind == "nation"):
        expected = body.code[:5] + check_digit(body.code[:5])
        if body.code != expected:
            source.report(
                ("body", "code"),
                f"自治体コード「{body.code}」の検査数字が合わない。期待: {expected}",
                f"found code '{body.code}' with a wrong check digit, expected {expected}",
            )
        elif body.code not in known_codes() and not told:
            source.report(
                ("body", "code"),
                f"コード表にない自治体「{body.code}」。名称(name)と種類(kind)を書く",
                f"found code '{body.code}' that the code list lacks, expected its name and kind",
            )
    elif not told:
        source.report(
            ("body",),
            f"自治体「{body.code}」の名称(name)と種類(kind)がない",
            f"found body '{body.code}' without name or kind, expected both",
        )


class _TableCheck:
    """The checks of one table; `given` collects the canonical columns that get a value."""

    def __init__(
        self, contract: Contract, table: Table, path: Path, source: Source
    ) -> None:
        self._contract = contract
        self._table = table
        self._path = path
        self._source = source
        self._entities = tuple(ENTITIES[r.entity] for r in table.records)
        self._given: set[str] = set()

    def run(self) -> None:
        """Check the table in the order in which its author reads it."""
        self._check_file()
        for name, part in self._table.parts.items():
            self._check_regex(part.extract, ("parts", name, "extract"))
            self._check_reference(part.column, ("parts", name, "column"))
            if part.unless is not None:
                self._check_constant(part.unless, ("parts", name, "unless"))
        for name, column in self._table.columns.items():
            path: Path = ("columns", name)
            self._check_pseudo(name, path)
            self._check_column(column, path, name)
        for number, combined in enumerate(self._table.combined):
            path = ("combined", number)
            for place, name in enumerate(combined.columns):
                self._check_reference(name, (*path, "columns", place))
            if combined.column.parser is None or combined.column.personal:
                self._report(
                    (*path, "column"),
                    "結合した列には parser が必要（personal は不可）",
                    "found a combined column without parser or marked personal, expected a parser",
                )
            else:
                self._check_column(
                    combined.column, (*path, "column"), "+".join(combined.columns)
                )
        self._check_references()
        self._check_records()

    def _report(self, path: Path, ja: str, en: str) -> None:
        self._source.report((*self._path, *path), ja, en)

    def _check_regex(self, pattern: str, path: Path) -> re.Pattern[str] | None:
        try:
            return re.compile(pattern)
        except re.error as error:
            self._report(
                path,
                f"正規表現「{pattern}」が正しくない（{error}）",
                f"found the invalid regular expression '{pattern}' ({error}), expected a valid one",
            )
            return None

    def _check_file(self) -> None:
        table = self._table
        file = self._check_regex(table.file, ("file",))
        self._file_groups = set(file.groupindex) if file else None
        if table.sheets is not None:
            self._check_regex(table.sheets, ("sheets",))
            if table.format not in EXCEL:
                self._report(
                    ("sheets",),
                    f"形式{table.format}にシートはない。sheets はxlsxとxlsだけ",
                    f"found sheets in a {table.format} table, expected them with xlsx or xls only",
                )
        for name, pattern in table.headings.items():
            self._check_regex(pattern, ("headings", name))
        if table.encoding is not None:
            try:
                codecs.lookup(table.encoding)
            except LookupError:
                self._report(
                    ("encoding",),
                    f"知らない文字コード「{table.encoding}」。期待: utf-8、cp932、utf-16など",
                    f"found the unknown encoding '{table.encoding}', "
                    "expected one such as utf-8, cp932 or utf-16",
                )
        self._block_names: set[str] = set()
        blocks = table.blocks
        if blocks is None:
            return
        if (blocks.pattern is None) == (not blocks.items):
            self._report(
                ("blocks",),
                "blocks には pattern か items のどちらか一つを書く",
                "found both or neither of pattern and items in blocks, expected one of them",
            )
        if blocks.pattern is not None:
            compiled = self._check_regex(blocks.pattern, ("blocks", "pattern"))
            if compiled is not None:
                self._block_names = set(compiled.groupindex) - {"column"}
                if "column" not in compiled.groupindex:
                    self._report(
                        ("blocks", "pattern"),
                        "blocks.pattern に名前付きグループ (?P<column>…) がない",
                        "found no named group 'column' in blocks.pattern, expected (?P<column>…)",
                    )
        for item in blocks.items:
            self._block_names |= set(item.set)

    def _check_pseudo(self, name: str, path: Path) -> None:
        if not name.startswith("@"):
            return
        kind, _, variable = name[1:].partition(".")
        known: dict[str, set[str] | None] = {
            "file": self._file_groups,
            "heading": set(self._table.headings),
            "block": self._block_names,
            "part": set(self._table.parts),
        }
        if kind == "sheet" and not variable and self._table.format in EXCEL:
            return
        if kind in known and variable:
            groups = known[kind]
            if groups is None or variable in groups:
                return
        choices = [
            f"@{k}.{v}" for k, names in known.items() for v in sorted(names or ())
        ]
        choices += ["@sheet"] if self._table.format in EXCEL else []
        self._report(
            path,
            f"疑似列「{name}」はどこでも定義されていない。" + _hint_ja(name, choices),
            f"found the pseudo-column '{name}' that nothing defines, "
            + _hint_en(name, choices),
        )

    def _check_constant(self, name: str, path: Path) -> None:
        if name.startswith(("@file.", "@heading.")):
            self._check_pseudo(name, path)
            return
        self._report(
            path,
            f"「{name}」はファイル全体で同じ値ではない。@file.x か @heading.x を書く",
            f"found '{name}' that is not the same for the whole file, expected @file.x or @heading.x",
        )

    def _check_column(self, column: Column, path: Path, name: str) -> None:
        uses = [
            label
            for label, said in (
                ("personal", column.personal),
                ("ignore", column.ignore),
                ("use", column.use),
                ("parser", column.parser),
            )
            if said
        ]
        allowed = column.personal is not None and (
            PERSONAL_PARSERS.get(column.personal) == column.parser
            or column.parser is None
        )
        if len(uses) != 1 and not (uses == ["personal", "parser"] and allowed):
            found = "・".join(uses) or "なし"
            self._report(
                path,
                f"列「{name}」の扱いが一つに決まらない: {found}。"
                "personal、ignore、use、parser のどれか一つ（chip は presence、address は place と併用可）",
                f"column '{name}': found {' and '.join(uses) or 'nothing'}, expected exactly one of "
                "personal, ignore, use, parser (chip may have presence, address may have place)",
            )
        if column.applicant_key and (
            column.personal is None
            or "tnr_case" not in [e.name for e in self._entities]
        ):
            self._report(
                (*path, "applicant_key"),
                f"列「{name}」の applicant_key は tnr_case の表の個人情報の列にだけ使える",
                f"column '{name}': found applicant_key, expected it on a personal column of a "
                "table with tnr_case records",
            )
        if column.parser is None:
            for key in ("as", "args", "codes"):
                if getattr(column, "as_" if key == "as" else key):
                    self._report(
                        (*path, key),
                        f"列「{name}」に parser がないので {key} は使えない",
                        f"column '{name}': found {key} without a parser, expected a parser with it",
                    )
            return
        if column.parser == CODE:
            self._check_code_column(column, path, name)
        elif column.parser in PARSERS:
            self._check_parser(column, path, name)
        else:
            names = [CODE, *PARSERS]
            self._report(
                (*path, "parser"),
                f"知らないパーサー「{column.parser}」。"
                + _hint_ja(column.parser, names),
                f"found the unknown parser '{column.parser}', "
                + _hint_en(column.parser, names),
            )

    def _check_parser(self, column: Column, path: Path, name: str) -> None:
        parser = PARSERS[str(column.parser)]
        for argument in column.args:
            if argument not in parser.arguments:
                self._report(
                    (*path, "args", argument),
                    f"パーサー {parser.name} に引数「{argument}」はない。"
                    + _hint_ja(argument, parser.arguments),
                    f"parser {parser.name}: found the unknown argument '{argument}', "
                    + _hint_en(argument, parser.arguments),
                )
        if column.codes:
            self._report(
                (*path, "codes"),
                f"codes はパーサー code だけで使える（ここは {parser.name}）",
                f"found codes with the parser {parser.name}, expected them with the parser code only",
            )
        starred = any("*" in output for output in parser.outputs)
        if starred and column.as_ is None:
            self._report(
                path,
                f"列「{name}」: パーサー {parser.name} には as（入れる項目）が必要",
                f"column '{name}': found the parser {parser.name} without as, "
                "expected the canonical column it fills",
            )
            return
        if not starred and column.as_ is not None:
            self._report(
                (*path, "as"),
                f"列「{name}」: パーサー {parser.name} の出力は決まっているので as は使えない"
                f"（{'、'.join(parser.outputs)}）",
                f"column '{name}': found as with the parser {parser.name}, expected none since it "
                f"fills {', '.join(parser.outputs)}",
            )
        if column.as_ is not None and not self._known_field(column.as_, (*path, "as")):
            return
        outputs = [o.replace("*", column.as_ or "*") for o in parser.outputs]
        reached = {o for o in outputs if any(o in e for e in self._entities)}
        if not reached:
            self._report(
                (*path, "parser"),
                f"列「{name}」の出力（{'、'.join(outputs)}）は表のどの実体にもない",
                f"column '{name}': found outputs {', '.join(outputs)}, expected one that "
                f"{' or '.join(e.name for e in self._entities)} has",
            )
        self._given |= reached

    def _check_code_column(self, column: Column, path: Path, name: str) -> None:
        target: Field | None = None
        if column.as_ is not None and self._known_field(column.as_, (*path, "as")):
            target = self._field(column.as_)
            if target is not None and target.codes is None:
                self._report(
                    (*path, "as"),
                    f"項目「{column.as_}」にコード表はない。parser code はコードの項目だけに使える",
                    f"found as '{column.as_}' that has no code list, expected a coded column",
                )
                target = None
            else:
                self._given.add(column.as_)
        if column.args:
            self._report(
                (*path, "args"),
                "パーサー code に引数はない",
                "found args with the parser code, expected none",
            )
        if column.as_ is None and not column.codes:
            self._report(
                path,
                f"列「{name}」: パーサー code には as か codes が必要",
                f"column '{name}': found the parser code without as and codes, expected one of them",
            )
        for spelling, meaning in column.codes.items():
            at = (*path, "codes", spelling)
            if (
                len(spelling) > 1
                and spelling.startswith("/")
                and spelling.endswith("/")
            ):
                self._check_regex(spelling[1:-1], at)
            if isinstance(meaning, Meaning):
                self._check_meaning(meaning, at)
            elif column.as_ is None:
                self._report(
                    at,
                    f"「{spelling}」のコード「{meaning}」を入れる項目(as)がない",
                    f"found the code '{meaning}' for '{spelling}' without as, expected as or set",
                )
            elif target is not None:
                self._check_value(target, meaning, at)

    def _check_meaning(self, meaning: Meaning, path: Path) -> None:
        for key, value in meaning.set.items():
            at = (*path, "set", key)
            if self._known_field(key, at):
                field = self._field(key)
                assert field is not None
                self._given.add(key)
                self._check_value(field, value, at)
        if meaning.flag is not None and meaning.flag not in FLAGS:
            self._report(
                (*path, "flag"),
                f"知らないフラグ「{meaning.flag}」。" + _hint_ja(meaning.flag, FLAGS),
                f"found the unknown flag '{meaning.flag}', "
                + _hint_en(meaning.flag, FLAGS),
            )
        if meaning.exclude is not None:
            self._check_reason(meaning.exclude, (*path, "exclude"))

    def _check_reason(self, reason: str, path: Path) -> None:
        if reason not in REASONS:
            self._report(
                path,
                f"知らない理由「{reason}」。" + _hint_ja(reason, REASONS),
                f"found the unknown reason '{reason}', " + _hint_en(reason, REASONS),
            )

    def _field(self, name: str) -> Field | None:
        return next((e.column(name) for e in self._entities if name in e), None)

    def _known_field(self, name: str, path: Path) -> bool:
        names = [
            c.name
            for e in self._entities
            for c in e.columns
            if c.name not in _LOAD_FIELDS
        ]
        if name in names and name not in {_identity(e) for e in self._entities}:
            return True
        self._report(
            path,
            f"項目「{name}」は表のどの実体にもない。" + _hint_ja(name, names),
            f"found '{name}' that no entity of the table has, " + _hint_en(name, names),
        )
        return False

    def _check_value(
        self, field: Field, value: str | int | bool | None, path: Path
    ) -> None:
        if value is None:
            return
        expected, ja, en = _PYTHON_TYPES[field.type]
        if type(value) is not expected or (
            field.type is Type.DATE and not _is_date(str(value))
        ):
            self._report(
                path,
                f"項目「{field.name}」の値「{value}」が正しくない。期待: {ja}",
                f"'{field.name}': found {value!r}, expected {en}",
            )
        elif field.codes is not None and value not in CODE_LISTS[field.codes]:
            names = CODE_LISTS[field.codes].names()
            self._report(
                path,
                f"コード表 {field.codes} に「{value}」はない。"
                + _hint_ja(str(value), names),
                f"found '{value}' that the list {field.codes} lacks, "
                + _hint_en(str(value), names),
            )

    def _check_reference(self, name: str, path: Path) -> None:
        column = self._table.columns.get(name)
        if column is None:
            if name.startswith("@"):
                self._check_pseudo(name, path)
                return
            self._report(
                path,
                f"列「{name}」が columns にない。"
                + _hint_ja(name, self._table.columns),
                f"found the column '{name}' that columns lacks, "
                + _hint_en(name, self._table.columns),
            )
        elif column.personal or column.ignore:
            kind = "personal" if column.personal else "ignore"
            self._report(
                path,
                f"列「{name}」は {kind} なのでここで使えない。読むだけなら use: true",
                f"found the column '{name}' that is marked {kind}, expected use: true or a parser",
            )

    def _check_when(self, when: When, path: Path) -> None:
        for name, tests in when.items():
            self._check_reference(name, (*path, name))
            for test in [tests] if isinstance(tests, str) else tests:
                plain = test.removeprefix("!")
                if len(plain) > 1 and plain.startswith("/") and plain.endswith("/"):
                    self._check_regex(plain[1:-1], (*path, name))

    def _check_references(self) -> None:
        table = self._table
        if table.fiscal_year is not None:
            self._check_reference(table.fiscal_year, ("fiscal_year",))
        for number, exclusion in enumerate(table.exclude):
            self._check_when(exclusion.when, ("exclude", number, "when"))
            self._check_reason(exclusion.reason, ("exclude", number, "reason"))
        for block, item in enumerate(table.blocks.items if table.blocks else []):
            for inner in item.columns.values():
                self._check_reference(inner, ("blocks", "items", block, "columns"))
        totals = table.totals
        if totals is None:
            return
        self._check_reference(totals.label, ("totals", "label"))
        if totals.value is not None:
            self._check_reference(totals.value, ("totals", "value"))
        for place, name in enumerate(
            totals.counts if isinstance(totals.counts, list) else []
        ):
            path = ("totals", "counts", place)
            self._check_reference(name, path)
            column = table.columns.get(name)
            parser = column.parser if column else None
            if column is not None and not any(
                self._is_count(o, column) for o in _outputs(parser)
            ):
                self._report(
                    path,
                    f"列「{name}」は数の列でないので合計を照合できない",
                    f"found '{name}' that gives no whole number, expected a count column",
                )

    def _is_count(self, output: str, column: Column) -> bool:
        field = self._field(output.replace("*", column.as_ or "*"))
        return field is not None and field.type in (Type.INT, Type.BIGINT)

    def _check_records(self) -> None:
        seen: set[str] = set()
        for number, (record, entity) in enumerate(
            zip(self._table.records, self._entities, strict=True)
        ):
            path: Path = ("records", number)
            if entity.name in seen:
                self._report(
                    (*path, "entity"),
                    f"実体 {entity.name} の記録が二つある。一行から一つだけ",
                    f"found a second record of {entity.name}, expected one a table",
                )
            seen.add(entity.name)
            self._check_identity(record, (*path, "id"))
            self._check_when(record.when, (*path, "when"))
            for key, value in record.set.items():
                at = (*path, "set", key)
                if self._known_field(key, at) and key in entity:
                    self._check_value(entity.column(key), value, at)
            self._check_required(record, entity, path)

    def _check_identity(self, record: Record, path: Path) -> None:
        several = isinstance(record.id, list) and any(
            not isinstance(one, str) for one in record.id
        )
        for number, names in enumerate(record.alternatives):
            for place, name in enumerate(names):
                self._check_reference(
                    name, (*path, number, place) if several else (*path, place)
                )
            if not names:
                self._report(
                    path,
                    "id が空。記録を特定する列か row を書く",
                    "found an empty id, expected the columns that identify the record, or row",
                )

    def _check_required(self, record: Record, entity: Entity, path: Path) -> None:
        given = self._given | set(record.set)
        for field in entity.columns:
            if not field.required or field.name in _LOAD_FIELDS | {_identity(entity)}:
                continue
            if field.name == "municipality_code" and self._contract.body is not None:
                continue
            if not any(name in given for name in self._routes(field, entity)):
                self._report(
                    path,
                    f"実体 {entity.name} の必須項目「{field.name}」（{field.ja}）に値を入れる列がない",
                    f"{entity.name}: found no route to the required column '{field.name}', "
                    "expected a column, a code's set or the record's set that fills it",
                )

    def _routes(self, field: Field, entity: Entity) -> Iterator[str]:
        """The canonical columns any of which gives the field a value."""
        yield field.name
        if field.name == "intake_date":
            yield "observed_date"
        elif field.name == "fiscal_year" and entity.name != "annual_report":
            for other in self._entities:
                yield from (c.name for c in other.columns if c.type is Type.DATE)


def _identity(entity: Entity) -> str:
    return entity.columns[0].name


def _outputs(parser: str | None) -> tuple[str, ...]:
    return PARSERS[parser].outputs if parser in PARSERS else ()


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _near(name: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(name, list(known), n=1)


def _hint_ja(name: str, known: Iterable[str]) -> str:
    choices = list(dict.fromkeys(known))
    near = _near(name, choices)
    return (
        f"「{near[0]}」の誤りか"
        if near
        else f"使えるもの: {'、'.join(choices) or 'なし'}"
    )


def _hint_en(name: str, known: Iterable[str]) -> str:
    choices = list(dict.fromkeys(known))
    near = _near(name, choices)
    return (
        f"did you mean '{near[0]}'?"
        if near
        else f"expected one of: {', '.join(choices) or 'none'}"
    )
