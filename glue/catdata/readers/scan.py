"""One pass over the bytes of a raw object: its hash, and where a text may be cut into splits."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from catdata.readers.types import ReadError

_CHUNK = 4 << 20
_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')


@dataclass(frozen=True, slots=True)
class Cut:
    """A range of bytes that begins and ends at record boundaries, and its first record (1-based)."""

    start: int
    end: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass found: the hash of all bytes, and the cuts from the first record on.

    `cuts` is None where quotes or line ends are such that bytes alone do not tell where records end.
    """

    sha256: str
    cuts: tuple[Cut, ...] | None


def hashed(file: BinaryIO) -> str:
    """Return the SHA-256 of all bytes of a file."""
    digest = hashlib.sha256()
    for chunk in _chunks(file, _CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def scan(
    file: BinaryIO,
    *,
    start: int,
    first_row: int,
    delimiter: str,
    split_bytes: int,
    key: str,
    chunk_bytes: int = _CHUNK,
) -> Scan:
    """Hash a delimited text of a byte-safe encoding, and cut it from `start` on.

    A cut is made at the first end of a record after every `split_bytes`. Raises ReadError for a NUL
    byte and for a quote that is never closed.
    """
    digest = hashlib.sha256()
    records = _Records(delimiter)
    position, row = 0, first_row
    cuts: list[Cut] = []
    cut_start, cut_row = start, first_row
    for chunk in _chunks(file, chunk_bytes):
        digest.update(chunk)
        if b"\0" in chunk:
            raise ReadError(
                "文字ではないバイト（NUL）があります。テキストファイルか、文字コード（UTF-16など）が"
                "契約のencodingと合うか、確かめてください。",
                f"Found a NUL byte at byte {position + chunk.index(0):,}; expected a text file in "
                "the encoding of the contract (is it UTF-16?).",
                key=key,
            )
        ends = records.ends(chunk[max(0, start - position) :]) + max(position, start)
        counted = 0
        while (place := int(np.searchsorted(ends, cut_start + split_bytes))) < len(ends):
            row, counted = row + place + 1 - counted, place + 1
            cuts.append(Cut(cut_start, int(ends[place]), cut_row))
            cut_start, cut_row = int(ends[place]), row
        row += len(ends) - counted
        position += len(chunk)
    if not records.plain:
        return Scan(digest.hexdigest(), None)
    if records.inside:
        raise unclosed(key, row)
    if position > cut_start or not cuts:
        cuts.append(Cut(cut_start, position, cut_row))
    return Scan(digest.hexdigest(), tuple(cuts))


def unclosed(key: str, row: int) -> ReadError:
    """Return the refusal of a text that ends inside the quotes of a row."""
    return ReadError(
        'この行で始まる引用符（"）が閉じられていません。ファイルが途中で切れていないか確かめてください。',
        'A quote (") that begins in this row is never closed; is the file cut short?',
        key=key,
        row=row,
    )


class _Records:
    """Finds the ends of records in successive chunks; `plain` turns false where it cannot.

    A quote outside quotes must open its cell, else it would be part of the text (5"), and a CR must
    belong to a CRLF, else it would end a record itself.
    """

    def __init__(self, delimiter: str) -> None:
        self.plain, self.inside = True, False
        self._last = b"\n"
        self._opens = np.zeros(256, np.bool_)
        self._opens[[_NEWLINE, _QUOTE, ord(delimiter)]] = True

    def ends(self, chunk: bytes) -> npt.NDArray[np.int64]:
        """Return the places after each end of a record; none from the first doubtful chunk on."""
        if not chunk or not self.plain:
            return np.zeros(0, np.int64)
        data = np.frombuffer(chunk, np.uint8)
        newlines = np.flatnonzero(data == _NEWLINE)
        # A CR at the end of a chunk is judged by the beginning of the next.
        paired = np.count_nonzero(data[newlines[newlines > 0] - 1] == _RETURN)
        alone = np.count_nonzero(data == _RETURN) - paired - chunk.endswith(b"\r")
        alone += self._last == b"\r" and not chunk.startswith(b"\n")
        self.plain = alone == 0
        if self.inside or b'"' in chunk:
            newlines = self._outside(data, newlines)
        self._last = chunk[-1:]
        return newlines + 1

    def _outside(
        self, data: npt.NDArray[np.uint8], newlines: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """The newlines outside quotes. In a doubled quote the second one opens again."""
        quotes = np.flatnonzero(data == _QUOTE)
        opening = quotes[int(self.inside) :: 2]
        before = np.where(opening > 0, data[opening - 1], self._last[0])
        self.plain = self.plain and bool(self._opens[before].all())
        turns = np.searchsorted(quotes, newlines) + self.inside
        self.inside = (len(quotes) + self.inside) % 2 == 1
        outside: npt.NDArray[np.int64] = newlines[turns % 2 == 0]
        return outside


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    while chunk := file.read(size):
        yield chunk
