"""Glue's databases and tables as Athena's DDL changes them."""

from collections.abc import Iterable, Mapping
from typing import Any

import boto3

from standins.athena.actions import Table, TableInput
from standins.athena.problems import StatementError

# What get_table answers and update_table takes.
_INPUT = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
)
_FAILED = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."


class Catalog:
    """The Glue catalog, spoken to as any client does."""

    def __init__(self) -> None:
        self._glue: Any = boto3.client("glue")

    def create_database(self, name: str, location: str | None, *, if_not_exists: bool) -> None:
        """Make a database."""
        place = {"LocationUri": location} if location else {}
        try:
            self._glue.create_database(DatabaseInput={"Name": name, **place})
        except self._glue.exceptions.AlreadyExistsException as error:
            if not if_not_exists:
                raise StatementError(f"{_FAILED} Database {name} already exists") from error

    def create(self, database: str, table: TableInput, *, if_not_exists: bool) -> None:
        """Make a table."""
        try:
            self._glue.create_table(DatabaseName=database, TableInput=table)
        except self._glue.exceptions.AlreadyExistsException as error:
            if not if_not_exists:
                raise StatementError(
                    f"{_FAILED} AlreadyExistsException(message:Table {table['Name']} already exists.)"
                ) from error

    def find(self, table: Table) -> dict[str, Any] | None:
        """Return a table as Glue keeps it; None where there is none."""
        try:
            found = self._glue.get_table(DatabaseName=table.database, Name=table.name)
        except self._glue.exceptions.EntityNotFoundException:
            return None
        return dict(found["Table"])

    def table(self, table: Table) -> dict[str, Any]:
        """Return a table as Glue keeps it."""
        found = self.find(table)
        if found is None:
            raise StatementError(
                "FAILED: SemanticException [Error 10001]: "
                f"Table not found {table.database}.{table.name}"
            )
        return found

    def update(self, table: Table, values: Mapping[str, Any]) -> None:
        """Replace a table by what find() gave, changed."""
        taken = {name: values[name] for name in _INPUT if name in values}
        self._glue.update_table(DatabaseName=table.database, TableInput=taken)

    def drop(self, table: Table) -> None:
        """Forget a table; its files stay."""
        self._glue.delete_table(DatabaseName=table.database, Name=table.name)

    def add_partition(
        self, table: Table, values: list[str], location: str, *, if_not_exists: bool
    ) -> None:
        """Register a partition."""
        storage = {**self.table(table)["StorageDescriptor"], "Location": location}
        try:
            self._glue.create_partition(
                DatabaseName=table.database,
                TableName=table.name,
                PartitionInput={"Values": values, "StorageDescriptor": storage},
            )
        except self._glue.exceptions.AlreadyExistsException as error:
            if not if_not_exists:
                raise StatementError(
                    f"{_FAILED} AlreadyExistsException(message:Partition already exists: {values})"
                ) from error

    def drop_partition(self, table: Table, values: list[str], *, if_exists: bool) -> None:
        """Forget a partition; its files stay."""
        try:
            self._glue.delete_partition(
                DatabaseName=table.database, TableName=table.name, PartitionValues=values
            )
        except self._glue.exceptions.EntityNotFoundException as error:
            if not if_exists:
                raise StatementError(f"{_FAILED} Partition not found {values}") from error

    def partitions(self, table: Table) -> Iterable[list[str]]:
        """Yield the values of every registered partition."""
        pages = self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=table.database, TableName=table.name
        )
        return (partition["Values"] for page in pages for partition in page["Partitions"])


def is_iceberg(table: Mapping[str, Any]) -> bool:
    """Return whether a table of Glue is an Iceberg table."""
    return bool(table.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG")
