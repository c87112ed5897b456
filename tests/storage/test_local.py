"""What only a local folder can suffer: full disks, permissions, crashes, pruned folders."""

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from ways import write

from catdata.storage import Storage, StorageError
from standins.crash import crashes

FORK = multiprocessing.get_context("fork")


WAYS = ("create", "put", "open_new", "upload")


def test_urls_of_one_folder_are_one_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Storage("猫 lake").put("k", b"1")
    monkeypatch.chdir("/")
    absolute = tmp_path / "猫 lake"
    assert Storage(str(absolute)).read("k") == b"1"
    assert Storage(absolute.as_uri()).read("k") == b"1"


def test_a_relative_storage_stays_when_the_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = Storage("lake")
    monkeypatch.chdir("/")
    storage.put("k", b"1")
    assert (tmp_path / "lake/k").read_bytes() == b"1"


@pytest.mark.parametrize("how", WAYS)
def test_a_crash_at_any_step_leaves_the_whole_object_or_none(tmp_path: Path, how: str) -> None:
    seen = set()
    action = partial(write, how=how, size=100_000)
    for url in crashes(action, lambda step: str(tmp_path / str(step) / "lake")):
        files = {o.key: o.size for o in Storage(url).list()}
        assert files in ({}, {"a/b/k": 100_000})
        seen.add(len(files))
        action(url)
        assert Storage(url).read("a/b/k") == b"x" * 100_000
    assert seen == {0, 1}


@pytest.mark.parametrize("how", WAYS)
def test_a_full_disk_is_said_so_and_leaves_nothing(small_disk: Path, how: str) -> None:
    lake = small_disk / "lake"
    Storage(str(lake)).put("old", b"1")
    if how == "upload":
        source = small_disk.parent / "source"
        source.write_bytes(b"x" * 300_000)
        with pytest.raises(StorageError, match=r"空きがありません.*disk is full"):
            Storage(str(lake)).upload(source, "a/b/k")
    else:
        with pytest.raises(StorageError, match=r"空きがありません.*disk is full"):
            write(str(lake), how, 300_000)
    assert [p.name for p in lake.rglob("*") if p.is_file()] == ["old"]
    write(str(lake), "put", 50_000)


def in_child(action: Callable[[], None]) -> None:
    """Run an action in a forked child; raises AssertionError unless it ends well there."""
    child = FORK.Process(target=action)
    child.start()
    child.join()
    assert child.exitcode == 0


@pytest.mark.parametrize("how", ["create", "put", "open_new"])
def test_a_limit_of_size_is_said_so_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        with pytest.raises(StorageError, match=r"大きさの上限.*limit of its size"):
            write(str(tmp_path / "lake"), how, 100_000)

    in_child(limited)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("how", ["create", "put", "open_new"])
def test_a_missing_permission_is_said_so(tmp_path: Path, how: str) -> None:
    lake = tmp_path / "lake"
    Storage(str(lake)).put("old", b"1")
    (lake / "old").chmod(0)
    for folder in (lake, lake / ".tmp"):
        folder.chmod(0o555)
    os.chmod(tmp_path, 0o755)
    os.chdir(tmp_path)  # pytest's folders above are closed to others

    def powerless() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        os.chdir(".")
        for use in (lambda: write("lake", how, 10), lambda: Storage("lake").read("old")):
            with pytest.raises(StorageError, match=r"権限がありません.*no permission"):
                use()

    in_child(powerless)
    for folder in (lake, lake / ".tmp"):
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("file/k", r"同名のファイル.*A file stands"),
        ("folder", r"同名のフォルダー.*A folder stands"),
        ("あ" * 100, r"長すぎます.*too long"),
    ],
)
def test_what_the_file_system_refuses_is_explained(tmp_path: Path, key: str, says: str) -> None:
    storage = Storage(str(tmp_path))
    storage.put("file", b"1")
    storage.put("folder/k", b"1")
    with pytest.raises(StorageError, match=says):
        storage.put(key, b"1")
    with pytest.raises(StorageError, match=says), storage.open_new(key) as sink:
        sink.write(b"1")


def test_leftovers_of_broken_writes_are_swept_when_old(tmp_path: Path) -> None:
    storage, now = Storage(str(tmp_path)), datetime.now(UTC)
    assert storage.sweep(now) == 0
    with storage.open_new("k"):
        assert storage.sweep(now - timedelta(days=1)) == 0
    (tmp_path / ".tmp/left").write_bytes(b"1")
    assert storage.sweep(now - timedelta(days=1)) == 0
    assert storage.sweep(now + timedelta(days=1)) == 1
    assert [o.key for o in storage.list()] == ["k"]


def test_emptied_folders_go_and_writers_make_them_again(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "lake"))

    def work(name: str) -> None:
        for _ in range(100):
            storage.put(f"a/b/{name}", b"1")
            storage.delete([f"a/b/{name}"])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("x", "y")))
    assert [p.name for p in (tmp_path / "lake").iterdir()] == [".tmp"]


@pytest.mark.parametrize("how", WAYS)
def test_content_is_durable_before_its_name_and_its_folders_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """SIGKILL loses no pages of the kernel, so the order that a power cut needs is watched."""
    done: list[str] = []
    fsync, link, replace = os.fsync, os.link, os.replace
    named = {"link": link, "replace": replace}

    def watched_fsync(descriptor: int) -> None:
        done.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink()}")
        fsync(descriptor)

    def watch(step: str) -> None:
        def watched(source: str, target: str) -> None:
            done.append(f"name {source}")
            named[step](source, target)

        monkeypatch.setattr(os, step, watched)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    watch("link")
    watch("replace")
    lake = tmp_path / "lake"
    write(str(lake), how, 10)
    (naming,) = [n for n, step in enumerate(done) if step.startswith("name")]
    folders = {f"fsync {folder}" for folder in (lake / "a/b", lake / "a", lake, tmp_path)}
    assert folders <= set(done[naming:])
    content = (
        f"fsync {lake / 'a/b/k'}" if how == "open_new" else done[naming].replace("name", "fsync")
    )
    assert content in (done[naming:] if how == "open_new" else done[:naming])
