"""Athena's statements as actions: what Trino understands goes to it, the rest changes Glue."""

from standins.athena import actions
from standins.athena.actions import Action, Table
from standins.athena.external import columns, literals, table_input, values
from standins.athena.problems import StatementError
from standins.athena.trino_server import HIVE, ICEBERG
from standins.athena.types import to_trino
from standins.athena.words import Reader, pairs, split, unquoted

# What CREATE TABLE … WITH (…) calls otherwise in Trino's Hive connector.
_RENAMED = {"field_delimiter": "textfile_field_separator"}
_COMPRESSION = ("write_compression", "parquet_compression", "orc_compression")
# What Trino's Iceberg connector has too; Athena's others steer its own upkeep of files.
_ICEBERG_PROPERTIES = ("location", "partitioning", "format", "format_version", "sorted_by")
_NO_ROWS_LOST = {f"{HIVE}.insert_existing_partitions_behavior": "APPEND"}


def translate(sql: str, database: str, unnamed_location: str) -> Action:
    """Return what a statement of Athena asks for.

    `database` is that of the query's context; `unnamed_location` is where the files of a CREATE TABLE
    AS go which names no place for them.
    """
    reader = Reader(sql.rstrip().removesuffix(";"))
    if reader.at_end:
        raise StatementError("FAILED: the statement is empty")
    if reader.skip("create external table"):
        return _create_external(reader, database)
    if reader.skip_any("create schema", "create database"):
        return _create_database(reader)
    if reader.skip_any("drop schema", "drop database"):
        return _drop_database(reader)
    if reader.skip_any("create or replace view", "create view"):
        return actions.CreateView(reader.sql, _table(reader, database))
    if reader.skip("create table"):
        return _create_table(reader, database, unnamed_location)
    if reader.skip("drop table"):
        if_exists = reader.skip("if exists")
        return actions.DropTable(_table(reader, database), if_exists)
    if reader.skip("alter table"):
        return _alter(reader, _table(reader, database))
    if reader.skip("msck repair table"):
        return actions.RepairPartitions(_table(reader, database))
    if reader.skip("show partitions"):
        return actions.ShowPartitions(_table(reader, database))
    if reader.skip("optimize"):
        return _optimize(reader, _table(reader, database))
    if reader.skip("vacuum"):
        return actions.Nothing()
    if reader.skip_any("show", "describe", "desc"):
        return actions.Query(reader.sql.replace("`", '"'))
    if reader.skip_any("insert", "delete", "update", "merge"):
        return actions.Query(reader.sql, _NO_ROWS_LOST)
    return actions.Query(reader.sql)


def _table(reader: Reader, database: str) -> Table:
    """Read a table's name, which may stand behind its database and its catalog."""
    *before, name = reader.name()
    return Table(before[-1] if before else database, name)


def _create_external(reader: Reader, database: str) -> Action:
    if_not_exists = reader.skip("if not exists")
    table = _table(reader, database)
    return actions.CreateExternal(table, table_input(table.name, reader), if_not_exists)


def _create_database(reader: Reader) -> Action:
    if_not_exists = reader.skip("if not exists")
    name, location = reader.name()[-1], None
    while not reader.at_end:
        if reader.skip("location"):
            location = reader.text()
        elif reader.skip("comment"):
            reader.text()
        else:
            raise reader.mistake("LOCATION")
    return actions.CreateDatabase(name, location, if_not_exists)


def _drop_database(reader: Reader) -> Action:
    if_exists = reader.skip("if exists")
    name = reader.name()[-1]
    return actions.DropDatabase(name, if_exists, reader.skip("cascade"))


def _create_table(reader: Reader, database: str, unnamed_location: str) -> Action:
    if_not_exists = "if not exists " if reader.skip("if not exists") else ""
    table = _table(reader, database)
    if reader.comes("("):
        return _create_iceberg(reader, table, if_not_exists)
    properties = pairs(reader.group()) if reader.skip("with") else {}
    is_iceberg = unquoted(properties.pop("table_type", "")).lower() == "iceberg"
    properties.pop("is_external", None)
    catalog = ICEBERG if is_iceberg else HIVE
    codecs = [properties.pop(name) for name in _COMPRESSION if name in properties]
    properties = {_RENAMED.get(name, name): value for name, value in properties.items()}
    if is_iceberg:
        properties = {n: v for n, v in properties.items() if n in _ICEBERG_PROPERTIES}
    else:
        properties.setdefault("external_location", f"'{unnamed_location}'")
        properties.setdefault("format", "'PARQUET'")
    # Trino refuses a place of an Iceberg table that ends in a slash.
    if "location" in properties:
        properties["location"] = f"'{unquoted(properties['location']).rstrip('/')}'"
    written = ", ".join(f"{name} = {value}" for name, value in properties.items())
    return actions.Query(
        f"create table {if_not_exists}{table.sql(catalog)} with ({written}) {reader.rest()}",
        {f"{catalog}.compression_codec": unquoted(codecs[0]).upper()} if codecs else {},
    )


def _create_iceberg(reader: Reader, table: Table, if_not_exists: str) -> Action:
    """CREATE TABLE with columns and TBLPROPERTIES, which Athena has for Iceberg alone."""
    written = ", ".join(f'"{c["Name"]}" {to_trino(c["Type"])}' for c in columns(reader.group()))
    properties: dict[str, str] = {}
    table_properties: dict[str, str] = {}
    while not reader.at_end:
        if reader.skip("partitioned by"):
            parts = ", ".join(f"'{_transform(part)}'" for part in split(reader.group()))
            properties["partitioning"] = f"ARRAY[{parts}]"
        elif reader.skip("location"):
            properties["location"] = f"'{reader.text().rstrip('/')}'"
        elif reader.skip("tblproperties"):
            table_properties = literals(reader.group())
        elif reader.skip("comment"):
            reader.text()
        else:
            raise reader.mistake("a clause of CREATE TABLE")
    if table_properties.get("table_type", "").upper() != "ICEBERG":
        raise StatementError("FAILED: CREATE TABLE of a table that is not Iceberg wants EXTERNAL")
    if "format" in table_properties:
        properties["format"] = f"'{table_properties['format'].upper()}'"
    clause = ", ".join(f"{name} = {value}" for name, value in properties.items())
    return actions.Query(
        f"create table {if_not_exists}{table.sql(ICEBERG)} ({written}) with ({clause})"
    )


def _transform(text: str) -> str:
    """Return a partition transform in Trino's order: the column comes first."""
    reader = Reader(text)
    name = unquoted(reader.word())
    if reader.at_end:
        return name
    arguments = [unquoted(a) for a in split(reader.group())]
    # bucket(16, x) and truncate(4, x) have a number before the column.
    ordered = arguments[::-1] if arguments[0].isdigit() else arguments
    return f"{name}({', '.join(ordered)})"


def _optimize(reader: Reader, table: Table) -> Action:
    where = ""
    reader.skip("rewrite data using bin_pack")
    if reader.skip("where"):
        where = f" where {reader.rest()}"
    return actions.AlterIceberg(table, f"execute optimize{where}")


def _alter(reader: Reader, table: Table) -> Action:
    if reader.skip("set tblproperties"):
        return actions.SetProperties(table, literals(reader.group()))
    if reader.skip("set location"):
        return actions.SetLocation(table, reader.text())
    if reader.skip("rename to"):
        to = _table(reader, table.database)
        return actions.AlterIceberg(table, f'rename to "{to.database}"."{to.name}"')
    if reader.skip("add columns"):
        return actions.ChangeColumns(table, tuple(columns(reader.group())), replace=False)
    if reader.skip("replace columns"):
        return actions.ChangeColumns(table, tuple(columns(reader.group())), replace=True)
    if reader.skip("drop column"):
        return actions.AlterIceberg(table, f'drop column "{reader.name()[-1]}"')
    if reader.skip("add"):
        return _add_partitions(reader, table)
    if reader.skip("drop"):
        if_exists = reader.skip("if exists")
        found = []
        while reader.skip("partition"):
            found.append(values(reader.group()))
            reader.skip(",")
        return actions.DropPartitions(table, tuple(found), if_exists)
    raise reader.mistake("a change that Athena knows")


def _add_partitions(reader: Reader, table: Table) -> Action:
    if_not_exists = reader.skip("if not exists")
    found = []
    while reader.skip("partition"):
        of = values(reader.group())
        found.append((of, reader.text() if reader.skip("location") else None))
    if not found or not reader.at_end:
        raise reader.mistake("PARTITION")
    return actions.AddPartitions(table, tuple(found), if_not_exists)
