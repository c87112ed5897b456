"""One block of text rows to entity rows and a verdict on every source row. No I/O."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catdata.contracts.model import Record
from catdata.entities import CODE_LISTS, ENTITIES, LINEAGE, QUARANTINE
from catdata.entities.derive import arrow_schema, arrow_type
from catdata.entities.schema import PARTITIONS, Column, Entity, Type
from catdata.normalize import derive
from catdata.normalize.compile import CompiledTable, Step, function_of
from catdata.normalize.parse import (
    FLAG_BIT,
    UNKNOWN_FLAGS,
    Bits,
    ColumnParser,
    ParsedColumn,
    constant,
)
from catdata.normalize.privacy import NO_HASH, ApplicantKeys
from catdata.normalize.screen import screen
from catdata.normalize.texts import TextMemory, Texts, normalized
from catdata.normalize.totals import TotalRow, number_in
from catdata.normalize.verdicts import DISPOSITIONS, Mask, Verdicts
from catdata.normalize.write import to_schema
from catdata.readers.types import TextBlock
from catdata.values import PARSERS, scrub, total_kind
from catdata.values.result import Context

QUARANTINE_SCHEMA = arrow_schema(QUARANTINE, with_partitions=False)
MAX_UNKNOWN_SPELLINGS = 100
MAX_SHOWN_CELL = 500


@dataclass(frozen=True, slots=True)
class Lineage:
    """What every row of one load carries."""

    source_id: str
    source_object: str
    load_id: str
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class EntityRows:
    """Accepted rows of one entity: all columns but the partitions, and these beside."""

    batch: pa.RecordBatch
    municipality_code: pa.Array
    fiscal_year: pa.Array


ROWS = "rows"
IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of one block: entity rows, rows for quarantine, totals, and the verdict by row."""

    rows: npt.NDArray[np.int64]
    verdicts: Verdicts
    entities: dict[str, EntityRows]
    quarantine: pa.RecordBatch | None
    totals: tuple[TotalRow, ...]


class Memory:
    """What was parsed of one table: splits that one process reads in turn share it.

    It holds no more than parse.MAX_SPELLINGS a column, whatever the size of the files.
    """

    def __init__(self, compiled: CompiledTable) -> None:
        self.parsers: dict[tuple[Context, str], ColumnParser] = {}
        self.texts = TextMemory(compiled.table.parts)


class Judge:
    """Judges the blocks of one split in order, and keeps the running counts.

    `place` names what the row numbers count in: the object, with the member and sheet where it has
    several.
    """

    def __init__(
        self,
        compiled: CompiledTable,
        lineage: Lineage,
        applicant_keys: ApplicantKeys,
        first_column: str,
        place: str,
        memory: Memory,
    ) -> None:
        self._compiled = compiled
        self._lineage = lineage
        self._applicant_keys = applicant_keys
        self._first_column = first_column
        self._place = place
        self._parsers = memory.parsers
        self._text_memory = memory.texts
        self.accepted_by_block: dict[str, Counter[str]] = {}
        self.unknown: dict[str, Counter[str]] = {}
        self.flags: Counter[str] = Counter()
        self.observed: set[date] = set()
        body = compiled.contract.body
        self._body_code = body.code if body else None
        self._start_month = body.fiscal_year_start_month if body else 4

    def judge(self, block: TextBlock) -> Judged:
        """Judge one block: every row is accepted, rejected or excluded, a row's records together."""
        texts = Texts(block, self._text_memory)
        verdicts = Verdicts(texts.rows)
        total_rows = screen(self._compiled, texts, self._first_column, verdicts)
        if block.ragged is not None:
            more = block.ragged.to_numpy(zero_copy_only=False) > 0
            verdicts.settle(more, "RAGGED_ROW")

        context = self._context(texts)
        parsed = {step.name: self._parse(step, texts, context) for step in self._compiled.steps}
        # A dog with a bad date is out of scope, not bad: exclusions come before rejections.
        for name, column in parsed.items():
            verdicts.settle_each(column.exclude, column.reasons, name)
        for name, column in parsed.items():
            verdicts.settle_each(column.reject, column.reasons, name)

        # An intake and its outcome mostly have one identity: it is made once.
        ids = {
            r.alternatives: self._identity(r, texts, block) for r in self._compiled.table.records
        }
        drafts = [
            self._draft(record, ids[record.alternatives], texts, block, parsed, verdicts)
            for record in self._compiled.table.records
        ]
        nothing = ~np.logical_or.reduce([draft.exists for draft in drafts])
        verdicts.settle(nothing, "NO_ENTITY")

        accepted = verdicts.accepted
        totals = self._totals(texts, block, parsed, total_rows, accepted)
        self._count_unknown(texts, parsed, accepted)
        kept = [(draft, accepted & draft.exists) for draft in drafts]
        entities = {
            draft.entity.name: self._finish(draft, mask, block)
            for draft, mask in kept
            if mask.any()
        }
        return Judged(
            block.rows.to_numpy(zero_copy_only=False),
            verdicts,
            entities,
            self._quarantine(texts, block, verdicts),
            totals,
        )

    def _context(self, texts: Texts) -> Context:
        name = self._compiled.table.fiscal_year
        year: int | None = None
        if name is not None and texts.rows:
            spelling = next(
                (s for s in texts.encoded(name).dictionary.to_pylist() if s.strip()), ""
            )
            args: dict[str, object] = {}
            declared = self._compiled.table.columns.get(name)
            if declared is not None:
                args |= declared.args
            found = PARSERS["fiscal_year"].function(spelling, Context(), args)
            value = found.fields.get("fiscal_year")
            year = value if isinstance(value, int) else None
        return Context(year, self._start_month)

    def _parse(self, step: Step, texts: Texts, context: Context) -> ParsedColumn:
        key = (context, step.name)
        if key not in self._parsers:
            function = function_of(step, self._compiled.entities, context)
            self._parsers[key] = ColumnParser(function, step.outputs)
        parser = self._parsers[key]
        if step.column.parser == IDENTIFIER and len(step.sources) == 1:
            ordinary = texts.ordinary(step.sources[0])
            if ordinary is not None:
                return parser.parse_unusual(texts.raw(step.sources[0]), ordinary)
        return parser.parse(texts.joined(step.sources, step.separator))

    def _draft(
        self,
        record: Record,
        identity: pa.Array,
        texts: Texts,
        block: TextBlock,
        parsed: Mapping[str, ParsedColumn],
        verdicts: Verdicts,
    ) -> "Draft":
        entity = ENTITIES[record.entity]
        rows = texts.rows
        exists = texts.when(record.when)
        candidates: dict[str, list[pa.Array]] = {}
        flags = np.zeros(rows, np.int64)
        for step in self._compiled.steps:
            column = parsed[step.name]
            reached = [name for name in step.outputs if name in entity]
            for name in reached:
                candidates.setdefault(name, []).append(column.fields[name])
            if column.flags is not None and (reached or not step.outputs):
                flags |= column.flags
        for name, value in record.set.items():
            candidates.setdefault(name, []).append(constant(value, entity.column(name).type, rows))
        columns = {name: derive.coalesce(arrays) for name, arrays in candidates.items()}
        if block.ragged is not None:
            fewer = block.ragged.to_numpy(zero_copy_only=False) < 0
            flags[fewer] |= FLAG_BIT["ROW_RAGGED"]
        self._derive(entity, columns, flags, parsed, rows)
        columns[entity.identity] = identity
        verdicts.settle(_without_hash(identity) & exists, "NO_KEY", entity.identity)
        if "repeat_of" in columns:
            # The case that it names has its identity made of the same number.
            named = self._identity_of([_filled(columns["repeat_of"])])
            unhashed = _without_hash(named)
            flags[unhashed] |= FLAG_BIT["TEXT_SCRUBBED"]
            columns["repeat_of"] = pc.if_else(pa.array(unhashed), None, named)
        if entity.name == "tnr_case":
            names = [n for n, c in self._compiled.table.columns.items() if c.applicant_key]
            if names:
                columns["applicant_key"] = self._applicant_keys.column(
                    texts.joined(names, "|"), columns["municipality_code"], columns["fiscal_year"]
                )
        self._require(entity, columns, flags, exists, verdicts)
        return Draft(entity, exists, columns, flags)

    def _derive(
        self,
        entity: Entity,
        columns: dict[str, pa.Array],
        flags: Bits,
        parsed: Mapping[str, ParsedColumn],
        rows: int,
    ) -> None:
        if entity.name == "shelter_intake":
            self._intake_date_from_listing(columns, flags, rows)
            derive.add_age_from_birth(columns, flags)
            derive.add_life_stage(columns, rows)
        intake_date = _parsed_anywhere("intake_date", parsed)
        if entity.name == "outcome" and intake_date is not None and "outcome_date" in columns:
            before = pc.fill_null(pc.less(columns["outcome_date"], intake_date), False)
            flags[before.to_numpy(zero_copy_only=False)] |= FLAG_BIT["OUTCOME_BEFORE_INTAKE"]
        if "municipality_code" not in columns:
            columns["municipality_code"] = constant(self._body_code, Type.STRING, rows)
        elif self._body_code is not None:
            columns["municipality_code"] = derive.fill(
                columns["municipality_code"], self._body_code
            )
        dates = [
            array
            for name in entity.fiscal_dates
            if (array := columns.get(name, _parsed_anywhere(name, parsed))) is not None
        ]
        if dates:
            by_date = derive.fiscal_year(derive.coalesce(dates), self._start_month)
            stated = columns.get("fiscal_year")
            columns["fiscal_year"] = by_date if stated is None else pc.coalesce(stated, by_date)
        elif "fiscal_year" not in columns:
            columns["fiscal_year"] = pa.nulls(rows, pa.int32())
        for column in entity.columns:
            self._fill_unknown(column, columns, rows)

    def _intake_date_from_listing(
        self, columns: dict[str, pa.Array], flags: Bits, rows: int
    ) -> None:
        if "observed_date" not in columns:
            return
        stated = columns.get("intake_date", pa.nulls(rows, pa.date32()))
        missing = stated.is_null().to_numpy(zero_copy_only=False)
        flags[missing] |= FLAG_BIT["DATE_FROM_LISTING"]
        columns["intake_date"] = pc.coalesce(stated, columns["observed_date"])

    def _fill_unknown(self, column: Column, columns: dict[str, pa.Array], rows: int) -> None:
        unknown = CODE_LISTS[column.codes].unknown if column.codes else None
        if unknown is None or column.type is not Type.STRING:
            return
        if column.name in columns:
            columns[column.name] = derive.fill(columns[column.name], unknown)
        else:
            columns[column.name] = constant(unknown, Type.STRING, rows)

    def _identity(self, record: Record, texts: Texts, block: TextBlock) -> pa.Array:
        source = self._lineage.source_id
        if record.id == "row":
            place = f"{source}/{self._place}#"
            numbers = pc.cast(block.rows, pa.string())
            parts = [pa.scalar(place), numbers]
            parts += [pa.scalar(f"/{v}") for _, v in sorted(_block_variables(block).items())]
            return pc.binary_join_element_wise(*parts, "")
        identities = [
            self._identity_of(
                [_clean(texts.raw(name)) for name in names],
                impersonal=all(texts.impersonal(name) for name in names),
            )
            for names in record.alternatives
        ]
        return pc.coalesce(*identities)

    def _identity_of(self, cells: list[pa.Array], *, impersonal: bool = False) -> pa.Array:
        """The source and some cells joined; null where the first cell is blank."""
        joined = pc.binary_join_element_wise(pa.scalar(self._lineage.source_id), *cells, "/")
        if not impersonal:
            joined = self._applicant_keys.identities(joined)
        return pc.if_else(pc.equal(cells[0], ""), pa.scalar(None, pa.string()), joined)

    def _require(
        self,
        entity: Entity,
        columns: Mapping[str, pa.Array],
        flags: Bits,
        exists: Mask,
        verdicts: Verdicts,
    ) -> None:
        """Reject rows that lack a required value, or have one below what can be true."""
        for column in entity.columns:
            array = columns.get(column.name)
            if array is not None and column.minimum is not None:
                less = pc.fill_null(pc.less(array, column.minimum), False)
                negative = less.to_numpy(zero_copy_only=False) & exists
                verdicts.settle(negative, "NEGATIVE_COUNT", column.name)
            if column.required and column.name not in _FROM_LINEAGE:
                missing = _null(array, len(exists)) & exists
                if column.type is Type.DATE or column.name == "fiscal_year":
                    unreadable = (flags & FLAG_BIT["INVALID_DATE"]) != 0
                    verdicts.settle(missing & unreadable, "INVALID_DATE", column.name)
                verdicts.settle(missing, "MISSING_VALUE", column.name)

    def _finish(self, draft: "Draft", mask: Mask, block: TextBlock) -> EntityRows:
        rows = int(mask.sum())
        everything = rows == len(mask)
        selected = {
            name: array if everything else array.filter(pa.array(mask))
            for name, array in draft.columns.items()
        }
        flags = draft.flags if everything else draft.flags[mask]
        if "observed_date" in selected:
            self.observed |= set(pc.unique(selected["observed_date"].drop_null()).to_pylist())
        numbers = block.rows if everything else block.rows.filter(pa.array(mask))
        selected |= {
            "source_id": constant(self._lineage.source_id, Type.STRING, rows),
            "source_object": constant(self._lineage.source_object, Type.STRING, rows),
            "source_row": numbers,
            "load_id": constant(self._lineage.load_id, Type.STRING, rows),
            "ingested_at": pa.repeat(
                pa.scalar(self._lineage.ingested_at, arrow_type(Type.TIMESTAMP)), rows
            ),
            "dq_flags": self._flag_lists(flags),
        }
        return EntityRows(
            to_schema(selected, _SCHEMAS[draft.entity.name], rows),
            selected["municipality_code"],
            selected["fiscal_year"],
        )

    def _flag_lists(self, flags: Bits) -> pa.Array:
        codes = np.zeros(len(flags), np.int32)
        lists: list[list[str]] = [[]]
        flagged = np.flatnonzero(flags)
        if len(flagged):
            masks, inverse, counts = np.unique(
                flags[flagged], return_inverse=True, return_counts=True
            )
            codes[flagged] = inverse + 1
            for mask, count in zip(masks.tolist(), counts.tolist(), strict=True):
                names = sorted(name for name, bit in FLAG_BIT.items() if mask & bit)
                lists.append(names)
                self.flags.update(dict.fromkeys(names, count))
        return pa.array(lists, arrow_type(Type.STRINGS)).take(pa.array(codes))

    def _count_unknown(
        self, texts: Texts, parsed: Mapping[str, ParsedColumn], accepted: Mask
    ) -> None:
        for step in self._compiled.steps:
            flags = parsed[step.name].flags
            if flags is None:
                continue
            rows = np.flatnonzero(((flags & UNKNOWN_FLAGS) != 0) & accepted)
            if len(rows) == 0:
                continue
            spellings = texts.joined(step.sources, step.separator).take(pa.array(rows))
            counter = self.unknown.setdefault(step.name, Counter())
            for item in pc.value_counts(pc.cast(spellings, pa.string())).to_pylist():
                counter[scrub(item["values"])[0][:MAX_SHOWN_CELL]] += item["counts"]
            if len(counter) > MAX_UNKNOWN_SPELLINGS:
                kept = dict(counter.most_common(MAX_UNKNOWN_SPELLINGS))
                kept["…"] = kept.get("…", 0) + counter.total() - sum(kept.values())
                self.unknown[step.name] = Counter(kept)

    def _totals(
        self,
        texts: Texts,
        block: TextBlock,
        parsed: Mapping[str, ParsedColumn],
        totals: Mask,
        accepted: Mask,
    ) -> tuple[TotalRow, ...]:
        spec = self._compiled.table.totals
        if spec is None:
            return ()
        name = json.dumps(_block_variables(block), ensure_ascii=False, sort_keys=True)
        running = self.accepted_by_block.setdefault(name, Counter())
        if spec.counts == ROWS:
            parts = {ROWS: accepted.astype(np.int64)}
        else:
            values = {column: _numbers(parsed[column]) for column in spec.counts}
            parts = {column: np.where(accepted, v, 0) for column, v in values.items()}
        above = {column: np.cumsum(v) for column, v in parts.items()}
        found = []
        for place in np.flatnonzero(totals).tolist():
            label = str(texts.raw(spec.label)[place].as_py())
            if spec.counts == ROWS:
                stated = number_in(str(texts.raw(spec.value or spec.label)[place].as_py()))
                published = {} if stated is None else {ROWS: stated}
            else:
                published = {column: int(v[place]) for column, v in values.items()}
            here = {column: running[column] + int(v[place]) for column, v in above.items()}
            kind = total_kind(label) or "total"
            row = block.rows[place].as_py()
            found.append(TotalRow(row, name, kind, scrub(label)[0], published, here))
        for column, sums in above.items():
            running[column] += int(sums[-1]) if len(sums) else 0
        return tuple(found)

    def _quarantine(
        self, texts: Texts, block: TextBlock, verdicts: Verdicts
    ) -> pa.RecordBatch | None:
        places = np.flatnonzero(~verdicts.accepted)
        if len(places) == 0:
            return None
        cells = {
            name: pc.cast(texts.raw(name).take(pa.array(places)), pa.string()).to_pylist()
            for name in self._compiled.showable
        }
        raw = [
            json.dumps(
                _block_variables(block)
                | {n: scrub(v[i])[0][:MAX_SHOWN_CELL] for n, v in cells.items() if v[i]},
                ensure_ascii=False,
            )
            for i in range(len(places))
        ]
        fields = [verdicts.fields[i] or None for i in verdicts.field[places]]
        rows = len(places)
        return to_schema(
            {
                "source_object": constant(self._lineage.source_object, Type.STRING, rows),
                "source_row": block.rows.take(pa.array(places)),
                "disposition": pa.array(
                    [DISPOSITIONS[i].value for i in verdicts.disposition[places]]
                ),
                "reason_code": pa.array([verdicts.reasons[i] for i in verdicts.reason[places]]),
                "field": pa.array(fields, pa.string()),
                "raw_text": pa.array(raw),
                "row_hash": pa.array([hashlib.sha256(r.encode()).hexdigest() for r in raw]),
            },
            QUARANTINE_SCHEMA,
            rows,
        )


@dataclass(slots=True)
class Draft:
    """Rows of one entity before the verdicts: which rows have one, its columns and flags."""

    entity: Entity
    exists: Mask
    columns: dict[str, pa.Array]
    flags: Bits


_FROM_LINEAGE = {column.name for column in LINEAGE}.difference(PARTITIONS)
_SCHEMAS = {name: arrow_schema(entity, with_partitions=False) for name, entity in ENTITIES.items()}


def _null(array: pa.Array | None, rows: int) -> Mask:
    if array is None:
        return np.ones(rows, np.bool_)
    if array.null_count == 0:
        return np.zeros(rows, np.bool_)
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False))


def _without_hash(identity: pa.Array) -> Mask:
    """Which rows have an identity that holds personal data, and no key to hash it with."""
    unhashed = pc.fill_null(pc.equal(identity, NO_HASH), False)
    return np.asarray(unhashed.to_numpy(zero_copy_only=False))


def _parsed_anywhere(name: str, parsed: Mapping[str, ParsedColumn]) -> pa.Array | None:
    return next((c.fields[name] for c in parsed.values() if name in c.fields), None)


def _filled(column: pa.Array) -> pa.Array:
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _clean(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return _clean(column.dictionary).take(column.indices)
    return pc.utf8_trim_whitespace(normalized(column))


def _block_variables(block: TextBlock) -> dict[str, str]:
    return {k: v for k, v in block.variables.items() if k.startswith("@block.")}


def _numbers(column: ParsedColumn) -> npt.NDArray[np.int64]:
    """The column's first whole-number output, nulls as 0 since they add nothing."""
    array = next(a for a in column.fields.values() if pa.types.is_integer(a.type))
    return np.asarray(pc.fill_null(array, 0).to_numpy(zero_copy_only=False), np.int64)
