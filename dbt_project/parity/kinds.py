"""Which types of the engines are the same: one table, and the Arrow type in which they are compared."""

import re

import pyarrow as pa

# Kind of value -> how DuckDB, Athena and Redshift spell it. Lengths of text are not compared: DuckDB
# has none, Athena reports none with a result, and a text that was cut shows in its cells.
EQUIVALENTS: dict[str, tuple[str, ...]] = {
    "text": ("varchar", "character varying", "string", "text"),
    "date": ("date",),
    "timestamp": ("timestamp", "timestamp without time zone"),
    "bigint": ("bigint",),
    "integer": ("integer", "int"),
    "boolean": ("boolean",),
    "double": ("double", "double precision"),
    "decimal": ("decimal", "numeric"),
}
_ARROW = {
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "double": pa.float64(),
}
_KINDS = {spelling: kind for kind, spellings in EQUIVALENTS.items() for spelling in spellings}
_DECLARED = re.compile(r"([a-z ]+?)\s*(?:\(([\d, ]+)\)\s*([a-z ]*))?")


class UnknownTypeError(ValueError):
    """A type that the table of equivalents does not know."""

    def __init__(self, declared: str) -> None:
        super().__init__(
            f"型 {declared} は対応表にありません（dbt_project/parity/kinds.py）。/ "
            f"the type {declared} is not in the table of equivalents (dbt_project/parity/kinds.py)."
        )


def kind_of(declared: str) -> str:
    """Return the kind of a type as an engine declares it; a decimal's has precision and scale."""
    found = _DECLARED.fullmatch(declared.strip().lower())
    if found is None:
        raise UnknownTypeError(declared)
    head, sizes, tail = found.groups()
    kind = _KINDS.get(f"{head} {tail}".strip() if tail else head)
    if kind is None or (kind == "decimal" and not sizes):
        raise UnknownTypeError(declared)
    if kind != "decimal":
        return kind
    precision, _, scale = sizes.replace(" ", "").partition(",")
    return f"decimal({precision},{scale or '0'})"


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type that holds the values of a kind exactly."""
    if kind.startswith("decimal"):
        precision, scale = map(int, re.findall(r"\d+", kind))
        return pa.decimal128(precision, scale)
    return _ARROW[kind]
