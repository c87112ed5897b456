"""Small real loads for the tests of the ledger, and an independent reader of what is visible."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catdata.entities import ENTITIES, QUARANTINE
from catdata.entities.derive import arrow_schema
from catdata.loads import Ledger, LoadRecord, draw_load_id, layout
from catdata.loads.parquet import parquet_writer
from catdata.storage import ObjectNotFoundError, Storage

NOW = datetime(2026, 4, 1, tzinfo=UTC)
CODE = "011002"
COMPLAINT = arrow_schema(ENTITIES["complaint"], with_partitions=False)
REJECTED = arrow_schema(QUARANTINE, with_partitions=False)

Row = tuple[str, str, str]
"""Table, source_object and identity of a visible row."""


def key_of(name: str, source_id: str = "jp-x") -> str:
    return layout.raw_file(source_id, name)


def write_load(
    storage: Storage,
    name: str,
    rows: Iterable[tuple[str, int]],
    *,
    source_id: str = "jp-x",
    rejected: int = 1,
    now: datetime = NOW,
) -> LoadRecord:
    """Write the files of a load, of case ids and fiscal years; return its record, not committed."""
    load_id, source_object = draw_load_id(now), key_of(name, source_id)
    years: dict[int, list[dict[str, Any]]] = {}
    for number, (case_id, year) in enumerate(rows, start=2):
        years.setdefault(year, []).append(
            {
                "case_id": case_id, "received_date": date(year, 5, 1), "categories": ["waste"],
                "source_id": source_id, "source_object": source_object, "source_row": number,
                "load_id": load_id, "dq_flags": [], "ingested_at": now,
            }
        )  # fmt: skip
    files = {
        layout.normalized_file("complaint", CODE, year, load_id, 0, 0): pa.Table.from_pylist(
            of_year, COMPLAINT
        )
        for year, of_year in years.items()
    }
    if rejected:
        bad = [
            {
                "source_object": source_object, "source_row": 1000 + n, "row_hash": "0",
                "disposition": "rejected", "reason_code": "REQUIRED_MISSING",
            }
            for n in range(rejected)
        ]  # fmt: skip
        key = layout.quarantine_file(source_id, load_id, 0)
        files[key] = pa.Table.from_pylist(bad, REJECTED)
    for key, table in files.items():
        with storage.open_new(key) as sink, parquet_writer(sink, table.schema) as writer:
            writer.write_table(table)
    storage.sync(files)
    accepted = sum(map(len, years.values()))
    head = Ledger(storage).head(source_id, source_object)
    return LoadRecord(
        load_id=load_id,
        source_id=source_id,
        source_object=source_object,
        object_version=(head.object_version if head else 0) + 1,
        status="committed",
        content_sha256="c" * 64,
        rows_in=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        entity_rows=json.dumps({"complaint": accepted}),
        fiscal_years=json.dumps([[CODE, year] for year in sorted(years)]),
        files=len(files),
        started_at=now,
        committed_at=now,
    )


def load(storage: Storage, name: str, rows: Iterable[tuple[str, int]], **how: Any) -> LoadRecord:
    """Load an object and commit it."""
    record = write_load(storage, name, rows, **how)
    assert Ledger(storage).commit(record)
    return record


def cases(name: str, *sizes: int) -> list[tuple[str, int]]:
    """Return case ids with fiscal years: sizes[n] cases of the year 2020 + n."""
    return [(f"{name}-{y}-{n}", 2020 + y) for y, size in enumerate(sizes) for n in range(size)]


class Snapshot:
    """A reader that took the heads and the list of files at one time and reads them at another."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        newest: dict[str, dict[str, Any]] = {}
        for key in sorted(o.key for o in storage.list("loads")):
            if data := storage.read(key):
                newest[key.rpartition("/")[0]] = json.loads(data)
        self.visible = {
            (r["source_id"], r["source_object"], r["load_id"])
            for r in newest.values()
            if r["status"] == "committed"
        }
        self.files = [
            o.key
            for folder in ("normalized", "quarantine")
            for o in storage.list(folder)
            if not o.key.endswith("empty.parquet")
        ]

    def rows(self, *, skip_lost: bool = False) -> Counter[Row]:
        """Return the visible rows; with `skip_lost`, only of the files that are still there."""
        found: Counter[Row] = Counter()
        for key in self.files:
            with suppress(*([ObjectNotFoundError] if skip_lost else [])):
                found.update(self._rows(key))
        return found

    def _rows(self, key: str) -> Iterable[Row]:
        with self._storage.open(key) as file:
            table = pq.ParquetFile(file).read()
        folders = dict(part.split("=") for part in key.split("/") if "=" in part)
        for row in table.to_pylist():
            row |= folders
            if (row["source_id"], row["source_object"], row["load_id"]) in self.visible:
                yield (
                    key.split("/")[1] if key.startswith("normalized") else "quarantine",
                    row["source_object"],
                    row.get("case_id") or str(row["source_row"]),
                )


def seen(storage: Storage) -> Counter[Row]:
    """Return what a reader sees now."""
    return Snapshot(storage).rows()


def rows_of(name: str, rows: Sequence[tuple[str, int]], rejected: int = 1) -> Counter[Row]:
    """Return what a reader must see of a load of `write_load`."""
    key = key_of(name)
    accepted = Counter(("complaint", key, case_id) for case_id, _ in rows)
    return accepted + Counter(("quarantine", key, str(1000 + n)) for n in range(rejected))


def copies(lake: Storage) -> Callable[[int], str]:
    """Return a function that gives the URL of a new copy of a lake for each number."""

    def fresh(step: int) -> str:
        copy = Storage(f"{lake.url}-{step}")
        if lake.url.startswith("/"):
            shutil.copytree(lake.url, copy.url)
        else:
            for info in lake.list():
                copy.put(info.key, lake.read(info.key))
        return copy.url

    return fresh
