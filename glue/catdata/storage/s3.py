"""Storage in an S3 bucket, or in a service that speaks like one."""

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from catdata.storage.base import ObjectInfo, Storage, checked
from catdata.storage.disk import Sink, opened
from catdata.storage.errors import ObjectNotFoundError, StorageError

_READ_AHEAD = 4 << 20


class S3Storage(Storage):
    """The objects of a bucket whose names begin with a prefix."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        if not urlsplit(url).netloc:
            raise StorageError(
                "バケットの名前がありません。s3://バケット/… と書いてください。",
                "There is no bucket: expected s3://bucket/prefix.",
                repr(url),
            )
        self._store = S3Store.from_url(
            self.url,
            retry_config={"max_retries": 5, "retry_timeout": timedelta(minutes=1)},
            **_identity(),
        )

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        prefix = prefix.strip("/")
        with self._explained(prefix or self.url):
            for page in obstore.list(self._store, checked(prefix) if prefix else None):
                for item in page:
                    yield ObjectInfo(item["path"], item["size"], item["last_modified"])

    def exists(self, key: str) -> bool:
        try:
            self.info(key)
        except ObjectNotFoundError:
            return False
        return True

    def info(self, key: str) -> ObjectInfo:
        with self._explained(key), self._absence_seen(key):
            found = obstore.head(self._store, checked(key))
        return ObjectInfo(key, found["size"], found["last_modified"])

    def read(self, key: str) -> bytes:
        with self._explained(key), self._absence_seen(key):
            return obstore.get(self._store, checked(key)).bytes().to_bytes()

    def open(self, key: str) -> BinaryIO:
        with self._explained(key), self._absence_seen(key):
            size = obstore.head(self._store, checked(key))["size"]
        return io.BufferedReader(_Ranges(self, key, size), _READ_AHEAD)

    def create(self, key: str, data: bytes) -> bool:
        try:
            with self._explained(key):
                obstore.put(self._store, checked(key), data, mode="create")
        except FileExistsError:
            return False
        return True

    def put(self, key: str, data: bytes) -> None:
        with self._explained(key):
            obstore.put(self._store, checked(key), data)

    def upload(self, path: Path, key: str) -> None:
        with opened(path) as source:
            self._send(source, key)

    @contextmanager
    def open_new(self, key: str) -> Iterator[BinaryIO]:
        checked(key)
        # Spooled, because many are open at once and an upload in parts would hold 5 MB of each.
        descriptor, name = tempfile.mkstemp()
        os.unlink(name)
        with io.BufferedRandom(Sink(descriptor, key, "r+")) as spool:
            yield spool
            spool.seek(0)
            self._send(spool, key)

    def sync(self, keys: Iterable[str]) -> None:
        """Do nothing: S3 answers a write when it is durable."""

    def delete(self, keys: Iterable[str]) -> None:
        doomed = [checked(key) for key in keys]
        with self._explained(self.url):
            if doomed:
                obstore.delete(self._store, doomed)

    def sweep(self, before: datetime) -> int:
        """Return 0: unfinished uploads are invisible, and end by the bucket's lifecycle rule."""
        return 0

    def read_range(self, key: str, start: int, length: int) -> memoryview:
        """Return `length` bytes of an object from `start`."""
        with self._explained(key):
            return memoryview(obstore.get_range(self._store, key, start=start, length=length))

    def _send(self, source: BinaryIO, key: str) -> None:
        with self._explained(key):
            obstore.put(self._store, checked(key), source)

    @contextmanager
    def _absence_seen(self, key: str) -> Iterator[None]:
        """Tell an absent object from a forbidden one.

        To who may list some prefixes only, S3 answers 403 for an object that is not there; the listing
        of its folder is allowed.
        """
        try:
            yield
        except PermissionDeniedError as error:
            if self._is_listed(key):
                raise
            raise FileNotFoundError(key) from error

    def _is_listed(self, key: str) -> bool:
        folder = key.rpartition("/")[0]
        for page in obstore.list(self._store, folder or None, offset=key[:-1]):
            for item in page:
                if item["path"] >= key:
                    return bool(item["path"] == key)
        return False

    @contextmanager
    def _explained(self, place: str) -> Iterator[None]:
        try:
            yield
        except AlreadyExistsError as error:
            raise FileExistsError(place) from error
        except (FileNotFoundError, BaseError) as error:
            raise _explain(error, place, self._bucket) from error

    @property
    def _bucket(self) -> str:
        return urlsplit(self.url).netloc


def _identity() -> dict[str, Any]:
    """Return region and credentials as AWS's own library finds them, where the environment has none.

    On Glue, and where a person has signed in by a profile, the store would not find them itself.
    """
    if "AWS_ACCESS_KEY_ID" in os.environ:
        return {}
    try:
        import boto3
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError:
        return {}
    session = boto3.Session()
    if session.get_credentials() is None:
        return {}
    found: dict[str, Any] = {"credential_provider": Boto3CredentialProvider(session)}
    return found | ({"region": session.region_name} if session.region_name else {})


def _explain(error: Exception, place: str, bucket: str) -> StorageError:
    if "NoSuchBucket" in str(error):
        return StorageError(
            f"バケット {bucket} がありません。", f"There is no bucket {bucket}.", place
        )
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError.at(place)
    refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
    # A listing's refusal has no class of its own.
    if refused or "403 Forbidden" in str(error):
        return StorageError(
            f"バケット {bucket} を読み書きする権限がありません。",
            f"There is no permission to read or write in the bucket {bucket}.",
            place,
        )
    # The first line says what happened; the rest is the library's own state.
    detail = str(error).split("\n", 1)[0]
    return StorageError(
        f"保存先に接続できないか、応答が異常です（{detail}）。",
        f"The storage service cannot be reached or gave no proper answer: {detail}.",
        place,
    )


class _Ranges(io.RawIOBase):
    """Raw reading of one object by ranges."""

    def __init__(self, storage: S3Storage, key: str, size: int) -> None:
        self._storage, self._key, self._size, self._at = storage, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        length = max(0, min(len(view), self._size - self._at))
        if length:
            view[:length] = self._storage.read_range(self._key, self._at, length)
            self._at += length
        return length
