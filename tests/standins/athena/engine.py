"""Statements run on Trino, with what it says of them: rows, types, counts, bytes read."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from trino.dbapi import Cursor, connect
from trino.exceptions import Error, TrinoQueryError

from standins.athena.problems import StatementError
from standins.athena.trino_server import HIVE


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a statement; `changed` is the count of rows of one that writes.

    `planning_ms` and `engine_ms` are milliseconds, `bytes_read` what was read from storage.
    """

    names: Sequence[str] = ()
    types: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    writes: bool = False
    changed: int | None = None
    bytes_read: int = 0
    planning_ms: int = 0
    engine_ms: int = 0


class Engine:
    """A Trino server; each statement has a session of its own, as on Athena."""

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)

    def run(
        self,
        sql: str,
        database: str = "default",
        session: Mapping[str, str] | None = None,
        started: Callable[[Callable[[], None]], None] = lambda cancel: None,
    ) -> Answer:
        """Run a statement to its end; `started` is given the function that cancels it."""
        connection = connect(  # type: ignore[no-untyped-call]
            host=self._place.hostname,
            port=self._place.port,
            user="athena",
            source="athena-stand-in",
            catalog=HIVE,
            schema=database,
            session_properties=dict(session or {}),
            timezone="UTC",
            # Values as Trino writes them, which is how Athena writes them.
            legacy_primitive_types=True,
        )
        with closing(connection):
            cursor: Cursor = connection.cursor()
            started(cursor.cancel)
            try:
                cursor.execute(sql)  # type: ignore[no-untyped-call]
                rows = cursor.fetchall()
            except TrinoQueryError as error:
                raise StatementError(f"{error.error_name}: {error.message}") from error
            except Error as error:
                raise StatementError(f"GENERIC_INTERNAL_ERROR: {error}") from error
        stats, described = cursor.stats or {}, cursor.description or []
        writes = cursor.update_type is not None
        return Answer(
            names=() if writes else [column.name for column in described],
            types=() if writes else [str(column.type_code) for column in described],
            rows=() if writes else rows,
            writes=writes,
            changed=cursor.rowcount if cursor.rowcount >= 0 else None,
            bytes_read=int(stats.get("physicalInputBytes", 0)),
            planning_ms=int(stats.get("planningTimeMillis", 0)),
            engine_ms=int(stats.get("elapsedTimeMillis", 0)),
        )
