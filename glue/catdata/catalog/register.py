"""The lake's tables written into Glue: made where they are missing, brought up to date where not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catdata.catalog.partitions import Partitions
from catdata.catalog.tables import LAYERS, partition_input, table_input
from catdata.entities import Entity
from catdata.sentences import SentenceError

# The most that one call of Glue takes.
_BATCH = 100


class CatalogError(SentenceError):
    """Glue refused a partition."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What was done for one table."""

    database: str
    table: str
    is_new: bool
    new_partitions: int


def register(
    glue: Any, lake: str, databases: Mapping[str, str], listed: Mapping[str, Partitions]
) -> Iterator[Registered]:
    """Make or update every database and table; `databases` names that of each layer.

    Folders once registered stay known, so that two runs at once never take away each other's. Athena
    reads the projection of a table that has one; Redshift always reads the partitions.
    """
    for layer, entities in LAYERS.items():
        database = databases[layer]
        _make_database(glue, database)
        for entity in entities:
            yield _register(glue, lake, database, entity, listed.get(entity.name, frozenset()))


def _make_database(glue: Any, name: str) -> None:
    # Looked for first: who may only write tables may not even try to make a database.
    try:
        glue.get_database(Name=name)
    except glue.exceptions.EntityNotFoundException:
        try:
            glue.create_database(DatabaseInput={"Name": name})
        except glue.exceptions.AlreadyExistsException:
            pass


def _register(
    glue: Any, lake: str, database: str, entity: Entity, wanted: Partitions
) -> Registered:
    is_new = not _exists(glue, database, entity.name)
    known: Partitions = frozenset()
    if entity.partitions and not is_new:
        known = frozenset(_partitions(glue, database, entity.name))
    table = table_input(entity, lake, wanted | known)
    if is_new:
        glue.create_table(DatabaseName=database, TableInput=table)
    missing = sorted(wanted - known)
    for first in range(0, len(missing), _BATCH):
        batch = missing[first : first + _BATCH]
        answer = glue.batch_create_partition(
            DatabaseName=database,
            TableName=entity.name,
            PartitionInputList=[partition_input(entity, lake, values) for values in batch],
        )
        _refuse(answer.get("Errors", ()))
    # After its partitions: a table that stops being projected finds all of them.
    if not is_new:
        glue.update_table(DatabaseName=database, TableInput=table)
    return Registered(database, entity.name, is_new, len(missing))


def _refuse(errors: Iterable[Any]) -> None:
    for error in errors:
        detail = error["ErrorDetail"]
        # Another run may have made the partition meanwhile.
        if detail["ErrorCode"] != "AlreadyExistsException":
            raise CatalogError(
                f"区画を登録できません（{detail['ErrorMessage']}）。",
                f"The partition cannot be registered: {detail['ErrorMessage']}.",
                "/".join(error["PartitionValues"]),
            )


def _exists(glue: Any, database: str, table: str) -> bool:
    try:
        glue.get_table(DatabaseName=database, Name=table)
    except glue.exceptions.EntityNotFoundException:
        return False
    return True


def _partitions(glue: Any, database: str, table: str) -> Iterator[tuple[str, ...]]:
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=table)
    return (tuple(p["Values"]) for page in pages for p in page["Partitions"])
