"""External schemas: tables of the Glue catalog, read from S3 whenever a statement asks for them.

PostgreSQL keeps a copy of each external table and of the listing that it was read from. Before a
statement runs, the tables that it reads are listed again, and read again when the listing differs.
"""

import hashlib
import io
import json
import os
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3

from standins.redshift.files import Column, UnreadableFile, is_hidden, read
from standins.redshift.postgres import Postgres
from standins.redshift.sql import words

# https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-data-files.html; a string may be long.
_TYPES = {
    "string": "varchar(65535)",
    "boolean": "boolean",
    "smallint": "smallint",
    "int": "integer",
    "bigint": "bigint",
    "float": "real",
    "double": "double precision",
    "date": "date",
    "timestamp": "timestamp",
}
_READERS = 4
_WITH_LENGTH = re.compile(r"(decimal|varchar|char)\([\d, ]+\)")


class UncoveredTable(Exception):
    """A table of the catalog that the stand-in cannot show."""


Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a table: where it lies, which content it has, the values of its partition."""

    address: str
    etag: str
    partition: Values


@dataclass(frozen=True, slots=True)
class Table:
    """An external table as the Glue catalog describes it, with its folders and their values."""

    name: str
    location: str
    columns: tuple[Column, ...]
    is_json: bool
    folders: tuple[tuple[str, Values], ...]


def sql_type(column: Column) -> str:
    """Return PostgreSQL's type of a column; nested ones are kept as JSON text."""
    if column.is_nested:
        return "varchar(65535)"
    if _WITH_LENGTH.fullmatch(column.type):
        return column.type
    if column.type in _TYPES:
        return _TYPES[column.type]
    raise UncoveredTable(f"external column {column.name} has the type {column.type}")


def table_of(described: Mapping[str, Any], partitions: list[Mapping[str, Any]]) -> Table:
    """Return a table from Glue's answers.

    A partitioned table is what its registered partitions hold: projection is Athena's alone.
    """
    storage = described["StorageDescriptor"]
    keys = [Column(c["Name"], c["Type"]) for c in described.get("PartitionKeys", [])]
    columns = [Column(c["Name"], c["Type"]) for c in storage["Columns"]]
    location = _folder(storage["Location"])
    folders: list[tuple[str, Values]] = [(location, ())]
    if keys:
        folders = [
            (
                _folder(partition["StorageDescriptor"]["Location"]),
                tuple(zip((k.name for k in keys), partition["Values"], strict=True)),
            )
            for partition in partitions
        ]
    library = storage.get("SerdeInfo", {}).get("SerializationLibrary", "")
    is_json = "json" in library.lower()
    if not is_json and "parquet" not in library.lower():
        raise UncoveredTable(f"external table {described['Name']} has the serde {library}")
    return Table(described["Name"], location, (*columns, *keys), is_json, tuple(sorted(folders)))


def _folder(location: str) -> str:
    return location.rstrip("/") + "/"


def mentioned(sql: str, schemas: set[str], views: Mapping[str, str]) -> set[str]:
    """Return every word that a statement or a view behind it mentions, if an external schema is one."""
    found: set[str] = set()
    new = words(sql)
    while new:
        found |= new
        new = {w for name in new if name in views for w in words(views[name])} - found
    return found if found & schemas else set()


@dataclass
class Spectrum:
    """The external schemas of one database, over one Glue catalog."""

    postgres: Postgres
    endpoint: str
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _connection: Any = None

    @cached_property
    def _glue(self) -> Any:
        return _client("glue", self.endpoint)

    @cached_property
    def _s3(self) -> Any:
        return _client("s3", self.endpoint)

    def schemas(self) -> dict[str, str]:
        """Return the Glue database of each external schema."""
        return dict(
            self._ask("select schemaname, databasename from pg_catalog.svv_external_schemas")
        )

    def refresh(self, sql: str) -> None:
        """Bring the external tables that a statement reads to what the files say now."""
        schemas = self.schemas()
        if schemas:
            views = dict(self._ask("select viewname, reads from spectrum.readers"))
            names = mentioned(sql, set(schemas), views)
            for schema in sorted(names & set(schemas)):
                for table in self._tables(schemas[schema], names):
                    with self._locks[f"{schema}.{table.name}"]:
                        self._refresh_table(schema, table)

    def _ask(self, query: str) -> list[tuple[str, str]]:
        """Ask on a connection that is kept, as every statement needs it."""
        with self._asking:
            if self._connection is None or self._connection.closed:
                self._connection = self.postgres.connect()
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())

    def _tables(self, database: str, names: set[str]) -> Iterator[Table]:
        for page in self._glue.get_paginator("get_tables").paginate(DatabaseName=database):
            for described in page["TableList"]:
                if described["Name"] not in names:
                    continue
                partitions: list[Mapping[str, Any]] = []
                if described.get("PartitionKeys"):
                    pages = self._glue.get_paginator("get_partitions").paginate(
                        DatabaseName=database, TableName=described["Name"]
                    )
                    partitions = [p for page in pages for p in page["Partitions"]]
                yield table_of(described, partitions)

    def _refresh_table(self, schema: str, table: Table) -> None:
        files = list(self._files(table))
        columns = json.dumps([(c.name, c.type) for c in table.columns])
        state = hashlib.sha256(repr((columns, files)).encode()).hexdigest()
        with self.postgres.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select columns, state from spectrum.tables"
                " where schemaname = %s and tablename = %s",
                (schema, table.name),
            )
            known = cursor.fetchone()
            if known == (columns, state) and _exists(cursor, schema, table.name):
                return
            if known is None or known[0] != columns or not _exists(cursor, schema, table.name):
                _define(cursor, schema, table)
            _fill(cursor, schema, table, self._rows(table, files))
            cursor.execute(
                "insert into spectrum.tables values (%s, %s, %s, %s)"
                " on conflict (schemaname, tablename)"
                " do update set columns = excluded.columns, state = excluded.state",
                (schema, table.name, columns, state),
            )

    def _files(self, table: Table) -> Iterator[File]:
        """List the files of a table: those in its folder, or in the folders of its partitions."""
        folders = dict(table.folders)
        for root in roots([table.location, *folders]):
            bucket, prefix = _bucket_and_key(root)
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for content in (c for page in pages for c in page.get("Contents", [])):
                address = f"s3://{bucket}/{content['Key']}"
                folder = next((f for f in _folders_of(address) if f in folders), None)
                if folder is not None and content["Size"] and not is_hidden(address):
                    yield File(address, content["ETag"], folders[folder])

    def _rows(self, table: Table, files: list[File]) -> Iterator[bytes]:
        def rows(file: File) -> bytes:
            bucket, key = _bucket_and_key(file.address)
            content = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            try:
                return read(content, table.columns, dict(file.partition), is_json=table.is_json)
            except UnreadableFile as error:
                raise UnreadableFile(f"Spectrum Scan Error: {file.address}: {error}") from error

        with ThreadPoolExecutor(_READERS) as readers:
            yield from readers.map(rows, files)


def roots(locations: Iterable[str]) -> list[str]:
    """Return the folders to list, those within another left out."""
    found: list[str] = []
    for location in sorted(locations):
        if not found or not location.startswith(found[-1]):
            found.append(location)
    return found


def _folders_of(address: str) -> Iterator[str]:
    """Yield the folders that a file lies in, the innermost first."""
    while "/" in address.removeprefix("s3://"):
        address = address.rstrip("/").rpartition("/")[0] + "/"
        yield address


def _bucket_and_key(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.netloc, parts.path.lstrip("/")


def _client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=os.environ.get(
            "AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "ap-northeast-1")
        ),
        # The endpoint is a stand-in itself: keys are asked for, not checked.
        aws_access_key_id="stand-in",
        aws_secret_access_key="stand-in",
    )


def _exists(cursor: Any, schema: str, name: str) -> bool:
    cursor.execute("select to_regclass(%s) is not null", (f'"{schema}"."{name}"',))
    return bool(cursor.fetchone()[0])


def _stored(schema: str, name: str) -> str:
    return f'spectrum."{schema}/{name}"'


def _define(cursor: Any, schema: str, table: Table) -> None:
    """Make the table that keeps the rows, and the view that shows them, owned by the schema's owner."""
    stored, shown = _stored(schema, table.name), f'"{schema}"."{table.name}"'
    types = ", ".join(f'"{c.name}" {sql_type(c)}' for c in table.columns)
    selected = ", ".join(
        f'cast(pg_catalog.serialized("{c.name}") as varchar(65535)) as "{c.name}"'
        if c.is_nested
        else f'"{c.name}"'
        for c in table.columns
    )
    cursor.execute(f"drop table if exists {stored} cascade")
    cursor.execute(f"create table {stored} ({types})")
    cursor.execute(f"grant select on {stored} to public")
    cursor.execute(f"create view {shown} as select {selected} from {stored}")
    cursor.execute("select nspowner::regrole::text from pg_namespace where nspname = %s", (schema,))
    cursor.execute(f"alter view {shown} owner to {cursor.fetchone()[0]}")


def _fill(cursor: Any, schema: str, table: Table, files: Iterator[bytes]) -> None:
    """Exchange all rows at once: readers see the old ones or the new."""
    stored = _stored(schema, table.name)
    cursor.execute(f"delete from {stored}")
    for rows in files:
        cursor.copy_expert(f"copy {stored} from stdin (format csv)", io.BytesIO(rows))
    cursor.execute(f"analyze {stored}")
