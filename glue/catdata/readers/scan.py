"""One pass over the bytes of a raw object: its hash, and where a text may be cut into splits."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from catdata.readers.types import ReadError

_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of bytes that begins and ends at record boundaries, and its first row (1-based)."""

    start: int
    end: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass found: the hash of all bytes, and the cuts from the first record on."""

    sha256: str
    cuts: tuple[Cut, ...]


def hashed(file: BinaryIO) -> str:
    """Return the SHA-256 of all bytes of a file."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def scan(file: BinaryIO, *, start: int, first_row: int, split_bytes: int, key: str) -> Scan:
    """Hash a delimited text of a byte-safe encoding, and cut it from `start` on.

    A cut is made at the first newline outside quotes after every `split_bytes`. Quotes are counted by
    their parity, which holds wherever quotes are doubled inside quoted cells; a text that ends inside
    a quote cannot be trusted and is not cut. Raises ReadError for a NUL byte.
    """
    digest = hashlib.sha256()
    position, row, inside = 0, first_row, False
    cuts: list[Cut] = []
    cut_start, cut_row = start, first_row
    for chunk in _chunks(file):
        digest.update(chunk)
        if b"\0" in chunk:
            raise ReadError(
                "文字のないバイト（NUL）があります。テキストファイルか確かめてください。",
                f"Found a NUL byte at byte {position + chunk.index(0):,}; expected a text file.",
                key=key,
            )
        begin = max(0, min(start - position, len(chunk)))
        while begin < len(chunk):
            wanted = cut_start + split_bytes - position
            if wanted >= len(chunk):
                row, inside = _count(chunk, begin, len(chunk), row, inside)
                break
            stop = max(begin, wanted)
            row, inside = _count(chunk, begin, stop, row, inside)
            end = _boundary(chunk, stop, inside)
            if end is None:
                row, inside = _count(chunk, stop, len(chunk), row, inside)
                break
            row, inside = _count(chunk, stop, end, row, inside)
            cuts.append(Cut(cut_start, position + end, cut_row))
            cut_start, cut_row, begin = position + end, row, end
        position += len(chunk)
    if inside:
        cuts, cut_start, cut_row = [], start, first_row
    if position > cut_start or not cuts:
        cuts.append(Cut(cut_start, max(position, cut_start), cut_row))
    return Scan(digest.hexdigest(), tuple(cuts))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _count(chunk: bytes, begin: int, end: int, row: int, inside: bool) -> tuple[int, bool]:
    """Rows and quote state after a part of a chunk; newlines inside quotes end no record."""
    quotes = chunk.count(b'"', begin, end)
    if quotes == 0:
        return row + (0 if inside else chunk.count(b"\n", begin, end)), inside
    for part in chunk[begin:end].split(b'"'):
        if not inside:
            row += part.count(b"\n")
        inside = not inside
    # One part more than quotes: the last turn was none.
    return row, not inside


def _boundary(chunk: bytes, begin: int, inside: bool) -> int | None:
    """The place after the first newline outside quotes from `begin` on, None where there is none."""
    while True:
        newline = chunk.find(b"\n", begin)
        if newline < 0:
            return None
        if chunk.count(b'"', begin, newline) % 2:
            inside = not inside
        begin = newline + 1
        if not inside:
            return begin
