"""Reads the marts of a target of profiles.yml: the connection is the very one that dbt opens."""

import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from parity.figures import Figures, Mart, from_columns, from_rows

Reader = Callable[[Any, Mart], Figures]
# format_type gives the type as it was declared, lengths and scales included.
_REDSHIFT_TYPES = """select attributes.attname, format_type(attributes.atttypid, attributes.atttypmod)
from pg_attribute as attributes
inner join pg_class as relations on attributes.attrelid = relations.oid
inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
where
    schemas.nspname = '{schema}'
    and relations.relname = '{name}'
    and attributes.attnum > 0
    and not attributes.attisdropped
order by attributes.attnum"""


def read_target(target: str, project: Path, marts: list[Mart]) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of every mart as one target of the profile has them now."""
    with opened(target, project) as (connection, read):
        for mart in marts:
            yield mart.name, read(connection, mart)


@contextmanager
def opened(target: str, project: Path) -> Iterator[tuple[Any, Reader]]:
    """Give the connection that dbt opens for a target, and what reads a mart by it."""
    set_invocation_context(os.environ.copy())
    set_from_args(Namespace(project_dir=str(project), profiles_dir=str(project)), {})
    credentials = load_profile(str(project), {}, target_override=target).credentials
    connect, read = ENGINES[credentials.type]
    with closing(connect(credentials)) as connection:
        yield connection, read


def read_duckdb(connection: Any, mart: Mart) -> Figures:
    """Return a mart of DuckDB."""
    result = connection.sql(f"select * from {mart.relation}")  # noqa: S608
    declared = dict(zip(result.columns, map(str, result.types), strict=True))
    return from_columns(mart.key, declared, result.to_arrow_table().columns)


def read_athena(connection: Any, mart: Mart) -> Figures:
    """Return a mart of Athena, with the types that Glue's catalog declares."""
    glue = connection.session.client("glue", region_name=connection.region_name)
    table = glue.get_table(DatabaseName=mart.schema, Name=mart.name)["Table"]
    columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
    declared = {column["Name"]: column["Type"] for column in columns}
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"select * from {mart.relation}")  # noqa: S608
        return from_rows(mart.key, declared, cursor.fetchall())


def read_redshift(connection: Any, mart: Mart) -> Figures:
    """Return a mart of Redshift."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(_REDSHIFT_TYPES.format(schema=mart.schema, name=mart.name))
        declared: Mapping[str, str] = dict(cursor.fetchall())
        cursor.execute(f"select * from {mart.relation}")  # noqa: S608
        return from_rows(mart.key, declared, cursor.fetchall())


def _connect_duckdb(credentials: Any) -> Any:
    import duckdb

    return duckdb.connect(credentials.path, read_only=True)


def _connect_athena(credentials: Any) -> Any:
    from dbt.adapters.athena.session import get_boto3_session_from_credentials
    from pyathena import connect

    return connect(
        session=get_boto3_session_from_credentials(credentials),
        region_name=credentials.region_name,
        endpoint_url=credentials.endpoint_url,
        work_group=credentials.work_group,
        s3_staging_dir=credentials.s3_staging_dir,
        schema_name=credentials.schema,
        poll_interval=credentials.poll_interval,
    )


def _connect_redshift(credentials: Any) -> Any:
    from dbt.adapters.redshift.connections import get_connection_method

    return get_connection_method(credentials)()


ENGINES: dict[str, tuple[Callable[[Any], Any], Reader]] = {
    "duckdb": (_connect_duckdb, read_duckdb),
    "athena": (_connect_athena, read_athena),
    "redshift": (_connect_redshift, read_redshift),
}
