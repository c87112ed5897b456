"""Whether the pandas script really gives the job's outputs: every column of every row compared."""

from pathlib import Path

import duckdb

# What tells one run from another.
_OF_THE_RUN = {"source_object", "load_id", "ingested_at"}


def differences(lake: Path, pandas: Path) -> list[str]:
    """Return what differs between the two outputs, column by column; nothing where they agree."""
    found = []
    with duckdb.connect() as connection:
        for entity in ("shelter_intake", "outcome"):
            job = _table(lake / "normalized" / entity)
            other = _table(pandas / entity)
            columns = [
                str(row[0])
                for row in connection.sql(f"describe select * from {other}").fetchall()
                if row[0] not in _OF_THE_RUN
            ]
            tests = ", ".join(f"count(*) filter (a.{c} is distinct from b.{c})" for c in columns)
            counts = connection.sql(
                f"select {tests} from {job} as a full join {other} as b using (source_row)"
            ).fetchone()
            assert counts is not None
            found += [
                f"{entity}.{column}: {count} rows"
                for column, count in zip(columns, counts, strict=True)
                if count
            ]
        reasons = [
            connection.sql(
                f"select reason_code, count(*) from {_table(place)} group by all order by all"
            ).fetchall()
            for place in (lake / "quarantine", pandas / "quarantine")
        ]
        if reasons[0] != reasons[1]:
            found.append(f"quarantine: {reasons[0]} and {reasons[1]}")
    return found


def _table(folder: Path) -> str:
    return f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
