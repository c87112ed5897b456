"""Totals of a file against their parts: worked ledgers, over one split and over several."""

import pytest

from catdata.normalize.totals import TotalRow, number_in, reconcile


def total(row: int, kind: str, published: int, above: int, block: str = "{}") -> TotalRow:
    return TotalRow(row, block, kind, "計", {"rows": published}, {"rows": above})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("合計 123頭", 123),
        ("合計　１，２３４ 頭", 1234),
        ("計", None),
        ("4月計 12", 4),
        ("", None),
    ],
)
def test_number_in(text: str, number: int | None) -> None:
    assert number_in(text) == number


def test_subtotals_count_since_the_last_one_and_a_total_counts_all() -> None:
    rows = (
        total(5, "subtotal", 3, 3),
        total(9, "subtotal", 4, 7),
        total(10, "total", 7, 7),
    )
    found = reconcile([(rows, {"{}": {"rows": 7}})])
    assert [(r.published, r.computed, r.differs) for r in found] == [
        (3, 3, False),
        (4, 4, False),
        (7, 7, False),
    ]


def test_a_wrong_subtotal_is_reported_with_what_was_counted() -> None:
    found = reconcile([((total(5, "subtotal", 5, 3),), {"{}": {"rows": 3}})])
    assert [(r.row, r.published, r.computed, r.differs) for r in found] == [(5, 5, 3, True)]


def test_parts_that_lie_in_earlier_splits_are_added() -> None:
    first = ((), {"{}": {"rows": 10}})
    second = ((total(30, "subtotal", 12, 2), total(31, "total", 12, 2)), {"{}": {"rows": 5}})
    third = ((total(50, "total", 15, 0),), {"{}": {"rows": 0}})
    found = reconcile([first, second, third])
    assert [(r.published, r.computed) for r in found] == [(12, 12), (12, 12), (15, 15)]


def test_totals_of_groups_and_a_grand_total() -> None:
    rows = (total(4, "total", 3, 3), total(8, "total", 4, 7), total(9, "total", 7, 7))
    found = reconcile([(rows, {"{}": {"rows": 7}})])
    assert not any(r.differs for r in found)
    wrong = (total(4, "total", 3, 3), total(8, "total", 9, 7))
    assert [(r.published, r.computed) for r in reconcile([(wrong, {"{}": {"rows": 7}})])] == [
        (3, 3),
        (9, 4),
    ]


def test_blocks_side_by_side_are_counted_apart() -> None:
    rows = (total(9, "total", 2, 2, "april"), total(9, "total", 5, 5, "may"))
    found = reconcile([(rows, {"april": {"rows": 2}, "may": {"rows": 5}})])
    assert not any(r.differs for r in found)
