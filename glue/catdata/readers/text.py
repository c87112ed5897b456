"""Bytes to characters: which encoding a text file has, and where a byte does not fit it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from catdata.readers.limits import MAX_CELL, MAX_LINE
from catdata.readers.types import ReadError

# The csv module keeps this limit for the whole process; its default is below ours.
csv.field_size_limit(MAX_CELL)

# What Japanese exports call Shift_JIS is Microsoft's code page 932 with ①, 髙 and ㈱.
_MS932 = {"shift_jis", "ms932", "windows_31j", "sjis", "ms_kanji", "cp943", "shift_jis_2004"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BYTE_SAFE = frozenset({"utf-8", "cp932", "euc_jp", "ascii", "cp1252", "iso8859-1"})
"""Encodings in which the byte of a newline, quote, comma, semicolon or tab is always that character."""

# What Python's cp932 makes of bytes that no character of that code page has.
_NO_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_CHUNK = 1 << 20


class EncodingError(ReadError):
    """A text file is not in its encoding, or its encoding is unknown."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, and the length of the byte order mark."""

    name: str
    mark: int = 0


def find_encoding(head: bytes, stated: str | None, *, whole: bool, key: str) -> Encoding:
    """Return the encoding of a text by its first bytes: stated, by byte order mark, or guessed.

    Guessed are UTF-8 where the bytes fit it, else CP932. Raises EncodingError where neither fits, or
    what the contract states is unknown or contradicts the mark.
    """
    marked = next(((name, len(bom)) for bom, name in _BOMS if head.startswith(bom)), None)
    if stated is not None:
        name = _codec(stated, key)
        family = name.removesuffix("-le").removesuffix("-be")
        if marked is not None and marked[0].startswith(family):
            return Encoding(*marked)
        if marked is not None and marked[0] == "utf-8":
            raise EncodingError(
                f"文字コードが契約と違います。ファイル: BOM付きUTF-8、契約: {stated}。",
                f"The encoding differs from the contract: found UTF-8 with a byte order mark, "
                f"expected {stated}.",
                key=key,
            )
        return Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name))
    if marked is not None:
        return Encoding(*marked)
    utf8 = _first_bad(head, "utf-8", whole)
    if utf8 is None:
        return Encoding("utf-8")
    damaged = _is_surely_utf8(head[: utf8.start])
    cp932 = utf8 if damaged else _first_bad(head, "cp932", whole)
    if cp932 is None:
        return Encoding("cp932")
    prefix = head[: cp932.start].decode(cp932.encoding)
    raise undecodable(prefix, head[cp932.start], "utf-8" if damaged else "utf-8 / cp932", key=key)


def _is_surely_utf8(data: bytes) -> bool:
    """Whether valid UTF-8 has enough three-byte characters that it can hardly be CP932."""
    return len(re.findall(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}", data)) >= 3


def decode(data: bytes, encoding: str) -> str:
    """Decode a whole text strictly; raises UnicodeDecodeError."""
    return Decoder(encoding).decode(data, final=True)


class Decoder:
    """Decodes the parts of a text strictly, one after the other.

    Stricter than Python where bytes that are no character of CP932 become control characters.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def decode(self, data: bytes, *, final: bool) -> str:
        """Return the characters that are complete; raises UnicodeDecodeError for the first bad byte."""
        text = self._decoder.decode(data, final)
        if self._encoding == "cp932" and (odd := _NO_CP932.search(text)):
            good = text[: odd.start()].encode("cp932")
            bad = good + odd.group().encode("cp932")
            raise UnicodeDecodeError("cp932", bad, len(good), len(bad), "no such character")
        return text


def undecodable(
    prefix: str,
    byte: int,
    encoding: str,
    *,
    key: str,
    first_row: int = 1,
    delimiter: str = ",",
    header: Sequence[str] = (),
) -> EncodingError:
    """Return the refusal of a byte that does not fit the encoding, with its row and column.

    `prefix` is the text before it, from the beginning of row `first_row`.
    """
    try:
        records = list(csv.reader(io.StringIO(prefix + "x", newline=""), delimiter=delimiter))
    except csv.Error:
        records = [[""]]
    place = len(records[-1]) - 1
    column = header[place] if place < len(header) and header[place] else f"{place + 1}"
    return EncodingError(
        f"文字コード {encoding} として読めないバイト 0x{byte:02X} があります。"
        "正しい文字コードで保存し直すか、契約のencodingを直してください。",
        f"Found byte 0x{byte:02X}, which is not valid {encoding}; save the file in the right "
        "encoding or correct the contract's encoding.",
        key=key,
        row=first_row + len(records) - 1,
        column=column,
    )


class BadByteError(Exception):
    """A byte that does not fit the encoding; `prefix` is the part of its line before it."""

    def __init__(self, byte: int, prefix: str) -> None:
        self.byte, self.prefix = byte, prefix
        super().__init__(byte)


def lines(file: BinaryIO, encoding: str, *, key: str) -> Iterator[str]:
    """Give the lines of a text with their ends (LF, CR or CRLF), strictly decoded.

    Raises BadByteError where a byte does not fit, after every line before it was given, and ReadError for
    a line beyond MAX_LINE.
    """
    decoder = Decoder(encoding)
    pending, number, ending = "", 1, False
    while not ending:
        data = file.read(_CHUNK)
        ending = not data
        bad: UnicodeDecodeError | None = None
        try:
            pending += decoder.decode(data, final=ending)
        except UnicodeDecodeError as error:
            bad = error
            pending += bytes(error.object[: error.start]).decode(encoding, "replace")
        found = list(io.StringIO(pending, newline=""))
        # Without LF at its end a line may go on, or its CR be half of a CRLF, in the next chunk.
        open_end = bool(found) and not found[-1].endswith("\n") and not (ending and bad is None)
        pending = found.pop() if open_end else ""
        yield from found
        number += len(found)
        if bad is not None:
            raise BadByteError(bad.object[bad.start], pending)
        if len(pending) > MAX_LINE:
            raise ReadError(
                f"1行が長すぎます（上限{MAX_LINE:,}文字）。改行のあるテキストファイルか確かめてください。",
                f"A line is too long: expected at most {MAX_LINE:,} characters. Is it a text file?",
                key=key,
                row=number,
            )


def _codec(stated: str, key: str) -> str:
    plain = stated.lower().replace("-", "_")
    if plain in _MS932:
        return "cp932"
    try:
        "".encode(stated)
        name = codecs.lookup(stated).name
    except (LookupError, ValueError):
        raise EncodingError(
            f"契約の文字コード「{stated}」は知られていません。例: utf-8、cp932、utf-16。",
            f"The contract's encoding '{stated}' is unknown; expected for example utf-8 or cp932.",
            key=key,
        ) from None
    return {"utf-8-sig": "utf-8", "shift_jis": "cp932"}.get(name, name)


def _first_bad(head: bytes, encoding: str, whole: bool) -> UnicodeDecodeError | None:
    try:
        Decoder(encoding).decode(head, final=whole)
    except UnicodeDecodeError as error:
        return error
    return None
