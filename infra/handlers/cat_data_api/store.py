"""The extract as this process holds it: files in a scratch folder, and DuckDB over them.

A snapshot is opened whole or not at all. Its files are named by their content, so that a file that is
there already need not be fetched again, and are checked against the manifest when they are.
"""

import hashlib
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from aws_lambda_powertools import Logger

from cat_data_api.problems import snapshot_gone, unavailable
from catdata.storage import ObjectNotFoundError, Storage, StorageError
from published.snapshot import (
    CURRENT,
    ORDERS,
    File,
    Manifest,
    ManifestError,
    is_snapshot,
    manifest_key,
    order_table,
)

log = Logger(child=True, service="cat-data-api")

# The current one, and those that cursors still read.
_SNAPSHOTS_HELD = 3
_MEMORY = "640MB"
_THREADS = 2
# Fetched when a list is sorted that way for the first time, so that a cold start waits for none of them.
_LATE = frozenset(map(order_table, ORDERS))
# What is asked of records as a whole and not filtered, computed once a snapshot.
_TABLES = """
create table heads as
select municipality_code, fiscal_year, intake_month, count(*) as heads from cats group by 1, 2, 3;
create table held as
select
    municipality_code, count(*) as records,
    list_sort(list(distinct facility) filter (facility is not null)) as facilities,
    min(fiscal_year) as first_fiscal_year, max(fiscal_year) as last_fiscal_year
from cats group by 1
"""


class Snapshot:
    """One snapshot, opened: ask it by SQL with bound parameters."""

    def __init__(
        self,
        manifest: Manifest,
        files: dict[str, Path],
        scratch: Path,
        late: Callable[["Snapshot", str], Path],
    ) -> None:
        self.name = manifest.snapshot
        self.published_at = manifest.published_at
        self.tables = manifest.tables
        self.cats = manifest.tables["cats"].rows
        self.files = files
        self.scratch = scratch
        self._late = late
        self._opened: set[str] = set()
        self._connection = duckdb.connect(
            config={
                "threads": _THREADS,
                "memory_limit": _MEMORY,
                "temp_directory": "",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        # A file never changes: its footer is read once and not by every query.
        self._connection.execute("load parquet")
        self._connection.execute("set parquet_metadata_cache = true")
        # From here on no statement reaches a file outside of the scratch folder.
        place = str(scratch).replace("'", "''")
        self._connection.execute(f"set allowed_directories = ['{place}/']")
        self._connection.execute("set enable_external_access = false")
        self._connection.execute("set lock_configuration = true")
        for table in files:
            self._open_view(table)
        self._connection.execute(_TABLES)
        self._counts: OrderedDict[object, int] = OrderedDict()

    def _open_view(self, table: str) -> None:
        # Names and paths are ours: the path ends in the hash of the content.
        path = str(self.files[table]).replace("'", "''")
        with self.cursor() as cursor:
            cursor.execute(
                f"create or replace view {table} as "  # noqa: S608
                f"select * from read_parquet('{path}', file_row_number = true)"
            )
        self._opened.add(table)

    def open_late(self, table: str) -> None:
        """Make sure that a table is there which is not fetched with the others; raises ProblemError."""
        if table not in self._opened:
            self.files[table] = self._late(self, table)
            self._open_view(table)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor of its own to a request."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def rows(self, sql: str, bound: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.cursor() as cursor:
            return cursor.execute(sql, list(bound)).fetchall()

    def count(self, sql: str, bound: Sequence[object]) -> int:
        """Return what a query counts, remembered: pages of one list ask the same again."""
        key = (sql, tuple(map(str, bound)))
        if key not in self._counts:
            ((self._counts[key],),) = self.rows(sql, bound)
            if len(self._counts) > 1000:
                self._counts.popitem(last=False)
        return self._counts[key]

    @cached_property
    def bodies(self) -> dict[str, dict[str, Any]]:
        """Every body by its code, with the names that labels need."""
        found = self.rows("select municipality_code, prefecture, name, name_en from municipalities")
        return {code: {"prefecture": p, "ja": ja, "en": en or ja} for code, p, ja, en in found}

    def codes_of(self, prefectures: Sequence[str]) -> list[str]:
        """Return the bodies of some prefectures."""
        return [code for code, body in self.bodies.items() if body["prefecture"] in prefectures]


class Store:
    """Gives the snapshots of an extract: the current one, and for a while those before it."""

    def __init__(self, url: str, scratch: Path, refresh_seconds: float = 30.0) -> None:
        self._storage = Storage(url)
        self.scratch = scratch
        self._refresh = refresh_seconds
        self._held: OrderedDict[str, Snapshot] = OrderedDict()
        self._current: Snapshot | None = None
        self._looked = float("-inf")
        self._turn = threading.Lock()

    def current(self) -> Snapshot:
        """Return the current snapshot; raises ProblemError when there is none to be had."""
        with self._turn:
            if self._current is None or time.monotonic() - self._looked >= self._refresh:
                self._look()
            if self._current is None:
                raise unavailable()
            return self._current

    def named(self, snapshot: str) -> Snapshot:
        """Return the snapshot of that name; raises ProblemError when it is kept no more."""
        with self._turn:
            if snapshot in self._held:
                self._held.move_to_end(snapshot)
                return self._held[snapshot]
            if not is_snapshot(snapshot):
                raise snapshot_gone()
            try:
                return self._open(Manifest.parse(self._storage.read(manifest_key(snapshot))))
            except ObjectNotFoundError:
                raise snapshot_gone() from None
            except (StorageError, ManifestError, OSError) as error:
                log.exception("snapshot cannot be opened", snapshot=snapshot)
                raise unavailable() from error

    def _look(self) -> None:
        """Follow the manifest; what is served already stays when that fails."""
        try:
            manifest = Manifest.parse(self._storage.read(CURRENT))
            if self._current is None or self._current.name != manifest.snapshot:
                self._current = self._open(manifest)
                log.info("snapshot opened", snapshot=manifest.snapshot)
        except (StorageError, ManifestError, OSError, duckdb.Error):
            log.exception("the extract cannot be read")
        self._looked = time.monotonic()

    def _open(self, manifest: Manifest) -> Snapshot:
        if manifest.snapshot not in self._held:
            files = {
                name: self._fetch(file)
                for name, file in manifest.tables.items()
                if name not in _LATE
            }
            opened = Snapshot(manifest, files, self.scratch, self._fetch_late)
            self._held[manifest.snapshot] = opened
            self._forget()
        self._held.move_to_end(manifest.snapshot)
        return self._held[manifest.snapshot]

    def _fetch_late(self, snapshot: Snapshot, table: str) -> Path:
        with self._turn:
            try:
                snapshot.files[table] = self._fetch(snapshot.tables[table])
                return snapshot.files[table]
            except ObjectNotFoundError:
                raise snapshot_gone() from None
            except (StorageError, ManifestError, OSError) as error:
                log.exception("table cannot be opened", table=table)
                raise unavailable() from error

    def _fetch(self, file: File) -> Path:
        path = self.scratch / file.key.rpartition("/")[2]
        if path.exists() and path.stat().st_size == file.size:
            return path
        data = self._storage.read(file.key)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ManifestError(f"{file.key}: the content is not what the manifest says")
        self.scratch.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.scratch)
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(data)
        Path(name).rename(path)
        return path

    def _forget(self) -> None:
        """Let go of the snapshot that was not asked for longest, with the files that no other has."""
        while len(self._held) > _SNAPSHOTS_HELD:
            for name in list(self._held):
                if self._current is None or name != self._current.name:
                    del self._held[name]
                    break
        used = {path for snapshot in self._held.values() for path in snapshot.files.values()}
        for path in self.scratch.glob("*.parquet"):
            if path not in used:
                path.unlink(missing_ok=True)
