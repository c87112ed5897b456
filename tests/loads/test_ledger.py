"""The ledger: one record commits, the greatest version counts, engines read it as it stands."""

import json
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from actions import correct, withdraw
from hypothesis import given
from hypothesis import strategies as st
from small_lake import NOW, cases, copies, key_of, load, rows_of, seen, write_load

from catdata.entities import LOADS, TABLES, Column
from catdata.entities.derive import arrow_schema
from catdata.loads import (
    ConservationError,
    Ledger,
    LoadRecord,
    draw_load_id,
    initialise,
    layout,
    load_id_of,
)
from catdata.storage import Storage, StorageError
from standins.crash import crashes

TIME = datetime(2026, 4, 1, 9, 30, 0, 1, tzinfo=UTC)
RECORD = LoadRecord(
    load_id=load_id_of(TIME, b"abcdef"),
    source_id="jp-x",
    source_object="raw/jp-x/令和5年度 猫.csv",
    object_version=1,
    status="committed",
    content_sha256="0" * 64,
    rows_in=10,
    rows_accepted=7,
    rows_rejected=2,
    rows_excluded=1,
    entity_rows='{"complaint": 7}',
    unknown_codes='{"coat": {"みけ": 1}}',
    observed_date=date(2026, 3, 31),
    started_at=TIME,
    committed_at=TIME,
)
DUCKDB = {"string": "VARCHAR", "int": "INTEGER"}


def duckdb_type(column: Column) -> str:
    return DUCKDB.get(column.type.value, column.type.value.upper())


def read_ledger(lake: str) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(f"{c.name}: '{duckdb_type(c)}'" for c in LOADS.columns)
    return duckdb.sql(
        f"select * from read_json('{lake}/loads/*/*/*.json', format = 'newline_delimited',"
        f" columns = {{{columns}}})"
    )


def test_a_record_has_the_columns_of_the_ledger() -> None:
    assert [f.name for f in fields(LoadRecord)] == [c.name for c in LOADS.columns]
    written = json.loads(RECORD.to_json())
    assert list(written) == [c.name for c in LOADS.columns]
    required = {c.name for c in LOADS.columns if c.required}
    assert all(written[name] is not None for name in required)
    assert not any(isinstance(value, dict | list) for value in written.values())


zones = st.sampled_from([UTC, ZoneInfo("Asia/Tokyo"), timezone(timedelta(hours=-7))])
times = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=zones)
texts = st.text(st.characters(codec="utf-8"), min_size=1)


@given(texts, times, texts)
def test_a_record_comes_back_from_one_line(name: str, time: datetime, nested: str) -> None:
    record = replace(
        RECORD, source_object=name, committed_at=time, compacted_at=time, reasons=nested
    )
    data = record.to_json()
    assert data.count(b"\n") == 1 and data.endswith(b"\n")
    assert LoadRecord.from_json(data) == record


def test_a_record_of_before_a_new_column_is_read() -> None:
    old = json.loads(RECORD.to_json())
    del old["compacted_at"]
    assert LoadRecord.from_json(json.dumps(old).encode()) == RECORD


@given(times, times)
def test_identities_of_loads_sort_by_time(first: datetime, second: datetime) -> None:
    names = load_id_of(first, b"\xff" * 6), load_id_of(second, b"\0" * 6)
    if first != second:
        assert (first < second) == (names[0] < names[1])
    key = layout.normalized_file("complaint", "011002", 2020, names[0], 0, 0)
    parsed = layout.parse_data_file(key)
    assert parsed is not None and parsed.load_id == names[0]


def test_identities_drawn_at_one_time_differ() -> None:
    assert len({draw_load_id(NOW) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "wrong", [{"rows_in": 11}, {"rows_accepted": 6}, {"rows_rejected": 0}, {"rows_excluded": 2}]
)
def test_a_load_that_does_not_add_up_is_not_committed(
    storage: Storage, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ConservationError, match=r"合わない.*not committed") as caught:
        Ledger(storage).commit(replace(RECORD, **wrong))
    assert RECORD.source_object in str(caught.value)
    assert Ledger(storage).history() == []


def test_the_greatest_version_is_the_head(storage: Storage) -> None:
    ledger = Ledger(storage)
    assert ledger.head("jp-x", RECORD.source_object) is None
    versions = [replace(RECORD, object_version=n, load_id=draw_load_id(NOW)) for n in range(1, 12)]
    other = replace(RECORD, source_object="raw/jp-x/other.csv", load_id=draw_load_id(NOW))
    assert all(ledger.commit(r) for r in [*versions, other])
    assert ledger.head("jp-x", RECORD.source_object) == versions[-1]
    assert ledger.head("jp-y", RECORD.source_object) is None
    assert {r.load_id for r in ledger.heads()} == {versions[-1].load_id, other.load_id}
    assert ledger.visible_loads() == {versions[-1].load_id, other.load_id}
    assert [r for r in ledger.history() if r != other] == versions


def test_a_commit_repeated_after_a_lost_answer_counts_as_its_own(storage: Storage) -> None:
    assert Ledger(storage).commit(RECORD)
    assert Ledger(storage).commit(RECORD)
    assert not Ledger(storage).commit(replace(RECORD, load_id=draw_load_id(NOW)))
    assert Ledger(storage).head("jp-x", RECORD.source_object) == RECORD


def test_correction_and_withdrawal(storage: Storage) -> None:
    initialise(storage)
    load(storage, "a", cases("a", 3))
    load(storage, "b", cases("b", 2))
    assert seen(storage) == rows_of("a", cases("a", 3)) + rows_of("b", cases("b", 2))
    load(storage, "a", cases("a2", 1, 1))
    assert seen(storage) == rows_of("a", cases("a2", 1, 1)) + rows_of("b", cases("b", 2))
    ledger = Ledger(storage)
    record = ledger.withdraw("jp-x", key_of("a"), NOW)
    assert record is not None and (record.status, record.object_version) == ("withdrawn", 3)
    assert seen(storage) == rows_of("b", cases("b", 2))
    assert ledger.withdraw("jp-x", key_of("a"), NOW) is None
    assert ledger.withdraw("jp-x", key_of("never"), NOW) is None
    load(storage, "a", cases("a", 3))
    assert seen(storage) == rows_of("a", cases("a", 3)) + rows_of("b", cases("b", 2))


def _commit(url: str, records: list[LoadRecord]) -> list[str]:
    ledger = Ledger(Storage(url))
    with ThreadPoolExecutor(len(records)) as pool:
        won = pool.map(ledger.commit, records)
        return [r.load_id for r, w in zip(records, won, strict=True) if w]


def test_of_loads_that_commit_at_once_one_wins(storage: Storage) -> None:
    records = [replace(RECORD, load_id=load_id_of(TIME, bytes([n] * 6))) for n in range(32)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        halves = [pool.submit(_commit, storage.url, records[n::2]) for n in range(2)]
        won = [load_id for half in halves for load_id in half.result()]
    head = Ledger(storage).head("jp-x", RECORD.source_object)
    assert head is not None and won == [head.load_id]
    assert len(Ledger(storage).history()) == 1


def test_two_loads_of_one_object_at_once_leave_the_rows_of_one(storage: Storage) -> None:
    first = write_load(storage, "a", cases("first", 2))
    second = write_load(storage, "a", cases("second", 3))
    assert Ledger(storage).commit(second)
    assert not Ledger(storage).commit(first)
    assert seen(storage) == rows_of("a", cases("second", 3))


def test_loads_of_different_objects_do_not_meet(storage: Storage) -> None:
    names = [f"{n}" for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda name: load(storage, name, cases(name, 2)), names))
    assert seen(storage) == sum((rows_of(n, cases(n, 2)) for n in names), start=rows_of("", [], 0))


@pytest.mark.parametrize("action", [correct, withdraw])
def test_a_crash_at_any_step_of_a_load_leaves_before_or_after(
    storage: Storage, action: Any
) -> None:
    load(storage, "a", cases("old", 3, 1))
    old = rows_of("a", cases("old", 3, 1))
    new = rows_of("a", cases("new", 2)) if action is correct else rows_of("a", [], 0)
    outcomes = []
    for url in crashes(action, copies(storage)):
        now = seen(Storage(url))
        assert now in (old, new)
        outcomes.append(now == new)
        action(url)
        assert seen(Storage(url)) == new
    assert not outcomes[0]
    assert outcomes == sorted(outcomes), "once committed, always committed"


def test_a_full_disk_leaves_the_old_rows(small_disk: Path) -> None:
    storage = Storage(str(small_disk / "lake"))
    load(storage, "a", cases("old", 3))
    (small_disk / "other").write_bytes(b"x" * (small_disk_free(small_disk) - 20_000))
    with pytest.raises(StorageError, match="空きがありません"):
        for _ in range(50):
            load(storage, "a", cases("new", 1, 1, 1, 1, 1))
            assert seen(storage) == rows_of("a", cases("new", 1, 1, 1, 1, 1))
    assert seen(storage) in (
        rows_of("a", cases("old", 3)),
        rows_of("a", cases("new", 1, 1, 1, 1, 1)),
    )
    (small_disk / "other").unlink()
    load(storage, "a", cases("new", 2))
    assert seen(storage) == rows_of("a", cases("new", 2))


def small_disk_free(disk: Path) -> int:
    return os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize


def test_duckdb_reads_the_ledger_as_it_is_written(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    initialise(storage)
    assert read_ledger(storage.url).fetchall() == []
    record = replace(RECORD, compacted_at=TIME.astimezone(ZoneInfo("Asia/Tokyo")))
    Ledger(storage).commit(record)
    ((*values,),) = read_ledger(storage.url).fetchall()
    for column, value in zip(LOADS.columns, values, strict=True):
        expected = getattr(record, column.name)
        if isinstance(expected, datetime):
            expected = expected.astimezone(UTC).replace(tzinfo=None)
        assert value == expected, column.name
    nested = read_ledger(storage.url).select("unknown_codes::json ->> '$.coat.みけ'")
    assert nested.fetchall() == [("1",)]


@pytest.mark.parametrize("table", sorted(TABLES.keys() - {"loads"}))
def test_an_empty_lake_can_be_queried(tmp_path: Path, table: str) -> None:
    storage = Storage(str(tmp_path))
    initialise(storage)
    first = {o.key: storage.read(o.key) for o in storage.list()}
    initialise(storage)
    assert {o.key: storage.read(o.key) for o in storage.list()} == first
    folder = layout.empty_files()[table].split("/")[0]
    pattern = "quarantine/**" if table == "quarantine" else f"{folder}/{table}/**"
    found = duckdb.sql(
        f"select * from read_parquet('{tmp_path}/{pattern}/*.parquet', hive_partitioning = true)"
    )
    assert found.fetchall() == []
    assert set(found.columns) == set(arrow_schema(TABLES[table]).names)


def test_initialise_leaves_what_is_there(storage: Storage) -> None:
    key = layout.reference_file("ref_code")
    storage.put(key, b"published")
    initialise(storage)
    assert storage.read(key) == b"published"


def test_the_rule_in_sql_is_the_rule(tmp_path: Path) -> None:
    """The statement of docs/decisions/0001, run by DuckDB as it stands there."""
    storage = Storage(str(tmp_path))
    initialise(storage)
    for name in "abcd":
        load(storage, name, cases(name, 2, 1))
    load(storage, "b", cases("b2", 1))
    Ledger(storage).withdraw("jp-x", key_of("c"), NOW)
    page = Path(__file__).parents[2] / "docs/decisions/0001-ledger-and-visibility.md"
    statement = page.read_text(encoding="utf-8").split("```sql\n")[1].split("```")[0]
    connection = duckdb.connect()
    columns = ", ".join(f"{c.name}: '{duckdb_type(c)}'" for c in LOADS.columns)
    connection.execute(
        f"create view loads as select * from read_json('{tmp_path}/loads/*/*/*.json',"
        f" format = 'newline_delimited', columns = {{{columns}}})"
    )
    for table, identity, pattern in (
        ("complaint", "case_id", "normalized/complaint/*/*"),
        ("quarantine", "source_row", "quarantine/*/*"),
    ):
        connection.execute(
            f"create or replace view shelter_intake as select * from"
            f" read_parquet('{tmp_path}/{pattern}/*.parquet', hive_partitioning = true)"
        )
        rows = connection.execute(f"select source_object, {identity} from ({statement})").fetchall()
        assert sorted((table, o, str(i)) for o, i in rows) == sorted(
            row for row in seen(storage).elements() if row[0] == table
        )


def test_thousands_of_heads_are_read_together(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    for n in range(2000):
        record = replace(RECORD, source_object=f"raw/jp-x/{n}")
        for version in (1, 2):
            key = layout.record_file(layout.object_folder("jp-x", record.source_object), version)
            path = tmp_path / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(replace(record, object_version=version).to_json())
    heads = Ledger(storage).heads()
    assert {h.source_object for h in heads} == {f"raw/jp-x/{n}" for n in range(2000)}
    assert {h.object_version for h in heads} == {2}
