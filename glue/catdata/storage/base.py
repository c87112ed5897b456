"""What every storage does: the interface, and the rules that keys obey."""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self, cast

from catdata.storage.errors import StorageError

TEMP = ".tmp"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One stored object: its key below the root, its size in bytes, and when it was written (UTC)."""

    key: str
    size: int
    modified: datetime


class Storage:
    """Objects under one root, by keys of `/`-separated names; `Storage(url)` picks the right kind.

    `url` is a folder (`lake`, `/abs/lake`, `file:///abs/lake`) or `s3://bucket/prefix`; S3 takes its
    settings from the standard AWS_* variables. A storage is small and picklable. Every method raises
    StorageError, in Japanese and English, for a key that leaves the root, a full disk, a missing
    permission, a missing bucket or a service that cannot be reached.
    """

    url: str

    def __new__(cls, url: str) -> Self:
        from catdata.storage.local import LocalStorage
        from catdata.storage.s3 import S3Storage

        scheme = _SCHEME.match(url)
        if not url or (scheme and scheme[0] not in ("s3://", "file://")):
            raise StorageError(
                "レイクの場所として使えません。フォルダーか s3://バケット/… を書いてください。",
                "This is no place for a lake: expected a folder or s3://bucket/prefix.",
                repr(url),
            )
        of_url = S3Storage if url.startswith("s3://") else LocalStorage
        return cast(Self, object.__new__(of_url if cls is Storage else cls))

    def __reduce__(self) -> tuple[object, ...]:
        return (Storage, (self.url,))

    def __repr__(self) -> str:
        return f"Storage({self.url!r})"

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the objects below a folder, in no promised order; none when there is no folder."""
        raise NotImplementedError

    def exists(self, key: str) -> bool:
        """Return whether there is an object under the key."""
        raise NotImplementedError

    def info(self, key: str) -> ObjectInfo:
        """Return what is known of an object; raises ObjectNotFoundError when there is none."""
        raise NotImplementedError

    def read(self, key: str) -> bytes:
        """Return the whole object; raises ObjectNotFoundError when there is none."""
        raise NotImplementedError

    def open(self, key: str) -> BinaryIO:
        """Open an object for buffered reading and seeking; raises ObjectNotFoundError."""
        raise NotImplementedError

    def create(self, key: str, data: bytes) -> bool:
        """Put an object if there is none, whole and durable; return whether this call wrote it."""
        raise NotImplementedError

    def put(self, key: str, data: bytes) -> None:
        """Put an object, whole and durable, in place of any earlier one."""
        raise NotImplementedError

    def open_new(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open a sink whose bytes become the object at a clean exit, and vanish at an exception.

        It may replace an earlier object. The object is durable only after `sync`.
        """
        raise NotImplementedError

    def sync(self, keys: Iterable[str]) -> None:
        """Make objects of `open_new` durable; to be called before the commit that names them."""
        raise NotImplementedError

    def upload(self, path: Path, key: str) -> None:
        """Put a local file's bytes, whole and durable, without holding them in memory."""
        raise NotImplementedError

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; a key without an object is no error."""
        raise NotImplementedError

    def sweep(self, before: datetime) -> int:
        """Delete what writes that never ended left behind before a time; return how many."""
        raise NotImplementedError


def checked(key: str) -> str:
    """Return the key; raises StorageError when it could lead out of the root or hide in it."""
    parts = key.split("/")
    if _UNSAFE.search(key) or parts[0] == TEMP or any(p in ("", ".", "..") for p in parts):
        raise StorageError(
            "使えないファイル名です。「..」や空の名前、制御文字、「\\」、UTF-8でない文字は使えません。",
            "This key cannot be used: it must not hold '..', empty names, control characters, '\\' or "
            "bytes that are no UTF-8.",
            repr(key),
        )
    return key
