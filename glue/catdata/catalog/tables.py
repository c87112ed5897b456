"""Glue's table of every table of the lake, from the one schema."""

from typing import Any

from catdata.catalog.partitions import Partitions, is_projected, projection
from catdata.entities import ENTITIES, LOADS, QUARANTINE, REFERENCES, Entity
from catdata.entities.derive import glue_columns
from catdata.loads import layout

# The databases, as the sources of dbt name them, with the tables of each.
LAYERS: dict[str, tuple[Entity, ...]] = {
    "normalized": tuple(ENTITIES.values()),
    "operations": (LOADS, QUARANTINE),
    "reference": tuple(REFERENCES.values()),
}

_HIVE = "org.apache.hadoop.hive.ql.io"
_PARQUET = {
    "InputFormat": f"{_HIVE}.parquet.MapredParquetInputFormat",
    "OutputFormat": f"{_HIVE}.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
_JSON = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": f"{_HIVE}.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}


def location(entity: Entity, lake: str) -> str:
    """Return the place of a table's files, with the slash at its end that Glue wants."""
    if entity is LOADS:
        folder = layout.LOADS
    elif entity.name in REFERENCES:
        folder = layout.reference_file(entity.name).rpartition("/")[0]
    elif entity.name in ENTITIES:
        folder = f"{layout.NORMALIZED}/{entity.name}"
    else:
        folder = entity.name
    return f"{lake.rstrip('/')}/{folder}/"


def table_input(entity: Entity, lake: str, partitions: Partitions | None) -> dict[str, Any]:
    """Return the TableInput of Glue for a table of the lake; `partitions` are its known folders.

    With None, Glue is asked for the folders: what is true of a table before and after any load.
    """
    place = location(entity, lake)
    parameters = {"EXTERNAL": "TRUE", "classification": "json" if entity is LOADS else "parquet"}
    if partitions is not None and is_projected(entity, partitions):
        parameters |= projection(entity, partitions, place)
    return {
        "Name": entity.name,
        "Description": f"{entity.ja} / {entity.en}. Grain: {entity.grain}.",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": partition_keys(entity),
        "StorageDescriptor": _storage(entity, place),
    }


def partition_keys(entity: Entity) -> list[dict[str, str]]:
    """Return Glue's columns that a table's folders are named by."""
    found = (entity.column(name) for name in entity.partitions)
    return [{"Name": c.name, "Type": c.type.value, "Comment": f"{c.ja}: {c.en}"} for c in found]


def partition_input(entity: Entity, lake: str, values: tuple[str, ...]) -> dict[str, Any]:
    """Return the PartitionInput of Glue for one folder of a table."""
    named = zip(entity.partitions, values, strict=True)
    folder = "/".join(f"{column}={value}" for column, value in named)
    return {
        "Values": list(values),
        "StorageDescriptor": _storage(entity, f"{location(entity, lake)}{folder}/"),
    }


def _storage(entity: Entity, place: str) -> dict[str, Any]:
    return {
        "Columns": glue_columns(entity),
        "Location": place,
        **(_JSON if entity is LOADS else _PARQUET),
    }
