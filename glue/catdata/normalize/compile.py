"""A contract's table compiled to steps: which column feeds which canonical columns, by which function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catdata.contracts.model import Column, Contract, Table
from catdata.entities import CODE_LISTS, ENTITIES
from catdata.entities.schema import Entity, Type
from catdata.values import PARSERS, parse_code
from catdata.values.result import Context, Parsed

CODE = "code"
UNIQUE_PARSERS = frozenset({"identifier", "free_text"})


@dataclass(frozen=True, slots=True)
class Step:
    """One source column, or several joined, with what its parser fills.

    `outputs` maps canonical names to types; `name` is what reports call the column.
    """

    name: str
    sources: tuple[str, ...]
    separator: str
    column: Column
    outputs: Mapping[str, Type]


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table ready to judge rows: entities in record order, steps, and the columns to read."""

    contract: Contract
    table: Table
    entities: tuple[Entity, ...]
    steps: tuple[Step, ...]
    personal: tuple[str, ...]
    read: tuple[str, ...]

    @property
    def showable(self) -> tuple[str, ...]:
        """Columns that quarantine and reports may show: read and not personal."""
        return tuple(c for c in self.read if c not in self.personal)

    @property
    def plain(self) -> frozenset[str]:
        """Columns with about as many spellings as rows, not worth a dictionary."""
        unique = {
            source
            for step in self.steps
            if step.column.parser in UNIQUE_PARSERS
            for source in step.sources
        }
        return frozenset(unique)


def compile_table(contract: Contract, table: Table) -> CompiledTable:
    """Compile one table of a checked contract."""
    entities = tuple(ENTITIES[record.entity] for record in table.records)
    declared: list[tuple[str, tuple[str, ...], str, Column]] = [
        (name, (name,), "", column) for name, column in table.columns.items()
    ]
    declared += [
        (c.separator.join(c.columns), tuple(c.columns), c.separator, c.column)
        for c in table.combined
    ]
    steps = tuple(
        Step(name, sources, separator, column, _outputs(column, entities))
        for name, sources, separator, column in declared
        if column.parser is not None
    )
    whole = {part.column for part in table.parts.values()}
    read = tuple(
        name
        for name, column in table.columns.items()
        if not name.startswith("@")
        and (column.parser or column.use or column.applicant_key or name in whole)
    )
    personal = tuple(name for name, column in table.columns.items() if column.personal)
    return CompiledTable(contract, table, entities, steps, personal, read)


def _outputs(column: Column, entities: tuple[Entity, ...]) -> dict[str, Type]:
    names: list[str] = []
    if column.parser == CODE:
        names += [column.as_] if column.as_ else []
        for meaning in column.codes.values():
            names += [] if isinstance(meaning, str) else list(meaning.set)
    elif column.parser is not None:
        names += [canonical(o, column) for o in PARSERS[column.parser].outputs]
    return {
        name: entity.column(name).type for name in names for entity in entities if name in entity
    }


def canonical(output: str, column: Column) -> str:
    """Return the canonical name of a parser's output, `*` replaced by the contract's `as`."""
    return output.replace("*", column.as_ or "*")


def function_of(
    step: Step, entities: tuple[Entity, ...], context: Context
) -> Callable[[str], Parsed]:
    """Return the function from one spelling to canonical fields for a step in a context."""
    column = step.column
    if column.parser == CODE:
        return _code_function(column, entities)
    parser = PARSERS[str(column.parser)]
    if not any("*" in output for output in parser.outputs):
        return lambda text: parser.function(text, context, column.args)

    names = {output: canonical(output, column) for output in parser.outputs}

    def renamed(text: str) -> Parsed:
        parsed = parser.function(text, context, column.args)
        if not parsed.fields:
            return parsed
        fields = {names[output]: value for output, value in parsed.fields.items()}
        return Parsed(fields, parsed.flags, parsed.reject, parsed.exclude)

    return renamed


def _code_function(column: Column, entities: tuple[Entity, ...]) -> Callable[[str], Parsed]:
    target = column.as_ or ""
    code_list = next(
        (
            CODE_LISTS[codes]
            for entity in entities
            if target in entity and (codes := entity.column(target).codes)
        ),
        None,
    )
    meanings: dict[str, str | Mapping[str, object]] = {
        spelling: meaning if isinstance(meaning, str) else meaning.model_dump()
        for spelling, meaning in column.codes.items()
    }
    return lambda text: parse_code(text, target, code_list, meanings)
