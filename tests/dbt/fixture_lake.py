"""A lake written by hand: rows become Parquet files and ledger records, by the ledger itself."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from catdata.entities import CODE_LISTS, ENTITIES, REFERENCES, Entity
from catdata.entities.derive import arrow_schema
from catdata.loads import Ledger, LoadRecord, initialise, layout, load_id_of
from catdata.loads.parquet import as_file
from catdata.storage import Storage

Row = Mapping[str, object]
BODY = "131016"
FIRST_COMMIT = datetime(2026, 4, 1, tzinfo=UTC)
DATES = ("intake_date", "outcome_date", "surgery_date", "received_date", "period_start")


def fiscal_year(row: Row) -> int:
    """Return the April-based fiscal year of a row's first date, 2023 without one."""
    day = next((d for d in map(row.get, DATES) if isinstance(d, date)), date(2023, 4, 1))
    return day.year - (day.month < 4)


def _partition(row: Row) -> tuple[Any, Any]:
    return row.get("municipality_code", BODY), row.get("fiscal_year", fiscal_year(row))


class FixtureLake:
    """A lake under a folder or URL: `load` commits one version of one object, `reference` sets a table."""

    def __init__(self, place: Path | str) -> None:
        self.url = str(place)
        self._storage = Storage(self.url)
        self._ledger = Ledger(self._storage)
        self._loads = 0
        initialise(self._storage)
        codes = [
            {"code_list": codes.name, "code": c.code, "ja": c.ja, "en": c.en, "sort_order": place}
            for codes in CODE_LISTS.values()
            for place, c in enumerate(codes.codes)
        ]
        self.reference("ref_code", codes)

    def reference(self, table: str, rows: Sequence[Row]) -> None:
        """Replace a reference table."""
        self._write(REFERENCES[table], rows, layout.reference_file(table))

    def rows(self, source_id: str, source_object: str, rows: Mapping[str, Sequence[Row]]) -> str:
        """Write the rows of one load without committing it; return the load's identity.

        Rows need their own columns only: lineage, body (BODY), fiscal year (of the row's first
        date) and flags have defaults.
        """
        load_id = load_id_of(self._now(), self._loads.to_bytes(6, "big"))
        self._loads += 1
        source_row = 0
        for name, entity_rows in rows.items():
            partitions: dict[tuple[str, int], list[Row]] = {}
            for row in entity_rows:
                source_row += 1
                full: dict[str, Any] = {
                    "source_id": source_id,
                    "source_object": source_object,
                    "source_row": source_row,
                    "load_id": load_id,
                    "municipality_code": _partition(row)[0],
                    "fiscal_year": _partition(row)[1],
                    "dq_flags": [],
                    "ingested_at": self._now(),
                } | dict(row)
                key = full["municipality_code"], full["fiscal_year"]
                partitions.setdefault(key, []).append(full)
            for (code, year), part in partitions.items():
                self._write(
                    ENTITIES[name], part, layout.normalized_file(name, code, year, load_id, 0, 0)
                )
        return load_id

    def load(
        self,
        source_id: str,
        source_object: str,
        rows: Mapping[str, Sequence[Row]] | None = None,
        **record: object,
    ) -> str:
        """Write and commit the next version of an object; `record` overrides ledger columns."""
        rows = rows or {}
        load_id = self.rows(source_id, source_object, rows)
        head = self._ledger.head(source_id, source_object)
        written = sum(map(len, rows.values()))
        values: dict[str, object] = {
            "load_id": load_id,
            "source_id": source_id,
            "source_object": source_object,
            "object_version": head.object_version + 1 if head else 1,
            "status": "committed",
            "rows_in": written,
            "rows_accepted": written,
            "entity_rows": json.dumps({name: len(part) for name, part in rows.items()}),
            "fiscal_years": json.dumps(sorted({_partition(r) for p in rows.values() for r in p})),
            "started_at": self._now(),
            "committed_at": self._now(),
        }
        assert self._ledger.commit(LoadRecord(**(values | record)))  # type: ignore[arg-type]
        return load_id

    def withdraw(self, source_id: str, source_object: str) -> None:
        """Take an object's rows away."""
        self.load(source_id, source_object, status="withdrawn")

    def _now(self) -> datetime:
        return FIRST_COMMIT + timedelta(minutes=self._loads)

    def _write(self, entity: Entity, rows: Sequence[Row], key: str) -> None:
        schema = arrow_schema(entity, with_partitions=False)
        unknown = {name for row in rows for name in row} - {c.name for c in entity.columns}
        assert not unknown, f"{entity.name} has no {sorted(unknown)}"
        table = pa.Table.from_pylist(
            [{n: row.get(n) for n in schema.names} for row in rows], schema
        )
        self._storage.put(key, as_file(table))
