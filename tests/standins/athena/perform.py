"""Actions done: the one place where statements meet Trino and Glue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from standins.athena import actions
from standins.athena.actions import Action, Table
from standins.athena.catalog import Catalog, is_iceberg
from standins.athena.engine import Answer, Engine
from standins.athena.problems import StatementError
from standins.athena.trino_server import HIVE, ICEBERG
from standins.athena.types import to_hive, to_trino


@dataclass(frozen=True, slots=True)
class Performer:
    """Does actions in one database; `started` is given the function that cancels a query."""

    engine: Engine
    catalog: Catalog
    database: str
    started: Callable[[Callable[[], None]], None] = lambda cancel: None

    def perform(self, action: Action) -> Answer:
        """Do what a statement asks for and return what came of it."""
        match action:
            case actions.Query(sql, session):
                return self.engine.run(sql, self.database, session, self.started)
            case actions.CreateView(sql, table):
                return self._create_view(sql, table)
            case actions.CreateDatabase(name, location, if_not_exists):
                self.catalog.create_database(name, location, if_not_exists=if_not_exists)
            case actions.DropDatabase(name, if_exists, cascade):
                words = ("if exists " if if_exists else "", " cascade" if cascade else "")
                self._run(f'drop schema {words[0]}{HIVE}."{name}"{words[1]}')
            case actions.CreateExternal(table, table_input, if_not_exists):
                self.catalog.create(table.database, table_input, if_not_exists=if_not_exists)
            case actions.DropTable(table, if_exists):
                self._drop(table, if_exists)
            case actions.SetProperties(table, properties):
                found = self.catalog.table(table)
                parameters = {**found.get("Parameters", {}), **properties}
                self.catalog.update(table, {**found, "Parameters": parameters})
            case actions.SetLocation(table, location):
                self._change_storage(table, {"Location": location})
            case actions.ChangeColumns():
                self._change_columns(action)
            case actions.AddPartitions():
                self._add_partitions(action)
            case actions.DropPartitions(table, partitions, if_exists):
                for values in partitions:
                    ordered = [values[key] for key in self._keys(table)]
                    self.catalog.drop_partition(table, ordered, if_exists=if_exists)
            case actions.AlterIceberg(table, change):
                self._alter_iceberg(table, change)
            case actions.RepairPartitions(table):
                self.catalog.table(table)
                call = f"call {HIVE}.system.sync_partition_metadata"
                self._run(f"{call}('{table.database}', '{table.name}', 'ADD')")
            case actions.ShowPartitions(table):
                return self._show_partitions(table)
            case actions.Nothing():
                pass
        return Answer(writes=True)

    def _run(self, sql: str) -> Answer:
        return self.engine.run(sql, self.database, None, self.started)

    def _create_view(self, sql: str, table: Table) -> Answer:
        """Make a view; Athena shows its real columns in Glue, Trino one that stands for them."""
        answer = self._run(sql)
        described = self._run(f"describe {table.sql(HIVE)}").rows
        columns = [{"Name": row[0], "Type": to_hive(row[1])} for row in described]
        self._change_storage(table, {"Columns": columns})
        return replace(answer, changed=None)

    def _drop(self, table: Table, if_exists: bool) -> None:
        found = self.catalog.find(table)
        if found is None:
            if not if_exists:
                raise StatementError(
                    f"FAILED: SemanticException [Error 10001]: Table not found {table.name}"
                )
        elif is_iceberg(found):
            self._run(f"drop table {table.sql(ICEBERG)}")
        else:
            self.catalog.drop(table)

    def _alter_iceberg(self, table: Table, change: str) -> None:
        if not is_iceberg(self.catalog.table(table)):
            raise StatementError(f"NOT_SUPPORTED: {table.name} is not an Iceberg table")
        self._run(f"alter table {table.sql(ICEBERG)} {change}")

    def _change_columns(self, change: actions.ChangeColumns) -> None:
        found = self.catalog.table(change.table)
        if is_iceberg(found):
            if change.replace:
                raise StatementError("NOT_SUPPORTED: REPLACE COLUMNS of an Iceberg table")
            for column in change.columns:
                added = f'add column "{column["Name"]}" {to_trino(column["Type"])}'
                self._run(f"alter table {change.table.sql(ICEBERG)} {added}")
            return
        before = [] if change.replace else found["StorageDescriptor"]["Columns"]
        self._change_storage(change.table, {"Columns": [*before, *change.columns]})

    def _change_storage(self, table: Table, values: Mapping[str, Any]) -> None:
        found = self.catalog.table(table)
        storage = {**found["StorageDescriptor"], **values}
        self.catalog.update(table, {**found, "StorageDescriptor": storage})

    def _add_partitions(self, change: actions.AddPartitions) -> None:
        found = self.catalog.table(change.table)
        keys = self._keys(change.table)
        place = found["StorageDescriptor"]["Location"].rstrip("/")
        for values, location in change.partitions:
            folder = "/".join(f"{key}={values[key]}" for key in keys)
            self.catalog.add_partition(
                change.table,
                [values[key] for key in keys],
                location or f"{place}/{folder}/",
                if_not_exists=change.if_not_exists,
            )

    def _show_partitions(self, table: Table) -> Answer:
        keys = self._keys(table)
        lines = (
            "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
            for values in self.catalog.partitions(table)
        )
        return Answer(names=["partition"], types=["varchar"], rows=[[line] for line in lines])

    def _keys(self, table: Table) -> list[str]:
        return [key["Name"] for key in self.catalog.table(table).get("PartitionKeys", [])]
