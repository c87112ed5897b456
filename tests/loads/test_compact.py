"""Compaction leaves fewer files and the same rows, whatever happens beside it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pyarrow.parquet as pq
import pytest
from actions import FEW, compact_few
from small_lake import (
    CODE,
    NOW,
    Snapshot,
    cases,
    copies,
    key_of,
    load,
    rows_of,
    seen,
)

from catdata.loads import Ledger, initialise, layout
from catdata.loads.choose import Sizes, StoredFile, choose, stored_files
from catdata.loads.compact import Merged, compact
from catdata.loads.expire import expire
from catdata.storage import ObjectInfo, Storage
from catdata.storage.local import LocalStorage
from standins.crash import crashes

MB = 1 << 20


def files(sizes: dict[str, list[tuple[int, int]]]) -> dict[str, list[StoredFile]]:
    """Return stored files from load to (fiscal year, size in MiB)."""
    infos = [
        ObjectInfo(layout.normalized_file("complaint", CODE, y, load, 0, n), size * MB, NOW)
        for load, of in sizes.items()
        for n, (y, size) in enumerate(of)
    ]
    return stored_files(infos, sizes)


@pytest.mark.parametrize(
    ("sizes", "stale", "groups"),
    [
        ({}, (), []),
        ({"A": [(1, 1)], "B": [(1, 1)], "C": [(1, 1)]}, (), [["A", "B", "C"]]),
        ({"A": [(1, 1)], "B": [(1, 1)]}, (), []),  # two are not enough
        ({"A": [(1, 1), (1, 1), (1, 1)]}, (), [["A"]]),  # three files of one load are
        ({"A": [(1, 63)], "B": [(1, 1)], "C": [(1, 64)]}, (), []),  # 64 of 128 is not small
        # A load most of whose files are large stays as it is.
        ({"A": [(1, 90), (2, 90), (3, 1)], "B": [(3, 1)], "C": [(3, 1)]}, (), []),
        # Loads that meet in a crowded partition are one group, others apart.
        (
            {
                "A": [(1, 1), (2, 1)], "B": [(1, 1)], "C": [(1, 1), (5, 1)], "D": [(2, 1)],
                "E": [(2, 1)], "F": [(3, 1)], "G": [(3, 1)], "H": [(3, 1)], "I": [(5, 1)],
            },
            (),
            [["A", "B", "C", "D", "E"], ["F", "G", "H"]],
        ),
        ({"A": [(1, 200)], "B": [(1, 1)]}, ("A",), [["A"]]),  # rows that moved on must go
        (
            {"A": [(1, 1)], "B": [(1, 1)], "C": [(1, 1)], "D": [(1, 200)]},
            ("D",),
            [["A", "B", "C"], ["D"]],
        ),
    ],
)  # fmt: skip
def test_what_is_merged(
    sizes: dict[str, list[tuple[int, int]]], stale: Sequence[str], groups: list[list[str]]
) -> None:
    chosen = choose(files(sizes), stale, Sizes(min_files=3))
    assert sorted(map(sorted, chosen)) == groups


def filled(storage: Storage) -> Storage:
    """Fill a lake with four small loads that share partitions, one of them corrected."""
    initialise(storage)
    for name in "abcd":
        load(storage, name, cases(name, 3, 2), now=NOW + timedelta(days=1))
    load(storage, "d", cases("d2", 1, 0, 4))
    return storage


ROWS = {
    "a": rows_of("a", cases("a", 3, 2)),
    "b": rows_of("b", cases("b", 3, 2)),
    "c": rows_of("c", cases("c", 3, 2)),
    "d": rows_of("d", cases("d2", 1, 0, 4)),
}
VISIBLE = ROWS["a"] + ROWS["b"] + ROWS["c"] + ROWS["d"]


def live_files(storage: Storage) -> list[str]:
    """Return the files of visible loads."""
    visible = Ledger(storage).visible_loads()
    infos = [o for o in storage.list() if layout.parse_data_file(o.key)]
    return sorted(f.key for of in stored_files(infos, visible).values() for f in of)


def test_fewer_files_hold_the_same_rows(storage: Storage) -> None:
    filled(storage)
    heads = {h.source_object: h for h in Ledger(storage).heads()}
    dry = compact(storage, NOW, FEW, dry_run=True)
    assert [(m.files_before, m.files_after) for m in dry] == [(12, 0)]
    assert {h.source_object: h for h in Ledger(storage).heads()} == heads
    (merged,) = compact(storage, NOW, FEW)
    assert (merged.files_before, merged.files_after) == (12, 4)
    assert (merged.objects_moved, merged.objects_overtaken) == (4, 0)
    assert merged.bytes_after < merged.bytes_before
    assert seen(storage) == VISIBLE
    assert len(live_files(storage)) == 4
    for head in Ledger(storage).heads():
        before = heads[head.source_object]
        assert head == replace(
            before,
            load_id=merged.load_id,
            object_version=before.object_version + 1,
            files=3,
            compacted_at=NOW,
        )
    assert compact(storage, NOW, FEW) == []


def test_merged_files_are_like_others(storage: Storage) -> None:
    filled(storage)
    compact(storage, NOW, FEW)
    for key in live_files(storage):
        with storage.open(key) as file:
            found = pq.ParquetFile(file)
            expected = layout.empty_files()[layout.parse_data_file(key).table]  # type: ignore[union-attr]
            with storage.open(expected) as empty:
                assert found.schema.equals(pq.ParquetFile(empty).schema)
            assert found.metadata.row_group(0).column(0).compression == "ZSTD"
            assert found.metadata.num_row_groups == 1


def test_every_cell_but_the_load_stays(storage: Storage) -> None:
    def cells() -> list[str]:
        visible, rows = Ledger(storage).visible_loads(), []
        for key in live_files(storage):
            with storage.open(key) as file:
                table = pq.ParquetFile(file).read()
            rows += [
                repr((layout.parse_data_file(key).partition, sorted(row.items())))  # type: ignore[union-attr]
                for row in table.drop_columns(
                    ["load_id"] if "load_id" in table.column_names else []
                ).to_pylist()
            ]
        assert visible
        return sorted(rows)

    initialise(storage)
    for name in "abc":
        load(storage, name, cases(name, 3, 2))
    before = cells()
    compact(storage, NOW, FEW)
    assert cells() == before


def test_files_end_near_the_target_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catdata.loads.compact._ROW_GROUP", 500)
    storage, sizes = Storage(str(tmp_path)), Sizes(target=30_000, min_files=2)
    for n in range(9):
        load(storage, f"{n}", cases(f"{n}-{os.urandom(8).hex()}", 1000), rejected=0)
    before = seen(storage)
    (merged,) = compact(storage, NOW, sizes)
    written = [storage.info(key).size for key in live_files(storage)]
    assert 1 < len(written) == merged.files_after < 9
    assert all(sizes.target <= size < 2 * sizes.target for size in sorted(written)[1:])
    assert seen(storage) == before
    assert compact(storage, NOW, sizes) == []


def test_rows_that_moved_on_leave_the_disk(storage: Storage) -> None:
    filled(storage)
    compact(storage, NOW, FEW)
    Ledger(storage).withdraw("jp-x", key_of("a"), NOW)
    load(storage, "b", cases("b2", 1))
    now_visible = rows_of("b", cases("b2", 1)) + ROWS["c"] + ROWS["d"]
    compact(storage, NOW, Sizes())
    assert seen(storage) == now_visible
    expire(storage, datetime.now(UTC) + timedelta(days=40), timedelta(days=30))
    assert seen(storage) == now_visible
    whole = Snapshot(storage)
    whole.visible = {
        (source, key_of(name), load_id) for source, _, load_id in whole.visible for name in "abcd"
    }
    assert whole.rows() == now_visible


def act(name: str, how: str) -> Callable[[Storage], None]:
    """Return a step beside the compaction: a correction or withdrawal of an object."""

    def step(storage: Storage) -> None:
        if how == "correct":
            load(storage, name, cases(f"{name}-beside", 2, 0, 1))
        else:
            Ledger(storage).withdraw("jp-x", key_of(name), NOW)

    return step


class Beside(LocalStorage):
    """A storage on which something else happens just before its n-th put-if-absent."""

    def __init__(self, url: str, turn: int, step: Callable[[Storage], None]) -> None:
        super().__init__(url)
        self._turns, self._step = iter(range(turn)), step

    def __new__(cls, url: str, turn: int, step: Callable[[Storage], None]) -> Self:
        return super().__new__(cls, url)

    def create(self, key: str, data: bytes) -> bool:
        if next(self._turns, None) is None:
            self._turns = iter(range(10**9))
            self._step(Storage(self.url))
        return super().create(key, data)


@pytest.mark.parametrize("how", ["correct", "withdraw"])
@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("name", ["a", "d"])
def test_a_load_beside_a_compaction_wins(tmp_path: Path, name: str, turn: int, how: str) -> None:
    lake = filled(Storage(str(tmp_path)))
    (merged,) = compact(Beside(lake.url, turn, act(name, how)), NOW, FEW)
    assert (merged.objects_moved, merged.objects_overtaken) in ((4, 0), (3, 1))
    after = (
        rows_of(name, cases(f"{name}-beside", 2, 0, 1)) if how == "correct" else rows_of("", [], 0)
    )
    expected = after + sum(
        (rows for other, rows in ROWS.items() if other != name), start=rows_of("", [], 0)
    )
    assert seen(lake) == expected
    compact(lake, NOW, FEW)
    assert seen(lake) == expected


def test_two_compactions_at_once_leave_each_row_once(tmp_path: Path) -> None:
    lake = filled(Storage(str(tmp_path)))
    others: list[list[Merged]] = []

    def other(storage: Storage) -> None:
        others.append(compact(storage, NOW, FEW))

    (merged,) = compact(Beside(lake.url, 2, other), NOW, FEW)
    assert (merged.objects_moved, merged.objects_overtaken) == (2, 2) or others[0][
        0
    ].objects_overtaken
    assert seen(lake) == VISIBLE
    compact(lake, NOW, FEW)
    assert seen(lake) == VISIBLE
    assert len({key.split("part-")[0] for key in live_files(lake)}) == len(live_files(lake))


def test_a_reader_of_before_reads_on(storage: Storage) -> None:
    reader = Snapshot(filled(storage))
    compact(storage, NOW, FEW)
    expire(storage, datetime.now(UTC) + timedelta(days=29), timedelta(days=30))
    assert reader.rows() == VISIBLE


def test_a_crash_at_any_step_changes_nothing_visible(storage: Storage) -> None:
    for name in "abc":
        load(storage, name, cases(name, 2), now=NOW)
    before, moved = seen(storage), set()
    for url in crashes(compact_few, copies(storage)):
        lake = Storage(url)
        assert seen(lake) == before
        moved.add(sum(h.compacted_at is not None for h in Ledger(lake).heads()))
        compact_few(url)
        assert seen(lake) == before
        assert len(live_files(lake)) == 2
    assert {0, 1, 2} <= moved


@pytest.mark.parametrize("loss", ["lost file", "wrong count"])
def test_a_group_whose_rows_are_not_those_of_the_ledger_is_refused(
    storage: Storage, loss: str
) -> None:
    filled(storage)
    if loss == "lost file":
        storage.delete([next(k for k in live_files(storage) if "fiscal_year=2021" in k)])
    else:
        head = Ledger(storage).head("jp-x", key_of("b"))
        assert head is not None
        wrong = replace(head, object_version=2, entity_rows=json.dumps({"complaint": 6}))
        Ledger(storage).commit(wrong)
    for name in ("x", "y"):
        load(storage, name, cases(name, 1), source_id="jp-y")
    before, files_before = seen(storage), live_files(storage)
    merged = compact(storage, NOW, FEW)
    assert any("not merged" in str(m.refused) and "まとめません" in str(m.refused) for m in merged)
    assert seen(storage) == before
    assert live_files(storage) == files_before


def test_a_full_disk_leaves_everything_as_it_was(small_disk: Path) -> None:
    lake = filled(Storage(str(small_disk / "lake")))
    free = os.statvfs(small_disk)
    (small_disk / "other").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8_192))
    from catdata.storage import StorageError

    with pytest.raises(StorageError, match="空きがありません"):
        compact(lake, NOW, FEW)
    assert seen(lake) == VISIBLE
    (small_disk / "other").unlink()
    (merged,) = compact(lake, NOW, FEW)
    assert merged.objects_moved == 4
    assert seen(lake) == VISIBLE


@pytest.mark.parametrize("job", ["compact", "expire"])
def test_the_jobs_run_as_programs(tmp_path: Path, job: str) -> None:
    lake = filled(Storage(str(tmp_path / "lake")))
    root = Path(__file__).parents[2]
    command = [sys.executable, str(root / f"glue/jobs/{job}.py"), "--lake", lake.url]
    environment = os.environ | {"PYTHONPATH": str(root / "glue")}
    options = ["--min-files", "2"] if job == "compact" else []
    ran = subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=True
    )
    told = json.loads(ran.stdout)
    if job == "compact":
        assert [g["objects_moved"] for g in told["groups"]] == [4]
        assert "12 ファイルを 4 ファイル" in ran.stderr and "merged into 4" in ran.stderr
    else:
        assert told == {"dry_run": False}
        assert "0 files" in ran.stderr
    assert seen(lake) == VISIBLE
    shown = subprocess.run(
        [*command, "--help"], env=environment, capture_output=True, text=True, check=True
    )
    assert "--dry-run" in shown.stdout and "--lake" in shown.stdout
    wrong = subprocess.run(
        [*command, "--no-such"], env=environment, capture_output=True, check=False
    )
    assert wrong.returncode == 2
