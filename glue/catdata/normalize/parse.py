"""One column of text to canonical arrays: each distinct spelling is parsed once, then looked up by index."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catdata.entities.derive import arrow_type
from catdata.entities.flags import FLAGS
from catdata.entities.schema import Type
from catdata.values.result import Parsed, Value

Ints = npt.NDArray[np.int32]
Bits = npt.NDArray[np.int64]

FLAG_BIT: dict[str, int] = {name: 1 << bit for bit, name in enumerate(FLAGS)}
UNKNOWN_FLAGS = FLAG_BIT["UNKNOWN_CODE"] | FLAG_BIT["UNKNOWN_COAT"] | FLAG_BIT["UNKNOWN_SEX"]

# A free-text column has as many spellings as rows; forgetting them keeps a task's memory flat.
MAX_SPELLINGS = 200_000


def bits(flags: Iterable[str]) -> int:
    """Return the bit mask of some flags; raises KeyError for a flag that is not defined."""
    mask = 0
    for flag in flags:
        mask |= FLAG_BIT[flag]
    return mask


def _typed(value: Value | list[str], type_: Type) -> Value:
    """A contract can only write text for a date, a list for a tuple, one word for a list of one."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and type_ is Type.STRINGS:
        return (value,)
    if isinstance(value, str) and type_ is Type.DATE:
        return date.fromisoformat(value)
    return value


@dataclass(slots=True)
class Growing:
    """The distinct values of one output and, for each spelling, the place of its value (-1 is null)."""

    type: Type
    places: dict[Value, int] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)

    def extend(self, values: Iterable[Value]) -> None:
        places, type_ = self.places, self.type
        typed = (None if value is None else _typed(value, type_) for value in values)
        self.codes += [
            -1 if value is None else places.setdefault(value, len(places)) for value in typed
        ]


@dataclass(frozen=True, slots=True)
class ParsedColumn:
    """A column after parsing: canonical arrays, and per row its flags and the verdicts on it.

    `reject` and `exclude` index into `reasons`; 0 means none.
    """

    fields: Mapping[str, pa.Array]
    flags: Bits | None
    reject: Ints | None
    exclude: Ints | None
    reasons: tuple[str, ...]


class ColumnParser:
    """Parses the distinct spellings of one column and remembers them over the blocks of a split.

    `outputs` maps the canonical names it fills to their types.
    """

    def __init__(self, function: Callable[[str], Parsed], outputs: Mapping[str, Type]) -> None:
        self._function = function
        self._outputs = dict(outputs)
        self._forget()

    def _forget(self) -> None:
        self._known = pa.array([], pa.string())
        self._fields = {name: Growing(type_) for name, type_ in self._outputs.items()}
        self._flags: list[int] = []
        self._reject: list[int] = []
        self._exclude: list[int] = []
        self._reasons: list[str] = [""]
        self._arrays: tuple[dict[str, tuple[Ints, pa.Array]], Bits, Ints, Ints] | None = None

    def _reason(self, code: str) -> int:
        if code not in self._reasons:
            self._reasons.append(code)
        return self._reasons.index(code)

    def _slots_of(self, spellings: pa.Array) -> Ints:
        """The place of each distinct spelling in what is remembered; new ones are parsed first."""
        slots = pc.index_in(spellings, value_set=self._known)
        unknown = slots.is_null().to_numpy(zero_copy_only=False)
        found = pc.fill_null(slots, 0).to_numpy(zero_copy_only=False).copy()
        if unknown.any():
            new = spellings.filter(pa.array(unknown))
            found[unknown] = np.arange(len(self._known), len(self._known) + len(new))
            self._remember([self._function(spelling) for spelling in new.to_pylist()])
            self._known = pa.concat_arrays([self._known, new])
            self._arrays = None
        return np.asarray(found, np.int32)

    def _remember(self, parsed: list[Parsed]) -> None:
        for name, growing in self._fields.items():
            growing.extend(one.fields.get(name) for one in parsed)
        self._flags += [bits(one.flags) if one.flags else 0 for one in parsed]
        self._reject += [self._reason(one.reject) if one.reject else 0 for one in parsed]
        self._exclude += [self._reason(one.exclude) if one.exclude else 0 for one in parsed]

    def _lookup(self) -> tuple[dict[str, tuple[Ints, pa.Array]], Bits, Ints, Ints]:
        if self._arrays is None:
            self._arrays = (
                {
                    name: (
                        np.asarray(growing.codes, np.int32),
                        pa.array(list(growing.places), arrow_type(growing.type)),
                    )
                    for name, growing in self._fields.items()
                },
                np.asarray(self._flags, np.int64),
                np.asarray(self._reject, np.int32),
                np.asarray(self._exclude, np.int32),
            )
        return self._arrays

    def parse(self, column: pa.Array) -> ParsedColumn:
        """Parse a string or dictionary column without nulls.

        String outputs come back dictionary-encoded with unique values, others plain.
        """
        if len(self._known) > MAX_SPELLINGS:
            self._forget()
        encoded = encode(column)
        slots = self._slots_of(encoded.dictionary)
        fields, flags, reject, exclude = self._lookup()
        rows = slots[encoded.indices.to_numpy(zero_copy_only=False)]
        return ParsedColumn(
            {name: _take(codes[rows], values) for name, (codes, values) in fields.items()},
            flags[rows] if flags.any() else None,
            reject[rows] if reject.any() else None,
            exclude[rows] if exclude.any() else None,
            tuple(self._reasons),
        )

    def parse_unusual(self, column: pa.Array, ordinary: npt.NDArray[np.bool_]) -> ParsedColumn:
        """Parse a plain string column in which the ordinary cells mean themselves.

        Only for a parser with one text output. That output comes back as plain strings.
        """
        rest = self.parse(column.filter(pa.array(~ordinary)))
        [name] = self._outputs
        if ordinary.all():
            return ParsedColumn({name: column}, None, None, None, rest.reasons)
        parsed = pc.replace_with_mask(
            column, pa.array(~ordinary), pc.cast(rest.fields[name], pa.string())
        )
        flags, reject, exclude = (
            None if found is None else _spread(found, ordinary)
            for found in (rest.flags, rest.reject, rest.exclude)
        )
        return ParsedColumn({name: parsed}, flags, reject, exclude, rest.reasons)


def _spread(found: npt.NDArray[Any], ordinary: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    spread = np.zeros(len(ordinary), found.dtype)
    spread[~ordinary] = found
    return spread


def encode(column: pa.Array) -> pa.DictionaryArray:
    """Return the column dictionary-encoded with 32-bit indices."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _take(codes: Ints, values: pa.Array) -> pa.Array:
    missing = codes < 0
    indices = pa.array(codes, mask=missing if missing.any() else None)
    if pa.types.is_string(values.type):
        return pa.DictionaryArray.from_arrays(indices, values)
    return values.take(indices)


def constant(value: Value, type_: Type, rows: int) -> pa.Array:
    """Return an array of one value, dictionary-encoded where it is text."""
    value = _typed(value, type_)
    if type_ is Type.STRING and value is not None:
        zeros = pa.array(np.zeros(rows, np.int32))
        return pa.DictionaryArray.from_arrays(zeros, pa.array([value], pa.string()))
    return pa.repeat(pa.scalar(value, arrow_type(type_)), rows)
