"""The canonical entities: one definition of every table, code, flag and reason of the lake."""

from catdata.entities.codes import CODE_LISTS, Code, CodeList
from catdata.entities.flags import FLAGS
from catdata.entities.reasons import REASONS, Disposition
from catdata.entities.schema import (
    ENTITIES,
    LINEAGE,
    LOADS,
    QUARANTINE,
    REFERENCES,
    TABLES,
    Column,
    Entity,
    Type,
)

__all__ = [
    "CODE_LISTS",
    "ENTITIES",
    "FLAGS",
    "LINEAGE",
    "LOADS",
    "QUARANTINE",
    "REASONS",
    "REFERENCES",
    "TABLES",
    "Code",
    "CodeList",
    "Column",
    "Disposition",
    "Entity",
    "Type",
]
