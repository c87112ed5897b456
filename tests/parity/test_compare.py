"""Two states of a mart, compared: worked cases, and properties that no case may break."""

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parity.compare import Comparison, compare
from parity.figures import Figures, from_rows

TYPES = {"code": "varchar", "year": "integer", "value": "varchar"}
ROWS: list[tuple[Any, ...]] = [("a", 1, "x"), ("b", 1, "y"), ("a", 2, None)]


def figures(rows: Sequence[tuple[Any, ...]], **types: str) -> Figures:
    return from_rows(("code", "year"), TYPES | types, rows)


def compared(
    left: Sequence[tuple[Any, ...]], right: Sequence[tuple[Any, ...]], **types: str
) -> Comparison:
    return compare("mart", figures(left, **types), figures(right, **types))


@pytest.mark.parametrize(
    ("declared", "left", "right", "is_same"),
    [
        ("varchar", "x", "x", True),
        ("varchar", None, None, True),
        ("varchar", None, "", False),
        ("varchar", "", "", True),
        ("varchar", "が", "か\u3099", False),
        ("varchar", "x", "x ", False),
        ("decimal(12,6)", Decimal("0.333333"), Decimal("0.333333"), True),
        ("decimal(12,6)", Decimal("0.333333"), Decimal("0.333334"), False),
        ("double", 0.1 + 0.2, 0.3, False),
        ("double", 0.0, -0.0, False),
        ("double", float("nan"), float("nan"), True),
        ("double", float("nan"), None, False),
        ("bigint", 2**53, 2**53 + 1, False),
        ("boolean", False, None, False),
        ("date", date(2024, 4, 1), date(2024, 3, 31), False),
    ],
)
def test_a_cell(declared: str, left: Any, right: Any, is_same: bool) -> None:
    found = compared([("a", 1, left)], [("a", 1, right)], value=declared)
    assert found.is_same is is_same
    assert found.changed == (not is_same)
    assert found.changed_cells == ({} if is_same else {"value": 1})
    assert [set(change.cells) for change in found.examples] == ([] if is_same else [{"value"}])


def test_rows_that_one_side_has() -> None:
    found = compared(ROWS, [*ROWS[:2], ("c", 3, "z")])
    assert (found.rows, found.only, found.changed) == ((3, 3), (1, 1), 0)
    assert found.only_examples[0][0]["year"] == 2
    assert found.only_examples[1][0]["code"] == "c"
    assert not found.is_same


def test_a_column_that_one_side_has() -> None:
    left = from_rows(("code",), {"code": "varchar", "value": "bigint"}, [("a", 1)])
    right = from_rows(("code",), {"code": "varchar"}, [("a",)])
    found = compare("mart", left, right)
    assert not found.is_same
    assert (found.columns, found.changed) == ((("code", "value"), ("code",)), 0)


def test_a_key_column_that_one_side_lacks_leaves_the_others_as_key() -> None:
    right = from_rows(("code",), {"code": "varchar", "value": "varchar"}, [("a", "x")])
    found = compare("mart", figures([("a", 1, "x")]), right)
    assert (found.key, found.only, found.changed, found.is_same) == (("code",), (0, 0), 0, False)


def test_the_order_of_columns_is_part_of_a_mart() -> None:
    left = from_rows(("a",), {"a": "bigint", "b": "bigint"}, [(1, 2)])
    right = from_rows(("a",), {"b": "bigint", "a": "bigint"}, [(2, 1)])
    assert not compare("mart", left, right).is_same


def test_a_type_differs_though_every_value_agrees() -> None:
    left, right = figures([("a", 1, 5)], value="bigint"), figures([("a", 1, 5)], value="integer")
    found = compare("mart", left, right)
    assert (found.types, found.changed) == ({"value": ("bigint", "integer")}, 0)
    assert not found.is_same


def test_values_of_different_types_are_compared_too() -> None:
    left = figures([("a", 1, 5), ("b", 1, None)], value="bigint")
    right = figures([("a", 1, "5"), ("b", 1, "")], value="varchar")
    assert compare("mart", left, right).changed_cells == {"value": 2}


def test_lengths_of_text_are_no_difference() -> None:
    left = figures(ROWS, value="VARCHAR")
    right = figures(ROWS, value="character varying(64)")
    assert compare("mart", left, right).is_same


def test_a_repeated_key_is_told_on_its_side() -> None:
    found = compared(ROWS, [*ROWS, ("a", 1, "x")])
    assert found.repeated == ((), (("a", 1),))
    assert (found.only, found.changed, found.is_same) == ((0, 1), 0, False)


def test_rows_of_a_repeated_key_are_paired_whatever_their_order() -> None:
    twice: list[tuple[Any, ...]] = [("a", 1, "x"), ("a", 1, None)]
    found = compared(twice, twice[::-1])
    assert (found.only, found.changed) == ((0, 0), 0)
    assert found.repeated == ((("a", 1),), (("a", 1),))
    assert not found.is_same


def test_empty_marts_are_the_same() -> None:
    assert compared([], []).is_same
    assert compared([], ROWS).only == (0, 3)


KEYS = st.tuples(st.none() | st.text(max_size=3), st.none() | st.integers(0, 3))
VALUES = st.none() | st.text(max_size=3)
TABLES = st.dictionaries(KEYS, VALUES, max_size=12).map(
    lambda rows: [(*key, value) for key, value in rows.items()]
)


@given(TABLES, st.randoms(use_true_random=False))
def test_a_table_equals_every_permutation_of_itself(
    rows: list[tuple[Any, ...]], chance: random.Random
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert compared(rows, shuffled).is_same


@given(TABLES.filter(bool), VALUES, st.data())
def test_any_changed_cell_is_found(
    rows: list[tuple[Any, ...]], value: str | None, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    changed = list(rows)
    changed[place] = (*rows[place][:2], value)
    found = compared(rows, changed)
    assert found.is_same == (rows[place][2] == value)
    if not found.is_same:
        assert found.examples[0].key == rows[place][:2]
        assert found.examples[0].cells == {"value": (rows[place][2], value)}
        assert (found.changed, found.only) == (1, (0, 0))


@given(TABLES, TABLES)
def test_a_comparison_seen_from_the_other_side(
    left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]
) -> None:
    one, other = compared(left, right), compared(right, left)
    assert one.is_same == other.is_same == (dict.fromkeys(left) == dict.fromkeys(right))
    assert (one.only, one.changed, one.changed_cells) == (
        other.only[::-1],
        other.changed,
        other.changed_cells,
    )
