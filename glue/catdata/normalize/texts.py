"""The text columns of a block, with tests of whole columns that cost one look a distinct spelling."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catdata.contracts.model import When
from catdata.normalize.parse import constant, encode
from catdata.entities.schema import Type
from catdata.readers.types import TextBlock
from catdata.values import matches

Mask = npt.NDArray[np.bool_]


class Texts:
    """Columns and pseudo-columns of one block by name; a column the file lacks reads as blank."""

    def __init__(self, block: TextBlock) -> None:
        self._block = block
        self.rows = block.columns.num_rows
        self._encoded: dict[str, pa.DictionaryArray] = {}

    def raw(self, name: str) -> pa.Array:
        """Return the column as it was read: dictionary or plain strings."""
        if name.startswith("@"):
            return constant(self._block.variables.get(name, ""), Type.STRING, self.rows)
        index = self._block.columns.schema.get_field_index(name)
        return self._block.columns.column(index) if index >= 0 else constant("", Type.STRING, self.rows)

    def encoded(self, name: str) -> pa.DictionaryArray:
        """Return the column dictionary-encoded."""
        if name not in self._encoded:
            self._encoded[name] = encode(self.raw(name))
        return self._encoded[name]

    def cheapest_first(self, names: Sequence[str]) -> list[str]:
        """Return the names, those with few spellings first."""
        return sorted(names, key=lambda name: len(self.encoded(name).dictionary))

    def joined(self, names: Sequence[str], separator: str) -> pa.Array:
        """Return the non-blank cells of several columns joined by a separator."""
        if len(names) == 1:
            return self.raw(names[0])
        plain = [pc.cast(self.raw(n), pa.string()) for n in names]
        parts = [pc.if_else(pc.equal(p, ""), pa.scalar(None, pa.string()), p) for p in plain]
        return pc.binary_join_element_wise(*parts, separator, null_handling="skip")

    def where(self, name: str, test: Callable[[str], bool]) -> Mask:
        """Return which rows' cell of a column passes a test of its spelling."""
        column = self.encoded(name)
        spellings = column.dictionary.to_pylist()
        hits = np.fromiter((test(s) for s in spellings), np.bool_, len(spellings))
        if not hits.any():
            return np.zeros(self.rows, np.bool_)
        return hits[column.indices.to_numpy(zero_copy_only=False)]

    def when(self, condition: When) -> Mask:
        """Return which rows meet a contract's condition."""
        mask = np.ones(self.rows, np.bool_)
        for name, tests in condition.items():
            mask &= self.where(name, lambda spelling, tests=tests: matches(spelling, tests))
        return mask
