"""Which folders of the lake hold visible rows, as the ledger lists them."""

import json
from collections.abc import Collection, Iterable, Iterator
from math import prod

from catdata.entities import ENTITIES, QUARANTINE, Column, Entity, Type
from catdata.loads import LoadRecord

# The values of a table's partition columns, in their order, one tuple a folder.
Partitions = frozenset[tuple[str, ...]]

# The folder that `initialise` makes: it stands for "nothing yet".
_NOTHING_YET = ("000000", "0")


def listed(heads: Iterable[LoadRecord]) -> dict[str, Partitions]:
    """Return the folders of every partitioned table that the ledger's heads name.

    A folder too many costs a look; one too few would hide rows. So a load counts for every body and
    year it touched in each entity that it wrote.
    """
    found: dict[str, set[tuple[str, ...]]] = {name: set() for name in (*ENTITIES, QUARANTINE.name)}
    for head in heads:
        if not head.visible:
            continue
        found[QUARANTINE.name].add((head.source_id, head.load_id))
        touched = {(code, str(year)) for code, year in json.loads(head.fiscal_years)}
        for entity in json.loads(head.entity_rows):
            found[entity] |= touched
    return {name: frozenset(partitions) for name, partitions in found.items()}


def is_projected(entity: Entity, partitions: Partitions) -> bool:
    """Return whether Athena shall work out a table's folders by itself instead of asking Glue.

    A projection is every body with every year. Where more than half of these folders are empty,
    looking into each costs more than asking Glue for the real ones (Athena's manual, "Considerations
    and limitations" of partition projection). Of quarantine there is a folder for each load.
    """
    if entity.name not in ENTITIES:
        return False
    known = partitions or {_NOTHING_YET}
    return 2 * len(known) >= prod(
        _span(column, values) for column, values in _by_column(entity, known)
    )


def projection(entity: Entity, partitions: Partitions, location: str) -> dict[str, str]:
    """Return the table properties by which Athena works out the folders instead of asking Glue.

    Whole numbers are a range from least to greatest, all else is a list. Rows in folders outside of
    them would be invisible.
    """
    properties = {"projection.enabled": "true"}
    for column, values in _by_column(entity, partitions or {_NOTHING_YET}):
        name = f"projection.{column.name}"
        if column.type is Type.INT:
            years = [int(value) for value in values]
            properties |= {f"{name}.type": "integer", f"{name}.range": f"{min(years)},{max(years)}"}
        else:
            properties |= {f"{name}.type": "enum", f"{name}.values": ",".join(sorted(set(values)))}
    folder = "/".join(f"{column}=${{{column}}}" for column in entity.partitions)
    return properties | {"storage.location.template": f"{location}{folder}/"}


def _by_column(
    entity: Entity, partitions: Collection[tuple[str, ...]]
) -> Iterator[tuple[Column, tuple[str, ...]]]:
    """Yield every partition column with the values that it has."""
    columns = (entity.column(name) for name in entity.partitions)
    return zip(columns, zip(*partitions, strict=True), strict=True)


def _span(column: Column, values: Collection[str]) -> int:
    """Return how many values the projection of a column goes through."""
    if column.type is Type.INT:
        years = [int(value) for value in values]
        return max(years) - min(years) + 1
    return len(set(values))
