"""Writes the extract: tables to files named by content, then the manifest; old snapshots leave later."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from catdata.storage import ObjectNotFoundError, Storage
from published.snapshot import (
    CURRENT,
    ORDERS,
    File,
    Manifest,
    ManifestError,
    manifest_key,
    order_table,
    table_key,
)

# Small enough that a reader skips most of a table by the bounds of its groups.
_ROWS_A_GROUP = 40_000
_CATS = ("municipality_code", "fiscal_year", "record_no")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the extract: the mart it is, the columns left out, and the order of its rows."""

    mart: str
    order: tuple[str, ...]
    without: tuple[str, ...] = ()


TABLES: dict[str, Table] = {
    # The number is no fact of an animal: it only puts the rows in order.
    "cats": Table("mart_cat", _CATS, ("record_no",)),
    # The same records again: a page of a sorted list is then a stretch of one file.
    **{order_table(by): Table("mart_cat", (by, *_CATS), ("record_no",)) for by in ORDERS},
    "areas": Table("mart_cat_area", ("municipality_code", "fiscal_year", "area")),
    "years": Table(
        "mart_municipality_fiscal_year",
        ("municipality_code", "fiscal_year", "basis", "body_scope"),
    ),
    "months": Table("mart_municipality_month", ("municipality_code", "month_start")),
    "municipalities": Table("dim_municipality", ("municipality_code",)),
}


def publish(
    rows: Mapping[str, pa.Table], storage: Storage, *, keep: timedelta = timedelta(days=2)
) -> Manifest:
    """Publish the rows of every table as one snapshot and return its manifest.

    `rows` has the mart of each of TABLES. The same rows give the same snapshot. A snapshot that is not
    current any more stays for `keep`, so that readers can finish what they began.
    """
    files = {name: _write(name, table, rows[table.mart], storage) for name, table in TABLES.items()}
    now = datetime.now(UTC)
    manifest = Manifest.of(files, now.isoformat(timespec="seconds"))
    current = _current(storage)
    if current is not None and current.snapshot == manifest.snapshot:
        return current
    storage.put(manifest_key(manifest.snapshot), manifest.encode())
    storage.put(CURRENT, manifest.encode())
    _expire(storage, manifest, now - keep)
    return manifest


def _write(name: str, table: Table, rows: pa.Table, storage: Storage) -> File:
    ordered = rows.sort_by([(column, "ascending") for column in table.order])
    sink = io.BytesIO()
    pq.write_table(
        ordered.drop_columns(list(table.without)),
        sink,
        compression="zstd",
        row_group_size=_ROWS_A_GROUP,
    )
    data = sink.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    key = table_key(name, sha256)
    storage.create(key, data)
    return File(key, sha256, len(data), ordered.num_rows)


def _current(storage: Storage) -> Manifest | None:
    try:
        return Manifest.parse(storage.read(CURRENT))
    except (ObjectNotFoundError, ManifestError):
        return None


def _expire(storage: Storage, current: Manifest, before: datetime) -> None:
    """Delete snapshots that nobody can be reading any more, and files that none of the others has."""
    kept, old = [current], []
    for found in storage.list("snapshots"):
        if found.key == manifest_key(current.snapshot):
            continue
        if found.modified < before:
            old.append(found.key)
        else:
            kept.append(Manifest.parse(storage.read(found.key)))
    named = {file.key for manifest in kept for file in manifest.tables.values()}
    # A file that was written lately may belong to a publication under way.
    stray = [f.key for f in storage.list("tables") if f.key not in named and f.modified < before]
    # First what names the files, then the files.
    storage.delete(old)
    storage.delete(stray)
