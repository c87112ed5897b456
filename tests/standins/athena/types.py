"""Types as Hive writes them in DDL and Glue, and as Trino writes them."""

from sqlglot import exp


def to_trino(hive: str) -> str:
    """Return a type of Hive as Trino writes it."""
    return exp.DataType.build(hive, dialect="hive").sql("trino").lower()


def to_hive(trino: str) -> str:
    """Return a type of Trino as Glue keeps it; Hive's times have no precision."""
    built = exp.DataType.build(trino, dialect="trino")
    for part in built.find_all(exp.DataType):
        if part.this in exp.DataType.TEMPORAL_TYPES:
            part.set("expressions", [])
    return compact(built.sql("hive"))


def compact(hive: str) -> str:
    """Return a type as Glue spells it: lower case, no blanks."""
    return "".join(hive.lower().split())
