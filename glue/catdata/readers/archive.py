"""Zip archives: the members that a contract means, and the tricks that are refused."""

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from typing import IO, BinaryIO

from catdata.contracts.model import Table
from catdata.readers.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, RATIO_FROM
from catdata.readers.source import OpenObject, Source, file_variables
from catdata.readers.types import ReadError

# What Python's zipfile and its decompressors raise for broken or unknown data.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class ArchiveError(ReadError):
    """A zip archive is broken, protected, unsafe or too large."""


class NoMemberError(ArchiveError):
    """A zip archive has no file of the table."""


def is_archive(name: str) -> bool:
    """Return whether a raw object is an archive, by its name."""
    return name.lower().endswith(".zip")


def members(open_object: OpenObject, key: str, table: Table) -> list[Source]:
    """Return the members whose names the contract's table matches, in the order of their names.

    Where the archive's own name matches, all its files are meant. Raises ArchiveError.
    """
    with open_object() as file:
        archive = _opened(file, key)
        refuse_bomb(archive, key)
        infos = [info for info in archive.infolist() if not info.is_dir()]
    names = {info: member_name(info) for info in infos}
    for info in infos:
        _refuse_tricks(info, names[info], key)
    if len(set(names.values())) < len(names):
        raise ArchiveError(
            "圧縮ファイルの中に同じ名前のファイルが2つ以上あります。1つにしてください。",
            "A name stands more than once in the archive; expected each once.",
            key=key,
        )
    hidden = re.compile(r"(^|/)(\.|__MACOSX/|~\$)")
    meant = [info for info in infos if not hidden.search(names[info])]
    if file_variables(table.file, key) is None:
        meant = [info for info in meant if file_variables(table.file, names[info]) is not None]
    if not meant:
        raise NoMemberError(
            f"圧縮ファイルの中に契約のファイル（{table.file}）がありません。",
            f"No file in the archive matches {table.file}.",
            key=key,
        )
    return [
        _source(open_object, key, info, names[info])
        for info in sorted(meant, key=lambda info: names[info])
    ]


def member_names(open_object: OpenObject, key: str) -> list[str]:
    """Return the names of an archive's files; raises ArchiveError where it cannot be opened."""
    with open_object() as file:
        return [member_name(i) for i in _opened(file, key).infolist() if not i.is_dir()]


def member(open_object: OpenObject, key: str, name: str) -> Source:
    """Return one member by the name that `members` gave it."""
    with open_object() as file:
        for info in _opened(file, key).infolist():
            if member_name(info) == name:
                return _source(open_object, key, info, name)
    raise ArchiveError(
        "圧縮ファイルの中にファイルがありません。", "The member is gone.", key=f"{key}!{name}"
    )


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name with `/` between folders, composed as on other systems (NFC).

    Windows writes Japanese names in CP932, and macOS in UTF-8, without saying so.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeError:
            raw = None
        for encoding in ("utf-8", "cp932") if raw is not None else ():
            try:
                name = (raw or b"").decode(encoding)
                break
            except UnicodeError:
                continue
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def refuse_bomb(archive: zipfile.ZipFile, key: str, most: int = MAX_UNPACKED) -> None:
    """Raise ArchiveError for too many members, or for too much data by itself or for its size."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ArchiveError(
            f"圧縮ファイルの中のファイルが多すぎます（{len(infos):,}、上限{MAX_MEMBERS:,}）。",
            f"Too many files in the archive: found {len(infos):,}, expected at most {MAX_MEMBERS:,}.",
            key=key,
        )
    for info in infos:
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > most or (info.file_size > RATIO_FROM and ratio > MAX_RATIO):
            raise _bomb(key)


def _bomb(key: str) -> ArchiveError:
    return ArchiveError(
        "展開すると異常に大きくなる圧縮ファイルです（圧縮爆弾のおそれ）。受け付けません。",
        "The archive unpacks to far more than its size (a zip bomb?); it is refused.",
        key=key,
    )


def _opened(file: BinaryIO, key: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise ArchiveError(
            "zipファイルとして開けません。壊れていないか確かめてください。",
            "It cannot be opened as a zip archive; it may be broken.",
            key=key,
        ) from None


def _refuse_tricks(info: zipfile.ZipInfo, name: str, key: str) -> None:
    if name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name):
        raise ArchiveError(
            "圧縮ファイルの中に、外のフォルダーを指す名前があります。受け付けません。",
            "A name in the archive leads out of it; it is refused.",
            key=key,
        )
    if info.flag_bits & 0x1:
        raise ArchiveError(
            "パスワード付きの圧縮ファイルです。外して送り直してください。",
            "The archive is protected by a password; send it without one.",
            key=key,
        )
    if is_archive(name):
        raise ArchiveError(
            "圧縮ファイルの中に圧縮ファイルがあります。中身を直接入れてください。",
            "An archive inside the archive; put its files in directly.",
            key=key,
        )


def _source(open_object: OpenObject, key: str, info: zipfile.ZipInfo, name: str) -> Source:
    return Source(lambda: _Member(open_object, info, key), key, info.file_size, name)


class _Member(io.BufferedReader):
    """A member being read: refuses broken data. It never gives more than the archive says it holds."""

    def __init__(self, open_object: OpenObject, info: zipfile.ZipInfo, key: str) -> None:
        self._file = open_object()
        self._archive = _opened(self._file, key)
        try:
            member = self._archive.open(info)
        except _BROKEN:
            raise _broken(key) from None
        super().__init__(_Checked(member, key), 1 << 20)

    def close(self) -> None:
        super().close()
        self._archive.close()
        self._file.close()


class _Checked(io.RawIOBase):
    def __init__(self, member: IO[bytes], key: str) -> None:
        self._member, self._key = member, key

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._member.seek(offset, whence)
        except _BROKEN:
            raise _broken(self._key) from None

    def tell(self) -> int:
        return self._member.tell()

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            data = self._member.read(len(buffer))
        except _BROKEN:
            raise _broken(self._key) from None
        buffer[: len(data)] = data
        return len(data)


def _broken(key: str) -> ArchiveError:
    return ArchiveError(
        "圧縮ファイルが壊れているか、知られていない方法で圧縮されています。作り直してください。",
        "The archive is broken or compressed in an unknown way; make it again.",
        key=key,
    )
