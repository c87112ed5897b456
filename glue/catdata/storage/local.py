"""Storage in a local folder: temporary file, fsync, and one atomic step into place."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BufferedWriter
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from catdata.storage.base import TEMP, ObjectInfo, Storage, checked
from catdata.storage.disk import Sink, explained, opened

_SYNC_ALL_FROM = 64
_ATTEMPTS = 1000


class LocalStorage(Storage):
    """A folder of a POSIX file system that has hard links."""

    def __init__(self, url: str) -> None:
        path = url2pathname(urlsplit(url).path) if url.startswith("file://") else url
        # Absolute, because a worker may run in another folder.
        self.url = self._root = os.path.abspath(path)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        prefix = prefix.strip("/")
        yield from self._walk(checked(prefix) if prefix else "")

    def exists(self, key: str) -> bool:
        return os.path.isfile(self._path(key))

    def info(self, key: str) -> ObjectInfo:
        try:
            stat = os.stat(self._path(key))
        except OSError as error:
            raise explained(error, key) from error
        return ObjectInfo(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def read(self, key: str) -> bytes:
        with self.open(key) as file:
            return file.read()

    def open(self, key: str) -> BinaryIO:
        try:
            return open(self._path(key), "rb")
        except OSError as error:
            raise explained(error, key) from error

    def create(self, key: str, data: bytes) -> bool:
        path = self._path(key)
        if os.path.lexists(path):
            return False
        with self._written(key, lambda sink: sink.write(data)) as temp:
            try:
                self._place(temp, path, os.link)
            except FileExistsError:
                return False
            self._sync_folders([path])
        return True

    def put(self, key: str, data: bytes) -> None:
        with self._written(key, lambda sink: sink.write(data)) as temp:
            self._replace(temp, self._path(key))

    def upload(self, path: Path, key: str) -> None:
        with (
            opened(path) as source,
            self._written(key, lambda sink: shutil.copyfileobj(source, sink)) as temp,
        ):
            self._replace(temp, self._path(key))

    @contextmanager
    def open_new(self, key: str) -> Iterator[BinaryIO]:
        path = self._path(key)
        with self._temporary(key) as (temp, sink):
            yield sink
            sink.close()
            try:
                self._place(temp, path, os.replace)
            except OSError as error:
                raise explained(error, key) from error

    def sync(self, keys: Iterable[str]) -> None:
        paths = {self._path(key): key for key in keys}
        if len(paths) >= _SYNC_ALL_FROM:
            # One flush of everything makes the many that follow cheap; only those report errors.
            os.sync()
        with ThreadPoolExecutor(8) as pool:
            for path, error in zip(paths, pool.map(_sync_error, paths), strict=True):
                if error is not None:
                    raise explained(error, paths[path]) from error
        self._sync_folders(paths)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            try:
                os.unlink(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise explained(error, key) from error
            self._prune(os.path.dirname(path))

    def sweep(self, before: datetime) -> int:
        swept = 0
        with suppress(FileNotFoundError), os.scandir(os.path.join(self._root, TEMP)) as entries:
            for entry in entries:
                if entry.stat().st_mtime < before.timestamp():
                    os.unlink(entry.path)
                    swept += 1
        return swept

    def _path(self, key: str) -> str:
        return os.path.join(self._root, checked(key))

    def _walk(self, folder: str) -> Iterator[ObjectInfo]:
        try:
            with os.scandir(os.path.join(self._root, folder)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise explained(error, folder or self.url) from error
        for entry in entries:
            key = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir():
                if key != TEMP:
                    yield from self._walk(key)
                continue
            with suppress(FileNotFoundError):  # deleted since the folder was read
                stat = entry.stat()
                yield ObjectInfo(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    @contextmanager
    def _temporary(self, key: str) -> Iterator[tuple[str, BinaryIO]]:
        """Yield a new file in the temporary folder, gone at the end unless it was moved."""
        folder = os.path.join(self._root, TEMP)
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise explained(error, key) from error
        temp = os.path.join(folder, secrets.token_hex(16))
        sink = BufferedWriter(Sink(temp, key, "x"))
        try:
            yield temp, sink
        finally:
            with suppress(Exception):  # a full disk says so a second time when closing
                sink.close()
            with suppress(FileNotFoundError):
                os.unlink(temp)

    @contextmanager
    def _written(self, key: str, write: Callable[[BinaryIO], object]) -> Iterator[str]:
        """Yield a temporary file with durable content; errors within are explained."""
        with self._temporary(key) as (temp, sink):
            try:
                write(sink)
                sink.flush()
                os.fsync(sink.fileno())
                sink.close()
                yield temp
            except OSError as error:
                raise explained(error, key) from error

    def _replace(self, temp: str, path: str) -> None:
        self._place(temp, path, os.replace)
        self._sync_folders([path])

    def _place(self, temp: str, path: str, step: Callable[[str, str], None]) -> None:
        """Make the folder and take the step; again when a deletion prunes the folder in between."""
        for attempts_left in reversed(range(_ATTEMPTS)):
            # What stands in the way of the folder, the step itself will say.
            with suppress(FileExistsError, FileNotFoundError):
                os.makedirs(os.path.dirname(path), exist_ok=True)
            try:
                step(temp, path)
                return
            except FileNotFoundError:
                if not attempts_left:
                    raise

    def _sync_folders(self, paths: Iterable[str]) -> None:
        """Make the names of files durable, those of new folders up to the root included."""
        folders: set[str] = set()
        for path in paths:
            folder = os.path.dirname(path)
            while folder not in folders and len(folder) >= len(self._root):
                folders.add(folder)
                folder = os.path.dirname(folder)
        for folder in folders | {os.path.dirname(self._root)}:
            _sync(folder)

    def _prune(self, folder: str) -> None:
        with suppress(OSError):  # the first folder that is not empty ends it
            while folder != self._root:
                os.rmdir(folder)
                folder = os.path.dirname(folder)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_error(path: str) -> OSError | None:
    try:
        _sync(path)
    except OSError as error:
        return error
    return None
