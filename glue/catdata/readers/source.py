"""A raw object, or a member of a zip archive, as the readers open it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from catdata.readers.limits import MAX_IN_MEMORY
from catdata.readers.types import ReadError

OpenObject = Callable[[], BinaryIO]
_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to read: how to open them, what they are called, and how many they are."""

    open: OpenObject
    key: str
    size: int
    member: str | None = None

    @property
    def name(self) -> str:
        """The name as people know it: the key, and the member where it is in an archive."""
        return self.key if self.member is None else f"{self.key}!{self.member}"

    def content(self) -> bytes:
        """Return all bytes; raises ReadError where they are too many for memory."""
        if self.size > MAX_IN_MEMORY:
            raise ReadError(
                f"ファイルが大きすぎます（{self.size:,}バイト、上限{MAX_IN_MEMORY:,}）。"
                "CSV、JSON Lines、Parquetで出してください。",
                f"The file is too large: found {self.size:,} bytes, expected at most "
                f"{MAX_IN_MEMORY:,} in this format; export it as CSV, JSON lines or Parquet.",
                key=self.name,
            )
        with self.open() as file:
            return read_exactly(file, MAX_IN_MEMORY)


def read_exactly(file: BinaryIO, count: int) -> bytes:
    """Read until `count` bytes or the end: a raw stream may give fewer than asked at a time."""
    parts: list[bytes] = []
    while count > 0 and (part := file.read(min(count, _CHUNK))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def file_variables(pattern: str, path: str) -> dict[str, str] | None:
    """Return `@file.NAME` of a pattern that matches the whole of a path's last part or parts.

    The shortest end that matches counts; None where none does.
    """
    parts = unicodedata.normalize("NFC", path).split("/")
    for start in range(len(parts) - 1, -1, -1):
        match = re.fullmatch(pattern, "/".join(parts[start:]))
        if match is not None:
            return {f"@file.{name}": value or "" for name, value in match.groupdict().items()}
    return None
