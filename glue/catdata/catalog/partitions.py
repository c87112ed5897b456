"""Which folders of the lake hold visible rows, as the ledger lists them."""

import json
from collections.abc import Iterable

from catdata.entities import ENTITIES, QUARANTINE, Entity, Type
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


def projection(entity: Entity, partitions: Partitions, location: str) -> dict[str, str]:
    """Return the table properties by which Athena works out the folders instead of asking Glue.

    Whole numbers are a range from least to greatest, all else is a list. Rows in folders outside of
    them would be invisible.
    """
    known = partitions or {_NOTHING_YET}
    properties = {"projection.enabled": "true"}
    for column, values in zip(entity.partitions, zip(*known, strict=True), strict=True):
        if entity.column(column).type is Type.INT:
            years = [int(value) for value in values]
            properties[f"projection.{column}.type"] = "integer"
            properties[f"projection.{column}.range"] = f"{min(years)},{max(years)}"
        else:
            properties[f"projection.{column}.type"] = "enum"
            properties[f"projection.{column}.values"] = ",".join(sorted(set(values)))
    folder = "/".join(f"{column}=${{{column}}}" for column in entity.partitions)
    return properties | {"storage.location.template": f"{location}{folder}/"}


def is_projected(entity: Entity) -> bool:
    """Return whether Athena works out the table's folders: not of quarantine, one for each load."""
    return entity.name in ENTITIES
