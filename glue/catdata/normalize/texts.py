"""The text columns of a block, with tests of whole columns that cost one look a distinct spelling."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catdata.contracts.model import Part, When
from catdata.entities.schema import Type
from catdata.normalize.parse import ColumnParser, constant, encode
from catdata.normalize.verdicts import Mask
from catdata.readers.types import TextBlock
from catdata.values import matches
from catdata.values.result import Parsed

PART = "@part."
# Fifteen digits may be a microchip's number, which the identifier parser takes out.
CHIP_DIGITS = 15
PHONE_DIGITS = 10
ORDINARY = r"^[0-9A-Za-z._/-]*[0-9][0-9A-Za-z._/-]*$"
ORDINARY_CELL = re.compile(ORDINARY)
# What Python's str.split takes for white space and NFKD leaves as it is.
WHITE_SPACE = r"[\s\x0b\x1c-\x1f\x85\x{1680}\x{2028}\x{2029}]+"
MANY_DIGITS = r"(?:[0-9][._/-]*){10}"


def taken_out(extract: str, text: str) -> str:
    """Return what a contract's expression finds in a cell: its first group that took part, or all."""
    found = re.search(extract, unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return ""
    return next((group for group in found.groups() if group is not None), found.group())


def squeezed(text: str) -> str:
    """Return a text in NFKC form without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def normalized(texts: pa.Array) -> pa.Array:
    """Return texts in NFKC form; Arrow's own function leaves voiced kana and accents taken apart."""
    ascii = pc.string_is_ascii(texts)
    if pc.all(ascii).as_py() is not False:
        return texts
    rest = pc.invert(pc.fill_null(ascii, True))
    normal = [unicodedata.normalize("NFKC", text) for text in texts.filter(rest).to_pylist()]
    return pc.replace_with_mask(texts, rest, pa.array(normal, pa.string()))


def comparable(texts: pa.Array) -> pa.Array:
    """Return texts of which two are equal where they differ in width and white space alone (NFKD)."""
    normal = pc.utf8_normalize(texts, form="NFKD")
    return pc.replace_substring_regex(normal, pattern=WHITE_SPACE, replacement="")


def _blank(texts: pa.Array) -> Mask:
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return np.asarray(blank.to_numpy(zero_copy_only=False), np.bool_)


def digits(text: str) -> str:
    """Return the digits of a text, half-width."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


class TextMemory:
    """The parts by pseudo-column that were found in distinct cells, each looked at once for all blocks."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = {PART + name: part for name, part in parts.items()}
        self._parsers: dict[tuple[str, str], ColumnParser] = {}

    def get(self, name: str) -> Part | None:
        """Return the part of a pseudo-column, None for any other column."""
        return self._parts.get(name)

    def take(self, name: str, column: pa.DictionaryArray, same: str) -> pa.DictionaryArray:
        """Return the part of every cell; blank where its digits are those of `same`."""
        key = (name, digits(same))
        if key not in self._parsers:
            extract, unless = self._parts[name].extract, key[1]

            def text_of(cell: str) -> Parsed:
                text = taken_out(extract, cell)
                return Parsed({name: "" if unless and digits(text) == unless else text})

            self._parsers[key] = ColumnParser(text_of, {name: Type.STRING})
        return self._parsers[key].parse(column).fields[name]


class Texts:
    """Columns and pseudo-columns of one block by name; a column the file lacks reads as blank.

    `memory` keeps what was found in earlier blocks, the contract's parts among it.
    """

    def __init__(self, block: TextBlock, memory: "TextMemory") -> None:
        self._block = block
        self._memory = memory
        self.rows = block.columns.num_rows
        self._encoded: dict[str, pa.DictionaryArray] = {}
        self._ordinary: dict[str, Mask | None] = {}

    def raw(self, name: str) -> pa.Array:
        """Return the column as it was read: dictionary or plain strings."""
        if name.startswith(PART):
            return self.encoded(name)
        if name.startswith("@"):
            return constant(self._block.variables.get(name, ""), Type.STRING, self.rows)
        index = self._block.columns.schema.get_field_index(name)
        return (
            self._block.columns.column(index)
            if index >= 0
            else constant("", Type.STRING, self.rows)
        )

    def encoded(self, name: str) -> pa.DictionaryArray:
        """Return the column dictionary-encoded."""
        if name not in self._encoded:
            part = self._memory.get(name)
            if part is None:
                self._encoded[name] = encode(self.raw(name))
            else:
                same = self._block.variables.get(part.unless, "") if part.unless else ""
                self._encoded[name] = self._memory.take(name, self.encoded(part.column), same)
        return self._encoded[name]

    def cheapest_first(self, names: Sequence[str]) -> list[str]:
        """Return the names, those with few spellings first."""
        return sorted(names, key=lambda name: not pa.types.is_dictionary(self.raw(name).type))

    def ordinary(self, name: str) -> Mask | None:
        """Return which cells of a column of unique spellings are plain numbers such as K-00123.

        Such a cell is its own identifier, and never the label of a total or a note; so that
        a column of ten million of them costs no Python. Ten digits may be a telephone's, which the
        identifier parser takes out. None for a column with few spellings.
        """
        if name not in self._ordinary:
            column = self.raw(name)
            mask = None
            if not pa.types.is_dictionary(column.type):
                alike = pc.match_substring_regex(column, ORDINARY)
                length = pc.binary_length(column)
                mask = pc.and_(alike, pc.less(length, CHIP_DIGITS)).to_numpy(zero_copy_only=False)
                if (pc.max(length).as_py() or 0) >= PHONE_DIGITS:
                    many = pc.match_substring_regex(column, MANY_DIGITS)
                    mask = mask & ~many.to_numpy(zero_copy_only=False)
            self._ordinary[name] = mask
        return self._ordinary[name]

    def joined(self, names: Sequence[str], separator: str) -> pa.Array:
        """Return the non-blank cells of several columns joined by a separator."""
        if len(names) == 1:
            return self.raw(names[0])
        plain = [pc.cast(self.raw(n), pa.string()) for n in names]
        blank = [pc.equal(p, "") for p in plain]
        nothing = reduce(pc.and_, blank)
        parts = [
            pc.if_else(b, pa.scalar(None, pa.string()), p)
            for b, p in zip(blank, plain, strict=True)
        ]
        # Arrow 17 drops a row whose parts are all skipped, so that one of them stays.
        parts[0] = pc.if_else(nothing, "", parts[0])
        return pc.binary_join_element_wise(*parts, separator, null_handling="skip")

    def where(self, name: str, test: Callable[[str], bool]) -> Mask:
        """Return which rows' cell of a column passes a test of its spelling."""
        spellings = self.encoded(name).dictionary.to_pylist()
        hits = np.fromiter((test(s) for s in spellings), np.bool_, len(spellings))
        return self._rows_of(name, hits)

    def blank(self, name: str) -> Mask:
        """Return which cells of a column are empty or white space."""
        column = self.raw(name)
        if pa.types.is_dictionary(column.type):
            return self._rows_of(name, _blank(column.dictionary))
        return _blank(column)

    def titled(self, name: str) -> Mask:
        """Return which cells of a column repeat its name, white space and width apart."""
        ordinary = self.ordinary(name)
        if ordinary is None:
            cells = comparable(self.encoded(name).dictionary)
            [title] = comparable(pa.array([name]))
            return self._rows_of(name, pc.equal(cells, title).to_numpy(zero_copy_only=False))
        if ORDINARY_CELL.fullmatch(name):
            return self.where(name, lambda cell: squeezed(cell) == squeezed(name))
        return self.where_unusual(name, lambda cell: squeezed(cell) == squeezed(name))

    def _rows_of(self, name: str, hits: Mask) -> Mask:
        if not hits.any():
            return np.zeros(self.rows, np.bool_)
        indices = self.encoded(name).indices.to_numpy(zero_copy_only=False)
        return np.asarray(hits[indices], np.bool_)

    def impersonal(self, name: str) -> bool:
        """Return whether all cells of a column are ordinary numbers too short for a telephone's."""
        ordinary = self.ordinary(name)
        if ordinary is None or not ordinary.all():
            return False
        return bool((pc.max(pc.binary_length(self.raw(name))).as_py() or 0) < PHONE_DIGITS)

    def where_unusual(self, name: str, test: Callable[[str], bool]) -> Mask:
        """Return what `where` does for a test that no ordinary cell can pass."""
        ordinary = self.ordinary(name)
        if ordinary is None:
            return self.where(name, test)
        mask = np.zeros(self.rows, np.bool_)
        places = np.flatnonzero(~ordinary)
        cells = self.raw(name).take(pa.array(places)).to_pylist()
        mask[places] = np.fromiter((test(cell) for cell in cells), np.bool_, len(cells))
        return mask

    def when(self, condition: When) -> Mask:
        """Return which rows meet a contract's condition."""
        mask = np.ones(self.rows, np.bool_)
        for name, tests in condition.items():
            mask &= self.where(name, partial(matches, tests=tests))
        return mask
