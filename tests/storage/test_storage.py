"""What a local folder and S3 must both do."""

import pickle
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catdata.storage import ObjectNotFoundError, Storage, StorageError
from catdata.storage.local import LocalStorage
from catdata.storage.s3 import S3Storage

ODD_KEYS = (
    "raw/jp-x/令和5年度/猫 台帳.csv",
    "raw/jp-x/が（①）.csv",
    "raw/jp-x/が.csv",  # the same letter, decomposed as macOS writes it
    "raw/jp-x/a b#%41?.csv",
    "raw/jp-x/a%20b&c=d+e~*[1].csv",
    "raw/jp-x/'q\"<>|^`{}$.csv",
    "raw/jp-x/..hidden",
)

BAD_KEYS = (
    "", "/", "/abs", "..", "../x", "a/../../x", "a//b", "a/", "./a", "a/./b", "a\\..\\b", "a\0b",
    "a\nb", ".tmp/x",
)  # fmt: skip


@pytest.mark.parametrize("kind", [LocalStorage, S3Storage])
def test_each_kind_does_all_that_storage_promises(kind: type[Storage]) -> None:
    promised = {n for n, f in vars(Storage).items() if callable(f) and not n.startswith("_")}
    assert promised <= vars(kind).keys()


@pytest.mark.parametrize("key", ODD_KEYS)
def test_keys_come_back_as_they_were_given(storage: Storage, key: str) -> None:
    assert storage.create(key, key.encode())
    assert storage.read(key) == key.encode()
    assert [(o.key, o.size) for o in storage.list()] == [(key, len(key.encode()))]
    assert storage.info(key) == next(storage.list("raw/jp-x"))
    storage.delete([key])
    assert not storage.exists(key)


def test_all_odd_keys_are_different_objects(storage: Storage) -> None:
    assert all(storage.create(key, b"") for key in ODD_KEYS)
    assert {o.key for o in storage.list("raw")} == set(ODD_KEYS)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_leaves_the_root_is_refused(storage: Storage, key: str, tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"1")

    def open_new() -> None:
        with storage.open_new(key) as sink:
            sink.write(b"1")

    for use in (
        lambda: storage.read(key),
        lambda: storage.open(key),
        lambda: storage.info(key),
        lambda: storage.exists(key),
        lambda: storage.create(key, b"1"),
        lambda: storage.put(key, b"1"),
        lambda: storage.upload(source, key),
        lambda: storage.delete([key]),
        open_new,
    ):
        with pytest.raises(StorageError, match=r"使えないファイル名.*cannot be used"):
            use()
    assert list(storage.list()) == []
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [source]


@given(st.text(alphabet="a./\\\0あ.", max_size=12))
def test_no_local_key_leads_out_of_the_root(key: str) -> None:
    storage = LocalStorage("/somewhere/lake")
    try:
        path = Path(storage._path(key))
    except StorageError:
        return
    assert path.resolve().is_relative_to("/somewhere/lake")
    assert path.resolve() != Path("/somewhere/lake")


def test_list_yields_what_lies_below_a_folder(storage: Storage) -> None:
    for key in ("a/1", "a/b/2", "ab/3", "c"):
        storage.put(key, b"xy")
    assert {o.key for o in storage.list()} == {"a/1", "a/b/2", "ab/3", "c"}
    assert {o.key for o in storage.list("a")} == {o.key for o in storage.list("a/")}
    assert {o.key for o in storage.list("a")} == {"a/1", "a/b/2"}
    assert list(storage.list("nothing/here")) == []
    now = datetime.now(UTC)
    assert all(abs(o.modified - now) < timedelta(minutes=5) for o in storage.list())


def test_what_is_not_there_is_said_so(storage: Storage) -> None:
    for use in (storage.read, storage.open, storage.info):
        with pytest.raises(ObjectNotFoundError, match=r"no/such: .*ありません.*no such object"):
            use("no/such")
    assert not storage.exists("no/such")
    storage.delete(["no/such", "nor/this"])
    storage.delete([])


def test_create_keeps_the_first_and_put_the_last(storage: Storage) -> None:
    assert storage.create("k", b"first")
    assert not storage.create("k", b"second")
    assert storage.read("k") == b"first"
    storage.put("k", b"third")
    assert storage.read("k") == b"third"


def test_reading_and_seeking_agree_with_the_bytes(storage: Storage) -> None:
    rng = random.Random(1)
    data = rng.randbytes(9_000_000)  # more than one read-ahead
    storage.put("data", data)
    with storage.open("data") as file:
        assert file.seekable() and file.readable()
        assert file.read() == data
        assert file.read(1) == b""
        for _ in range(12):
            start, size = rng.randrange(len(data) + 10), rng.randrange(100_000)
            assert file.seek(start) == start
            assert file.read(size) == data[start : start + size]
        assert file.seek(-3, 2) == len(data) - 3
        assert file.readline() == data[-3:].split(b"\n")[0] or b"\n" in data[-3:]
    with pytest.raises(ValueError):
        file.read()


def test_a_new_object_is_seen_only_after_a_clean_exit(storage: Storage) -> None:
    storage.put("k", b"old")
    with storage.open_new("k") as sink:
        sink.write(b"new")
        sink.flush()
        assert storage.read("k") == b"old"
    assert storage.read("k") == b"new"
    storage.sync(["k"])


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_new_object_after_an_exception(
    storage: Storage, error: type[BaseException], tmp_path: Path
) -> None:
    with pytest.raises(error), storage.open_new("a/k") as sink:
        sink.write(b"x" * 100_000)
        raise error
    assert list(storage.list()) == []
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_64_parquet_files_can_be_open_at_once(storage: Storage) -> None:
    table = pa.table({"猫": ["キジトラ", "三毛"]})
    keys = [f"n/part-{n:03d}.parquet" for n in range(64)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                pq.ParquetWriter(stack.enter_context(storage.open_new(key)), table.schema)
            )
            for key in keys
        ]
        for writer in writers:
            writer.write_table(table)
    storage.sync(keys)
    assert {o.key for o in storage.list()} == set(keys)
    for key in keys[::16]:
        with storage.open(key) as file:
            assert pq.read_table(file) == table


def test_upload_puts_a_file_of_many_parts(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "元.csv"
    source.write_bytes(random.Random(2).randbytes(12_000_000))
    storage.upload(source, "raw/jp-x/元.csv")
    assert storage.read("raw/jp-x/元.csv") == source.read_bytes()
    with pytest.raises(ObjectNotFoundError):
        storage.upload(tmp_path / "none", "k")


def test_a_storage_and_its_errors_travel_to_workers(storage: Storage) -> None:
    storage.put("k", b"1")
    again = pickle.loads(pickle.dumps(storage))
    assert (type(again), again.url) == (type(storage), storage.url)
    assert again.read("k") == b"1"
    for error in (StorageError("和", "en", "k"), ObjectNotFoundError.at("k")):
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), copy.ja, copy.en) == (
            type(error), str(error), error.ja, error.en,
        )  # fmt: skip


def _create(url: str, key: str, names: list[str]) -> list[str]:
    """Race the names against each other in threads; return those that won."""
    storage, start = Storage(url), Barrier(len(names))

    def race(name: str) -> bool:
        start.wait()
        return storage.create(key, name.encode() * 1000)

    with ThreadPoolExecutor(len(names)) as pool:
        return [n for n, won in zip(names, pool.map(race, names), strict=True) if won]


def test_of_64_racing_threads_one_creates(storage: Storage) -> None:
    for key in ("a/1", "a/2"):
        winners = _create(storage.url, key, [f"{n:02d}" for n in range(64)])
        assert len(winners) == 1
        assert storage.read(key) == winners[0].encode() * 1000


def test_of_racing_processes_one_creates(storage: Storage) -> None:
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        groups = [[f"{p}{n}" for n in range(8)] for p in range(4)]
        for key in ("a/1", "a/2", "a/3"):
            futures = [pool.submit(_create, storage.url, key, names) for names in groups]
            winners = [name for future in futures for name in future.result()]
            assert len(winners) == 1
            assert storage.read(key) == winners[0].encode() * 1000
