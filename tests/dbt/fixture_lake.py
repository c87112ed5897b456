"""A lake written by hand: tables of rows become Parquet files and ledger records, as the job writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catdata.entities import CODE_LISTS, ENTITIES, LOADS, QUARANTINE, REFERENCES, Entity, Type
from catdata.entities.derive import arrow_schema

Row = Mapping[str, object]
FIRST_COMMIT = datetime(2026, 4, 1)


def _write(entity: Entity, rows: Sequence[Row], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(entity, with_partitions=False)
    unknown = {name for row in rows for name in row} - set(entity.partitions) - set(schema.names)
    if unknown:
        raise KeyError(f"{entity.name} has no {sorted(unknown)}")
    table = pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)
    pq.write_table(table, path)


def _fiscal_year(row: Row) -> int:
    day = next(
        (row[n] for n in ("intake_date", "outcome_date", "surgery_date", "received_date", "period_start")
         if isinstance(row.get(n), date)),
        date(2023, 4, 1),
    )
    assert isinstance(day, date)
    return day.year - (day.month < 4)


@dataclass
class FixtureLake:
    """A lake under `root`; `load` commits one version of one object, `reference` sets a table."""

    root: Path
    _clock: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        for entity in (*ENTITIES.values(), QUARANTINE):
            folder = "normalized/" + entity.name if entity.name in ENTITIES else entity.name
            names = [f"{n}={'0' if entity.column(n).type is Type.INT else '000000'}" for n in entity.partitions]
            _write(entity, [], self.root.joinpath(folder, *names, "empty.parquet"))
        for name in REFERENCES:
            self.reference(name, [])
        self.reference(
            "ref_code",
            [
                {"code_list": codes.name, "code": c.code, "ja": c.ja, "en": c.en, "sort_order": i}
                for codes in CODE_LISTS.values()
                for i, c in enumerate(codes.codes)
            ],
        )
        empty = self.root / "loads/_empty/_empty/00000000.json"
        empty.parent.mkdir(parents=True)
        empty.touch()

    def reference(self, table: str, rows: Sequence[Row]) -> None:
        """Replace a reference table."""
        _write(REFERENCES[table], rows, self.root / "reference" / table / "part.parquet")

    def load(
        self,
        source_id: str,
        source_object: str,
        rows: Mapping[str, Sequence[Row]] | None = None,
        *,
        version: int = 1,
        status: str = "committed",
        ledger: bool = True,
        **record: object,
    ) -> str:
        """Write the rows of one load and commit it, or leave it without a record if not `ledger`.

        Rows need their own columns only: lineage, partition and flags have defaults
        (body 131016, fiscal year of the row's first date). Returns the load's id.
        """
        number = next(self._clock)
        load_id = f"load-{number:05d}"
        committed_at = FIRST_COMMIT + timedelta(minutes=number)
        rows = rows or {}
        source_row = count(1)
        for name, entity_rows in rows.items():
            partitions: dict[tuple[object, object], list[Row]] = {}
            for row in entity_rows:
                full = {
                    "source_id": source_id,
                    "source_object": source_object,
                    "source_row": next(source_row),
                    "load_id": load_id,
                    "municipality_code": "131016",
                    "fiscal_year": _fiscal_year(row),
                    "dq_flags": [],
                    "ingested_at": committed_at,
                } | dict(row)
                key = full["municipality_code"], full["fiscal_year"]
                partitions.setdefault(key, []).append(full)
            for (code, year), part in partitions.items():
                folder = self.root / f"normalized/{name}/municipality_code={code}/fiscal_year={year}"
                _write(ENTITIES[name], part, folder / f"{load_id}.parquet")
        if ledger:
            written = sum(map(len, rows.values()))
            full_record = {
                "load_id": load_id,
                "source_id": source_id,
                "source_object": source_object,
                "object_version": version,
                "status": status,
                "rows_in": written,
                "rows_accepted": written,
                "rows_rejected": 0,
                "rows_excluded": 0,
                "entity_rows": json.dumps({n: len(r) for n, r in rows.items()}),
                "reasons": "{}",
                "flags": "{}",
                "unknown_codes": "{}",
                "totals_found": 0,
                "totals_differing": 0,
                "totals": "[]",
                "fiscal_years": "[]",
                "files": len(rows),
                "started_at": str(committed_at),
                "committed_at": str(committed_at),
            } | record
            unknown = set(full_record) - {c.name for c in LOADS.columns}
            if unknown:
                raise KeyError(f"the ledger has no {sorted(unknown)}")
            key = source_object.replace("/", "_")
            path = self.root / "loads" / source_id / key / f"{version:08d}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(full_record, default=str, ensure_ascii=False) + "\n", "utf-8")
        return load_id
