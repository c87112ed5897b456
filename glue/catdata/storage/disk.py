"""Local files: what their errors mean, and a sink that says so."""

import errno
import io
from pathlib import Path
from typing import BinaryIO

from catdata.storage.errors import ObjectNotFoundError, StorageError

_MEANING: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("ディスクの空きがありません。", "The disk is full."),
    errno.EDQUOT: ("ディスクの割当量を使い切りました。", "The disk quota is used up."),
    errno.EFBIG: (
        "ファイルが大きさの上限を超えました。",
        "The file grew over the limit of its size.",
    ),
    errno.EACCES: ("読み書きの権限がありません。", "There is no permission to read or write here."),
    errno.EPERM: ("この操作は許可されていません。", "This operation is not permitted here."),
    errno.EROFS: ("書き込みできないディスクです。", "The disk is read-only."),
    errno.ENAMETOOLONG: (
        "ファイル名が長すぎます（UTF-8で255バイトまで）。",
        "The name is too long (at most 255 bytes of UTF-8).",
    ),
    errno.ENOTDIR: (
        "フォルダーの名前に同名のファイルがあります。",
        "A file stands where a folder should be.",
    ),
    errno.EISDIR: (
        "ファイルの名前に同名のフォルダーがあります。",
        "A folder stands where a file should be.",
    ),
    errno.EMFILE: ("同時に開いたファイルが多すぎます。", "Too many files are open at once."),
}


def explained(error: OSError, place: str) -> StorageError:
    """Return the StorageError that says what an error of the operating system means for a key."""
    if error.errno == errno.ENOENT:
        return ObjectNotFoundError.at(place)
    ja, en = _MEANING.get(
        error.errno or 0,
        (
            f"読み書きに失敗しました（{error.strerror}）。",
            f"Reading or writing failed: {error.strerror}.",
        ),
    )
    return StorageError(ja, en, place)


def opened(path: Path) -> BinaryIO:
    """Open a person's file for reading; raises StorageError, also for what is no file (a pipe)."""
    try:
        if path.exists() and not path.is_file():
            raise StorageError("ファイルではありません。", "It is no file.", str(path))
        return path.open("rb")
    except OSError as error:
        raise explained(error, str(path)) from error


class Sink(io.FileIO):
    """A file being written whose errors are StorageErrors, wherever the write comes from."""

    def __init__(self, file: str | int, place: str, mode: str = "w") -> None:
        self._place = place
        try:
            super().__init__(file, mode)
        except OSError as error:
            raise explained(error, place) from error

    def write(self, data: object, /) -> int:
        """Write some bytes and return how many; raises StorageError."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            raise explained(error, self._place) from error
