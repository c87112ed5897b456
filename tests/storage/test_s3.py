"""What only S3 can suffer: missing buckets, refused permission, no service."""

from collections.abc import Callable
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import PermissionDeniedError
from obstore.store import S3Store

from catdata.storage import ObjectNotFoundError, Storage, StorageError
from catdata.storage.s3 import _identity


def uses(storage: Storage, tmp_path: Path) -> list[Callable[[], object]]:
    """Return every use of a storage that speaks to the service and can tell why it fails."""
    source = tmp_path / "source"
    source.write_bytes(b"1")

    def open_new() -> None:
        with storage.open_new("k") as sink:
            sink.write(b"1")

    return [
        lambda: storage.read("k"),
        lambda: storage.create("k", b"1"),
        lambda: storage.put("k", b"1"),
        lambda: storage.upload(source, "k"),
        lambda: storage.delete(["k"]),
        lambda: list(storage.list("a")),
        open_new,
    ]


def test_a_missing_bucket_is_said_so(s3_service: str, tmp_path: Path) -> None:
    for use in uses(Storage("s3://no-such-bucket/lake"), tmp_path):
        with pytest.raises(
            StorageError, match=r"バケット no-such-bucket があり.*There is no bucket"
        ):
            use()


def test_a_refused_permission_is_said_so(s3_url: str, denied: None, tmp_path: Path) -> None:
    for use in uses(Storage(s3_url), tmp_path):
        with pytest.raises(StorageError, match=r"権限がありません.*no permission"):
            use()


def test_a_service_that_cannot_be_reached_is_said_so(
    s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    storage = Storage(s3_url)
    with pytest.raises(StorageError, match=r"接続できない.*cannot be reached") as caught:
        storage.read("k")
    assert "\n" not in str(caught.value)
    assert "stand-in" not in str(caught.value)


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have S3 answer 403 for an object that is not there, as it does who may list some prefixes only."""
    for name in ("head", "get"):
        really = getattr(obstore, name)

        def guarded(store: S3Store, key: str, really: Callable[..., object] = really) -> object:
            try:
                return really(store, key)
            except FileNotFoundError as error:
                raise PermissionDeniedError(f"403 Forbidden: {key}") from error

        monkeypatch.setattr(obstore, name, guarded)


@pytest.mark.parametrize("key", ["a/b.json", "b.json", "a/b.jso", "a/b.jsonl", "a/c/b.json"])
def test_an_absent_object_is_told_from_a_forbidden_one(
    s3_url: str, forbidden: None, key: str
) -> None:
    storage = Storage(s3_url)
    for beside in ("a/b.jsoa", "a/b.jsom", "a/b.jsonz", "a/d", "c"):
        storage.put(beside, b"1")
    assert not storage.exists(key)
    for use in (storage.read, storage.open, storage.info):
        with pytest.raises(ObjectNotFoundError):
            use(key)
    storage.put(key, b"2")
    assert storage.exists(key)
    assert storage.read(key) == b"2"


def test_an_object_that_is_there_and_forbidden_is_no_absent_one(
    s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(s3_url)
    storage.put("a/b", b"1")

    def refuse(store: S3Store, key: str) -> None:
        raise PermissionDeniedError(key)

    monkeypatch.setattr(obstore, "get", refuse)
    with pytest.raises(StorageError, match="権限がありません"):
        storage.read("a/b")


def test_credentials_and_region_of_a_profile_are_used(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credentials").write_text(
        "[city]\naws_access_key_id = stand-in\naws_secret_access_key = stand-in\n"
    )
    (tmp_path / "config").write_text("[profile city]\nregion = us-east-1\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "city")
    storage = Storage(s3_url)
    storage.put("a/b", b"1")
    assert storage.read("a/b") == b"1"
    assert _identity()["region"] == "us-east-1"
