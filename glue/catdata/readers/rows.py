"""One record of a delimited text in the shape of its header."""

from collections.abc import Sequence

from catdata.readers.cells import Record, Shape
from catdata.readers.limits import MAX_CELL
from catdata.readers.types import ReadError, Split


def fitted(cells: Sequence[str], row: int, split: Split, shape: Shape, key: str) -> Record:
    """Return a record with its wanted cells, marked where their number differs from the header's.

    Raises ReadError for a NUL character.
    """
    if any("\0" in cell for cell in cells):
        raise ReadError(
            "文字ではないもの（NUL）があります。テキストファイルか確かめてください。",
            "Found a NUL character; expected text.",
            key=key,
            row=row,
        )
    width = len(split.header)
    named = max((place for place, name in enumerate(split.header, start=1) if name), default=0)
    surplus = any(cell.strip() for cell in cells[width:])
    # A blank line is no short row: it is a row with nothing in it.
    short = len(cells) < named and any(cell.strip() for cell in cells)
    wanted = [cells[place] if place < len(cells) else "" for place in shape.positions]
    return Record(row, wanted, 1 if surplus else -1 if short else 0)


def too_large(key: str, row: int) -> ReadError:
    """Return the refusal of a record that no table has."""
    return ReadError(
        f"セルか行が大きすぎます（1セルの上限{MAX_CELL:,}文字）。引用符の閉じ忘れがないか確かめてください。",
        f"A cell or row is too large: expected at most {MAX_CELL:,} characters a cell. Is a quote "
        "not closed?",
        key=key,
        row=row,
    )
