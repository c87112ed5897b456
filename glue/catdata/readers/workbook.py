"""What the XML of an xlsx tells that calamine does not: bombs, stray cells, errors, open formulas."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree import ElementTree

from catdata.readers.archive import refuse_bomb
from catdata.readers.limits import MAX_CELLS, MAX_IN_MEMORY
from catdata.readers.types import ReadError

_CHUNK = 4 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip
_TAG = rb"<(?:\w+:)?"
_END = rb"</(?:\w+:)?"
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
# Cells with a content; spreadsheets also store empty ones for their format alone.
_FILLED = re.compile(_TAG + rb"c\s[^>]*?" + _PLACE.pattern + rb"[^>]*(?<!/)>")
_ERROR = re.compile(
    _TAG + rb"c\s([^>]*\bt\s*=\s*[\"']e[\"'][^>]*)>.*?" + _TAG + rb"v>([^<]*)<", re.DOTALL
)
# A formula without a value; one that gives a blank text says so by its type.
_UNCOMPUTED = re.compile(
    _TAG + rb"c\s((?:(?!\bt\s*=\s*[\"']str)[^>])*)>\s*" + _TAG + rb"f\b(?:[^>]*/>|[^>]*>[^<]*"
    + _END + rb"f>)\s*(?:" + _TAG + rb"v\s*(?:/>|>\s*" + _END + rb"v>)\s*)?" + _END + rb"c>"
)  # fmt: skip


class WorkbookError(ReadError):
    """A workbook cannot be read, or has no sheet that the contract means."""


@dataclass(slots=True)
class Facts:
    """What a worksheet's XML says: error texts by row and column (0-based), formulas without value."""

    rows: int = 0
    columns: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    uncomputed: tuple[int, int] | None = None


def broken(key: str) -> WorkbookError:
    """Return the refusal of what is no workbook."""
    return WorkbookError(
        "Excelファイルとして開けません。壊れているか、別の形式です。Excelで開いて保存し直してください。",
        "It cannot be opened as an Excel workbook: broken, or of another format; save it again.",
        key=key,
    )


def inspect(data: bytes, key: str) -> dict[str, Facts]:
    """Return the facts of every worksheet of an xlsx by its sheet name.

    Every member is unpacked once, so that what calamine will unpack is known to be whole and no
    larger than it says. Raises WorkbookError, also for a sheet that would not fit into memory.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refuse_bomb(archive, key, MAX_IN_MEMORY)
            facts = {
                info.filename.lower().lstrip("/"): _facts(archive, info)
                for info in archive.infolist()
                if not info.is_dir()
            }
            sheets = _sheets(archive)
    except (*_BROKEN, KeyError, ElementTree.ParseError):
        raise broken(key) from None
    by_name = {name: facts.get(path, Facts()) for name, path in sheets.items()}
    for name, fact in by_name.items():
        if fact.rows * fact.columns > MAX_CELLS:
            raise WorkbookError(
                f"シートが大きすぎます（{fact.rows:,}行×{fact.columns:,}列）。"
                "離れた場所にある不要なセルを消してください。",
                f"The sheet is too large: found {fact.rows:,} rows x {fact.columns:,} columns, "
                f"expected at most {MAX_CELLS:,} cells; clear stray cells far from the table.",
                key=key,
                sheet=name,
            )
    return by_name


def column_letters(place: int) -> str:
    """Return a spreadsheet's name of a column (0-based): A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _facts(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Facts:
    """Read a member to its end; of a worksheet also what its cells say."""
    facts = Facts()
    is_sheet = re.search(r"(^|/)xl/worksheets/[^/]+\.xml$", info.filename, re.IGNORECASE)
    for cells in _whole_cells(archive, info):
        if not is_sheet:
            continue
        found = _FILLED.findall(cells)
        for letters in {letters for letters, _ in found}:
            facts.columns = max(facts.columns, _column(letters) + 1)
        facts.rows = max(facts.rows, max((int(row) for _, row in found), default=0))
        for match in _ERROR.finditer(cells):
            if place := _place(match[1]):
                facts.errors.setdefault(place[0], {})[place[1]] = match[2].decode()
        if facts.uncomputed is None and (formula := _UNCOMPUTED.search(cells)):
            facts.uncomputed = _place(formula[1])
    return facts


def _whole_cells(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content in pieces that end with a cell."""
    rest = b""
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            piece = rest + chunk
            end = piece.rfind(b"c>") + 2
            end = end if end > 1 else len(piece)
            yield piece[:end]
            rest = piece[end:]
    yield rest


def _place(attributes: bytes) -> tuple[int, int] | None:
    match = _PLACE.search(attributes)
    return (int(match[2]) - 1, _column(match[1])) if match else None


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The members of the worksheets by sheet name."""
    names = {name.lower().lstrip("/"): name for name in archive.namelist()}
    relations = ElementTree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314
    targets = {relation.get("Id"): _member(relation.get("Target") or "") for relation in relations}
    workbook = ElementTree.fromstring(archive.read(names["xl/workbook.xml"]))  # noqa: S314
    found: dict[str, str] = {}
    for sheet in workbook.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            relation = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            found[sheet.get("name") or ""] = targets.get(relation, "")
    return found


def _member(target: str) -> str:
    path = PurePosixPath(target) if target.startswith("/") else PurePosixPath("/xl", target)
    return str(path).lstrip("/").lower()
