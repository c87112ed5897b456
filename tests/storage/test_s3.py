"""What only S3 can suffer: missing buckets, refused permission, no service."""

from collections.abc import Callable
from pathlib import Path

import pytest

from catdata.storage import Storage, StorageError


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
