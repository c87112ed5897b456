"""Two states of a mart, compared to the cell: order-free by key, nothing rounded, null is not ''."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from parity.figures import Figures

EXAMPLES = 5
Key = tuple[object, ...]


@dataclass(frozen=True)
class Changed:
    """One row that both sides have, with the cells that differ: column -> left and right."""

    key: Key
    cells: Mapping[str, tuple[object, object]]


@dataclass(frozen=True)
class Comparison:
    """What differs between two states of a mart; counts are whole, examples are the first by key."""

    mart: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, ...], tuple[str, ...]]
    types: Mapping[str, tuple[str, str]]
    rows: tuple[int, int]
    repeated: tuple[tuple[Key, ...], tuple[Key, ...]]
    only: tuple[int, int]
    only_examples: tuple[tuple[Mapping[str, object], ...], tuple[Mapping[str, object], ...]]
    changed: int
    changed_cells: Mapping[str, int]
    examples: tuple[Changed, ...]

    @property
    def is_same(self) -> bool:
        """Return whether columns, types, keys and every cell agree."""
        left, right = self.columns
        return (
            left == right
            and not self.types
            and not any(self.repeated)
            and not any(self.only)
            and not self.changed
        )


def compare(mart: str, left: Figures, right: Figures) -> Comparison:
    """Compare two states of one mart by the left one's key."""
    columns = tuple(left.rows.column_names), tuple(right.rows.column_names)
    shared = [name for name in columns[0] if name in columns[1]]
    key = tuple(name for name in left.key if name in shared)
    kinds = left.kinds, right.kinds
    places = _places(left, key, shared), _places(right, key, shared)
    common = [k for k in places[0] if k in places[1]]
    only = tuple([k for k in places[side] if k not in places[1 - side]] for side in (0, 1))
    first = tuple(sorted(keys, key=_order)[:EXAMPLES] for keys in only)
    pairs = (
        left.rows.take(_indices(places[0][k] for k in common)),
        right.rows.take(_indices(places[1][k] for k in common)),
    )
    differing = {name: _differing(pairs[0][name], pairs[1][name]) for name in shared}
    counts = {n: pc.sum(mask).as_py() or 0 for n, mask in differing.items()}
    changed = _any(differing.values(), len(common))
    rows = sorted(
        (place for place, is_changed in enumerate(changed) if is_changed),
        key=lambda place: _order(common[place]),
    )
    return Comparison(
        mart=mart,
        key=key,
        columns=columns,
        types={
            name: (left.declared[name], right.declared[name])
            for name in shared
            if kinds[0][name] != kinds[1][name]
        },
        rows=(left.rows.num_rows, right.rows.num_rows),
        repeated=(_repeated(places[0]), _repeated(places[1])),
        only=(len(only[0]), len(only[1])),
        only_examples=(
            _rows(left.rows, (places[0][k] for k in first[0])),
            _rows(right.rows, (places[1][k] for k in first[1])),
        ),
        changed=len(rows),
        changed_cells={name: count for name, count in counts.items() if count},
        examples=tuple(
            Changed(
                common[place][0],
                {
                    name: (pairs[0][name][place].as_py(), pairs[1][name][place].as_py())
                    for name in shared
                    if differing[name][place].as_py()
                },
            )
            for place in rows[:EXAMPLES]
        ),
    )


_Counted = tuple[Key, int]


def _places(side: Figures, key: tuple[str, ...], shared: list[str]) -> dict[_Counted, int]:
    """Return where each key stands; a repeated key is counted, in the order of its rows' values."""
    keys: list[Key] = (
        list(zip(*(side.rows[name].to_pylist() for name in key), strict=True))
        if key
        else [()] * side.rows.num_rows
    )
    if len(set(keys)) == len(keys):
        return {(k, 0): place for place, k in enumerate(keys)}
    times = Counter(keys)
    repeated = [place for place, k in enumerate(keys) if times[k] > 1]
    cells = side.rows.select(shared).take(_indices(repeated)).to_pylist()
    in_order = [place for _, place in sorted(zip(map(_row_order, cells), repeated, strict=True))]
    seen: Counter[Key] = Counter()
    found = {(k, 0): place for place, k in enumerate(keys) if times[k] == 1}
    for place in in_order:
        found[keys[place], seen[keys[place]]] = place
        seen[keys[place]] += 1
    return found


def _repeated(places: Mapping[_Counted, int]) -> tuple[Key, ...]:
    return tuple(sorted((k for k, count in places if count == 1), key=lambda k: _order((k, 0))))


def _order(counted: _Counted) -> tuple[list[tuple[bool, str, object]], int]:
    """Return what sorts keys that may hold nulls, and on two sides values of different types."""
    return [(v is not None, type(v).__name__, 0 if v is None else v) for v in counted[0]], counted[
        1
    ]


def _row_order(row: Mapping[str, object]) -> list[str]:
    return [repr(value) for value in row.values()]


def _rows(table: pa.Table, places: Iterable[int]) -> tuple[Mapping[str, object], ...]:
    return tuple(table.take(_indices(places)).to_pylist())


def _indices(places: Iterable[int]) -> pa.Array:
    return pa.array(list(places), pa.int64())


def _differing(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return for each row whether the two cells are different values."""
    if left.type != right.type:
        return pa.chunked_array(
            [[not _equal(a, b) for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)]],
            pa.bool_(),
        )
    if pa.types.is_floating(left.type):
        left, right = _bits(left), _bits(right)
    unequal = pc.fill_null(pc.not_equal(left, right), False)
    return pc.or_(unequal, pc.xor(left.is_null(), right.is_null()))


def _equal(left: object, right: object) -> bool:
    """Compare values of columns whose types differ; that these do is told beside it."""
    return (left is None) == (right is None) and left == right


def _bits(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return doubles as the whole numbers of their bits, so that -0.0 is not 0.0 and NaN is NaN."""
    plain = pc.if_else(pc.is_nan(column), float("nan"), column).combine_chunks()
    return pa.chunked_array([plain.view(pa.int64())])


def _any(masks: Iterable[pa.ChunkedArray], rows: int) -> list[bool]:
    changed = pa.chunked_array([pa.repeat(pa.scalar(False), rows)])
    for mask in masks:
        changed = pc.or_(changed, mask)
    result: list[bool] = changed.to_pylist()
    return result
