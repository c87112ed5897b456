"""Expiry deletes what nobody needs, and nothing that anybody does."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from actions import DAY, KEEP, LATER, expire_all
from small_lake import (
    NOW,
    Snapshot,
    cases,
    copies,
    key_of,
    load,
    rows_of,
    seen,
    write_load,
)

from catdata.loads import Ledger, LoadRecord, initialise, layout
from catdata.loads.expire import LONGEST_RUN, Reason, expire, find_expired, summary
from catdata.loads.record import Status
from catdata.storage import ObjectInfo, Storage
from standins.crash import crashes


def record(
    name: str,
    version: int,
    load_id: str,
    days: int,
    *,
    status: Status = "committed",
    compacted: bool = False,
) -> LoadRecord:
    """Return a version that is current from some days after NOW."""
    since = NOW + days * DAY
    return LoadRecord(
        load_id=load_id,
        source_id="jp-x",
        source_object=key_of(name),
        object_version=version,
        status=status,
        started_at=NOW,
        committed_at=NOW if compacted else since,
        compacted_at=since if compacted else None,
    )


CORRECTED = [record("a", 1, "L1", 0), record("a", 2, "L2", 10)]
WITHDRAWN = [record("a", 1, "L1", 0), record("a", 2, "W", 10, status="withdrawn")]
COMPACTED = [
    record("a", 1, "L1", 0),
    record("a", 2, "C", 10, compacted=True),
    record("b", 1, "C", 10, compacted=True),
    record("b", 2, "L2", 20),
]


@pytest.mark.parametrize(
    ("history", "load_id", "written", "days", "reason"),
    [
        (CORRECTED, "L1", 0, 40, "superseded"),
        (CORRECTED, "L1", 0, 39, None),  # the grace counts from the correction
        (CORRECTED, "L1", 11, 40, None),  # and from the writing of the file
        (CORRECTED, "L2", 0, 9999, None),
        (CORRECTED, "L3", 33, 40, None),
        (CORRECTED, "L3", 0, 30, "never_committed"),
        (CORRECTED, "L3", 1, 30, None),
        (WITHDRAWN, "L1", 0, 40, "superseded"),
        (WITHDRAWN, "L1", 0, 39, None),
        (COMPACTED, "L1", 0, 40, "superseded"),
        (COMPACTED, "L1", 0, 39, None),  # counted from the compaction, not from the copied commit
        (COMPACTED, "C", 10, 9999, None),  # one object still needs it
        ([*COMPACTED, record("a", 3, "L3", 30)], "C", 10, 60, "superseded"),
        ([*COMPACTED, record("a", 3, "L3", 30)], "C", 10, 59, None),
    ],
)
def test_what_expires_when(
    history: list[LoadRecord], load_id: str, written: int, days: int, reason: Reason | None
) -> None:
    history = sorted(history, key=lambda r: (r.source_object, r.object_version))
    key = layout.normalized_file("complaint", "011002", 2020, load_id, 0, 0)
    info = ObjectInfo(key, 1, NOW + written * DAY)
    found = find_expired([info], history, NOW + days * DAY, KEEP)
    assert [e.reason for e in found] == ([reason] if reason else [])


@pytest.mark.parametrize(("days", "gone"), [(6, False), (7, True)])
def test_files_of_a_run_that_may_be_at_work_stay(days: int, gone: bool) -> None:
    key = layout.quarantine_file("jp-x", "L1", 0)
    found = find_expired([ObjectInfo(key, 1, NOW)], [], NOW + days * DAY, DAY)
    assert bool(found) == gone
    assert LONGEST_RUN == 7 * DAY


def test_only_files_of_loads_expire() -> None:
    keys = [*layout.empty_files().values(), layout.EMPTY_LEDGER, "normalized/notes.txt"]
    infos = [ObjectInfo(key, 1, NOW) for key in keys]
    assert find_expired(infos, [], NOW + 9999 * DAY, KEEP) == []


def messy_lake(storage: Storage) -> None:
    """Fill a lake with a current, a corrected, a withdrawn and a never committed load."""
    initialise(storage)
    storage.put("raw/jp-x/a", b"raw")
    load(storage, "a", cases("old", 2, 1))
    load(storage, "a", cases("new", 2))
    load(storage, "b", cases("b", 2))
    load(storage, "c", cases("c", 2))
    Ledger(storage).withdraw("jp-x", key_of("c"), NOW)
    write_load(storage, "d", cases("d", 2))


VISIBLE = rows_of("a", cases("new", 2)) + rows_of("b", cases("b", 2))


def test_expiry_deletes_exactly_what_nobody_needs(storage: Storage) -> None:
    messy_lake(storage)
    ledger = Ledger(storage).history()
    would = expire(storage, LATER, KEEP, dry_run=True)
    assert seen(storage) == VISIBLE
    before = {o.key for o in storage.list()}
    deleted = expire(storage, LATER, KEEP)
    assert deleted == would
    assert {o.key for o in storage.list()} == before - {e.info.key for e in deleted}
    assert seen(storage) == VISIBLE
    assert Ledger(storage).history() == ledger
    kept = [f for o in storage.list() if (f := layout.parse_data_file(o.key))]
    assert {f.load_id for f in kept} == Ledger(storage).visible_loads()
    assert storage.read("raw/jp-x/a") == b"raw"
    by_reason = summary(deleted)
    assert {r: (g["files"], len(g["loads"])) for r, g in by_reason.items()} == {
        "superseded": (5, 2),
        "never_committed": (2, 1),
    }
    assert by_reason["superseded"]["bytes"] > 1000
    assert expire(storage, LATER, KEEP) == []


def test_a_reader_within_the_grace_finds_its_files(storage: Storage) -> None:
    messy_lake(storage)
    readers = Snapshot(storage), seen(storage)
    load(storage, "b", cases("b2", 5))
    Ledger(storage).withdraw("jp-x", key_of("a"), NOW)
    expire(storage, datetime.now(UTC) + 29 * DAY, KEEP)
    assert readers[0].rows() == readers[1]


def test_a_crash_at_any_step_of_expiry_changes_nothing_visible(storage: Storage) -> None:
    messy_lake(storage)
    for url in crashes(expire_all, copies(storage)):
        lake = Storage(url)
        assert seen(lake) == VISIBLE
        expire_all(url)
        assert seen(lake) == VISIBLE
        kept = [f for o in lake.list() if (f := layout.parse_data_file(o.key))]
        assert {f.load_id for f in kept} == Ledger(lake).visible_loads()


def test_leftovers_in_the_temporary_folder_go_with_the_orphans(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    load(storage, "a", cases("a", 1))
    (tmp_path / ".tmp/left").write_bytes(b"1")
    sweep = partial(expire, storage, datetime.now(UTC) + 8 * DAY, DAY)
    sweep(dry_run=True)
    assert (tmp_path / ".tmp/left").exists()
    sweep()
    assert not (tmp_path / ".tmp/left").exists()
