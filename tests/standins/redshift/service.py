"""What the stand-in does for a user who signs in, and for a statement before PostgreSQL runs it."""

import threading
from dataclasses import dataclass, field
from functools import cached_property

import psycopg2  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError

from standins.redshift import DATABASE
from standins.redshift.files import UnreadableFile
from standins.redshift.postgres import Postgres
from standins.redshift.spectrum import Spectrum, UncoveredTable
from standins.redshift.sql import is_bound_view, words


@dataclass
class Service:
    """Admits users and makes ready for statements, over one PostgreSQL and one Glue catalog."""

    postgres: Postgres
    aws_endpoint: str
    _admitting: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _spectrum(self) -> Spectrum:
        return Spectrum(self.postgres, self.aws_endpoint)

    def admit(self, user: str) -> None:
        """Make a user who signs in for the first time, without any rights of its own."""
        with self._admitting, self.postgres.connection() as connection:
            cursor = connection.cursor()
            cursor.execute("select from pg_roles where rolname = %s", (user,))
            if cursor.fetchone() is None:
                name = user.replace('"', '""')
                cursor.execute(f'create role "{name}" login')
                cursor.execute(f'grant connect, temporary on database "{DATABASE}" to "{name}"')

    def hindrance(self, sql: str) -> str | None:
        """Bring the external tables that a statement reads up to date, or return why it cannot run."""
        if not _may_read(sql):
            return None
        try:
            if is_bound_view(sql) and words(sql) & set(self._spectrum.schemas()):
                return "External tables are not supported in views with schema binding"
            self._spectrum.refresh(sql)
        except (UncoveredTable, UnreadableFile, ClientError, BotoCoreError, OSError) as error:
            return str(error)
        except psycopg2.Error as error:
            return f"Spectrum Scan Error: {error}"
        return None


def _may_read(sql: str) -> bool:
    """Return whether a statement can read tables: most that drivers send cannot."""
    return not words(sql).isdisjoint({"select", "copy", "table"})
