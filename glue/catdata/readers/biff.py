"""What the records of an old xls tell that calamine does not: wild places of cells, and error values.

Calamine takes places and dimensions for what to allocate, and a failed allocation ends the process.
The layouts are those of Microsoft's [MS-CFB] 2.2 to 2.6 and [MS-XLS] 2.4.
"""

import struct
from collections.abc import Iterator

from catdata.readers.workbook import Facts

_ROWS, _COLUMNS = 65_536, 256
_SMALL_STREAM = 4096
_BOF, _PASSWORD, _SHEET, _DIMENSIONS, _MANY, _ERROR, _FORMULA = (
    0x809, 0x2F, 0x85, 0x200, 0xBD, 0x205, 0x06,
)  # fmt: skip
_CELLS = frozenset({_FORMULA, _MANY, _ERROR, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x207, 0x27E})
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
           0x24: "#NUM!", 0x2A: "#N/A"}  # fmt: skip


def inspect(data: bytes) -> list[Facts]:
    """Return the facts of every sheet in the order of the workbook; none of a protected one.

    Raises ValueError where the file speaks of more than there is, or of places beyond a sheet.
    """
    try:
        stream = _workbook(data)
        return _facts(stream) if stream is not None else []
    except (struct.error, IndexError) as error:
        raise ValueError("cut short") from error


def _facts(stream: bytes) -> list[Facts]:
    sheets: dict[int, Facts] = {}
    now = Facts()
    for place, kind, body in _records(stream):
        if kind == _PASSWORD:
            return []
        if kind == _SHEET:
            sheets[struct.unpack_from("<I", body)[0]] = Facts()
        elif kind == _BOF:
            now = sheets.get(place, Facts())
        elif kind == _DIMENSIONS:
            first, last, left, right = struct.unpack_from("<IIHH", body)
            if not (first <= last <= _ROWS and left <= right <= _COLUMNS):
                raise ValueError("dimensions")
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            if column + (len(body) // 6 if kind == _MANY else 1) > _COLUMNS:
                raise ValueError("column")
            if (error := _error(kind, body)) is not None:
                now.errors.setdefault(row, {})[column] = error
    return list(sheets.values())


def _error(kind: int, body: bytes) -> str | None:
    """The error value of a cell or of a formula's result."""
    if kind == _ERROR and body[7]:
        return _ERRORS.get(body[6], "#N/A")
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#N/A")
    return None


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _workbook(data: bytes) -> bytes | None:
    """The stream of the workbook in a compound file, None where there is none."""
    shift, small = struct.unpack_from("<HH", data, 0x1E)
    counts = struct.unpack_from("<II16xI4xI", data, 0x28)
    if shift not in (9, 12) or small != 6 or max(counts) > len(data) >> shift:
        raise ValueError("head")
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def numbers(part: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4]))

    lists = numbers(data[0x4C:0x200])
    more = struct.unpack_from("<I", data, 0x44)[0]
    for _ in range(counts[3]):
        part = numbers(sector(more))
        lists += part[:-1]
        more = part[-1]
    following = [n for number in lists[: counts[1]] for n in numbers(sector(number))]

    def chain(number: int) -> bytes:
        parts: list[bytes] = []
        while number < len(following):
            parts.append(sector(number))
            number = following[number]
            if len(parts) > len(following):
                raise ValueError("a chain without end")
        return b"".join(parts)

    folder = chain(struct.unpack_from("<I", data, 0x30)[0])
    for place in range(0, len(folder) - 127, 128):
        length = struct.unpack_from("<H", folder, place + 64)[0]
        name = folder[place : place + min(length, 64)].decode("utf-16-le", "replace").rstrip("\0")
        start, bytes_ = struct.unpack_from("<II", folder, place + 116)
        if name.lower() in ("workbook", "book"):
            if not _SMALL_STREAM <= bytes_ <= len(data):
                raise ValueError("size of the workbook")
            return chain(start)[:bytes_]
    return None
