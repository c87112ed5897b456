"""A lake on the stand-in's S3, with its tables in the Glue catalog as Redshift needs them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from catdata.entities import ENTITIES, LOADS, REFERENCES, Entity
from catdata.entities.derive import glue_columns

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_JSON = "org.openx.data.jsonserde.JsonSerDe"


def upload(folder: Path, bucket: str, prefix: str) -> None:
    """Copy a lake to a bucket, raw files left out."""
    s3 = boto3.client("s3")
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder).as_posix()
        if path.is_file() and not key.startswith("raw/"):
            s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=path.read_bytes())


def register(bucket: str, prefix: str) -> None:
    """Make the Glue databases and tables of a lake, and the partitions that it has now."""
    glue = boto3.client("glue")
    folders = {e: ("catdata_normalized", f"normalized/{e.name}") for e in ENTITIES.values()}
    folders |= {e: ("catdata_reference", f"reference/{e.name}") for e in REFERENCES.values()}
    folders[LOADS] = ("catdata_operations", "loads")
    for database in sorted({database for database, _ in folders.values()}):
        glue.create_database(DatabaseInput={"Name": database})
    for entity, (database, folder) in folders.items():
        root = f"{prefix}/{folder}"
        storage = _storage(bucket, root, entity)
        keys = [
            {"Name": name, "Type": entity.column(name).type.value} for name in entity.partitions
        ]
        glue.create_table(
            DatabaseName=database,
            TableInput={"Name": entity.name, "StorageDescriptor": storage, "PartitionKeys": keys},
        )
        for values, location in _partitions(bucket, root, entity):
            glue.create_partition(
                DatabaseName=database,
                TableName=entity.name,
                PartitionInput={
                    "Values": values,
                    "StorageDescriptor": storage | {"Location": location},
                },
            )


def _storage(bucket: str, root: str, entity: Entity) -> dict[str, Any]:
    return {
        "Columns": glue_columns(entity),
        "Location": f"s3://{bucket}/{root}/",
        "SerdeInfo": {"SerializationLibrary": _JSON if entity is LOADS else _PARQUET},
    }


def _partitions(bucket: str, root: str, entity: Entity) -> Iterator[tuple[list[str], str]]:
    if not entity.partitions:
        return
    pattern = re.compile(
        re.escape(f"{root}/") + "/".join(f"{name}=([^/]+)" for name in entity.partitions) + "/"
    )
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    found = {
        match.group(0): list(match.groups())
        for page in pages.paginate(Bucket=bucket, Prefix=f"{root}/")
        for content in page.get("Contents", [])
        if (match := pattern.match(content["Key"]))
    }
    for key, values in sorted(found.items()):
        yield values, f"s3://{bucket}/{key}"
