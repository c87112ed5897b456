"""What a statement asks for: a query of Trino, or a change of the Glue catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TableInput = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The name of a table or view in the Glue catalog."""

    database: str
    name: str

    def sql(self, catalog: str) -> str:
        """Return the name as Trino reads it."""
        return f'{catalog}."{self.database}"."{self.name}"'


@dataclass(frozen=True, slots=True)
class Query:
    """A statement for Trino, with the session's properties that it needs."""

    sql: str
    session: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreateView:
    """A statement for Trino that makes a view, whose columns Glue must then show."""

    sql: str
    table: Table


@dataclass(frozen=True, slots=True)
class CreateDatabase:
    """A new database of Glue."""

    name: str
    location: str | None
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class DropDatabase:
    """A database of Glue to be taken away."""

    name: str
    if_exists: bool
    cascade: bool


@dataclass(frozen=True, slots=True)
class CreateExternal:
    """A table over files that are there, known to Glue from now on."""

    table: Table
    input: TableInput
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table to be forgotten: of Hive the files stay, of Iceberg they go."""

    table: Table
    if_exists: bool


@dataclass(frozen=True, slots=True)
class SetProperties:
    """Properties of a table to be set."""

    table: Table
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetLocation:
    """A new place of a table's files."""

    table: Table
    location: str


@dataclass(frozen=True, slots=True)
class AddPartitions:
    """Partitions to be registered, each with its values by column and its place."""

    table: Table
    partitions: tuple[tuple[Mapping[str, str], str | None], ...]
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class DropPartitions:
    """Partitions to be forgotten."""

    table: Table
    partitions: tuple[Mapping[str, str], ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class ChangeColumns:
    """Columns to be added, or to take the place of all."""

    table: Table
    columns: tuple[Mapping[str, str], ...]
    replace: bool


@dataclass(frozen=True, slots=True)
class AlterIceberg:
    """What only Iceberg tables can do, in Trino's words after ALTER TABLE name."""

    table: Table
    change: str


@dataclass(frozen=True, slots=True)
class RepairPartitions:
    """MSCK REPAIR TABLE: register the partitions that the folders show."""

    table: Table


@dataclass(frozen=True, slots=True)
class ShowPartitions:
    """The partitions that are registered."""

    table: Table


@dataclass(frozen=True, slots=True)
class Nothing:
    """A statement without effect here, as the maintenance of Iceberg's files."""


Action = (
    Query
    | CreateView
    | CreateDatabase
    | DropDatabase
    | CreateExternal
    | DropTable
    | SetProperties
    | SetLocation
    | AddPartitions
    | DropPartitions
    | ChangeColumns
    | AlterIceberg
    | RepairPartitions
    | ShowPartitions
    | Nothing
)
