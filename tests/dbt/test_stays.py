"""One intake an animal's stay, one outcome a stay."""

from datetime import date
from typing import Any

import pytest
from scenarios import ABROAD, CORE

from conftest import Query


def stay(query: Query, stay_id: str) -> dict[str, Any]:
    (row,) = query(f"select * from fct_intake where stay_id = '{stay_id}'")
    return row


def outcomes(query: Query, stay_id: str) -> list[tuple[object, ...]]:
    rows = query(f"select * from fct_outcome where stay_id = '{stay_id}'")
    return [(r["outcome_type"], r["outcome_date"], r["is_inferred"]) for r in rows]


def test_a_cat_listed_in_every_snapshot_is_one_intake(query: Query) -> None:
    row = stay(query, "snap/stays")
    assert row["observations"] == 3
    assert row["intake_date"] == date(2026, 5, 8)  # the first stated day, not that of a listing
    assert (row["sex"], row["coat"]) == ("female", "black")  # the latest that is known
    assert (row["age_months_min"], row["life_stage"]) == (3, "kitten")  # the age it came in with
    assert row["is_open"]


@pytest.mark.parametrize(
    ("stay_id", "expected"),
    [
        ("snap/goes", [("unknown", date(2026, 5, 24), True)]),
        ("snap/pauses", []),  # back in the last snapshot
        ("snap/elsewhere", []),  # its body's page was not listed again
        ("snap/recorded", [("rehomed", date(2026, 5, 17), False)]),  # a record beats inference
        ("moves/m", [("unknown", date(2026, 6, 15), True)]),  # gone from the body it moved to
        ("snap-one/last", [("unknown", date(2026, 5, 20), True)]),  # the next listing was empty
    ],
)
def test_disappearance_from_a_listing(
    query: Query, stay_id: str, expected: list[tuple[object, ...]]
) -> None:
    assert outcomes(query, stay_id) == expected


def test_an_inferred_outcome_says_so(query: Query) -> None:
    (row,) = query("select dq_flags from fct_outcome where stay_id = 'snap/goes'")
    assert row["dq_flags"] == "OUTCOME_INFERRED"


def test_segments_of_a_stay_are_joined(query: Query) -> None:
    ids = query("select intake_id from fct_intake where source_id = 'stay' order by 1")
    assert [r["intake_id"] for r in ids] == ["a1", "a3", "b1", "c1", "d1", "e1", "f1", "g1", "h1"]


@pytest.mark.parametrize(
    ("stay_id", "expected", "days"),
    [
        ("stay/a1", [("rehomed", date(2023, 6, 30), False)], 81),  # over its movement
        ("stay/a3", [], None),  # the same animal, another stay
        ("stay/c1", [], None),  # what ended the first segment was no outcome: it went on
        (
            "stay/e1",
            [("returned", date(2023, 6, 9), False)],
            None,
        ),  # before the intake: not measured
        ("stay/f1", [], None),  # in_care is no outcome
        ("stay/g1", [("euthanized", date(2023, 6, 20), False)], 10),  # the last one
        ("stay/orphan", [("rehomed", date(2023, 7, 1), False)], None),
    ],
)
def test_the_last_real_outcome(
    query: Query, stay_id: str, expected: list[tuple[object, ...]], days: int | None
) -> None:
    assert outcomes(query, stay_id) == expected
    measured = query(f"select length_of_stay_days from fct_intake where stay_id = '{stay_id}'")
    assert [r["length_of_stay_days"] for r in measured] == ([] if "orphan" in stay_id else [days])


def test_an_outcome_before_its_intake_is_flagged(query: Query) -> None:
    for table in ("fct_intake", "fct_outcome"):
        flagged = query(
            f"select stay_id from {table} where position('OUTCOME_BEFORE_INTAKE' in dq_flags) > 0"
        )
        assert [r["stay_id"] for r in flagged] == ["stay/e1"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (
            "1",
            [
                ("1", date(2023, 5, 1), "returned", date(2023, 5, 3), 2),
                ("1@2023-07-01", date(2023, 7, 1), "rehomed", date(2023, 8, 3), 33),
                ("1@2024-05-01", date(2024, 5, 1), None, None, None),
            ],
        ),
        (
            "4",
            [
                ("4", date(2023, 5, 1), "escaped", None, None),
                ("4@2024-05-01", date(2024, 5, 1), None, None, None),
            ],
        ),
        (
            "5",
            [
                ("5", date(2023, 5, 1), "rehomed", date(2023, 6, 1), 31),
                ("5@2024-05-01", date(2024, 5, 1), "died", date(2024, 5, 1), None),
            ],
        ),
    ],
)
def test_a_number_with_another_stated_day_is_another_stay(
    query: Query, number: str, expected: list[tuple[object, ...]]
) -> None:
    rows = query(f"""select i.intake_id, i.intake_date, o.outcome_type, o.outcome_date,
            i.length_of_stay_days, i.dq_flags, o.dq_flags as outcome_flags
        from fct_intake as i left join fct_outcome as o using (stay_id)
        where i.source_id = 'reused' and (i.intake_id = '{number}' or i.intake_id like '{number}@%')
        order by 2""")
    assert [tuple(r.values())[:5] for r in rows] == expected
    assert all(r["dq_flags"] == "REUSED_NUMBER" for r in rows)
    assert all(r["outcome_flags"] in ("REUSED_NUMBER", None) for r in rows)


def test_a_stay_that_is_said_again_stays_one(query: Query) -> None:
    rows = query("""select intake_id, observations, sex, intake_date, dq_flags from fct_intake
        where source_id = 'reused' and intake_id in ('2', '3') order by 1""")
    assert [tuple(r.values()) for r in rows] == [
        ("2", 2, "female", date(2023, 5, 1), ""),
        # A month and a day of it may be one day, and say so.
        ("3", 2, None, date(2024, 5, 1), "REUSED_NUMBER"),
    ]
    assert outcomes(query, "reused/2") == [("rehomed", date(2023, 6, 1), False)]


def test_a_listing_that_corrects_its_day_keeps_one_stay_and_says_so(query: Query) -> None:
    assert stay(query, "snap/stays")["dq_flags"] == "REUSED_NUMBER"
    assert stay(query, "snap/goes")["dq_flags"] == ""


def test_numbers_used_again_are_counted_by_load(query: Query) -> None:
    rows = query("""select source_object, reused_number_rows from mart_data_quality
        where source_id = 'reused' order by 1""")
    assert [tuple(r.values()) for r in rows] == [
        ("raw/reused/2023.csv", 4),
        ("raw/reused/2024.csv", 3),
        ("raw/reused/outcomes.csv", None),
    ]


def test_stock_and_flow_add_up(query: Query) -> None:
    rows = query(
        f"""select month_start, opening, intakes, transfers_in, outcomes, closing, residual,
                unplaced_stays
            from mart_stock_flow
            where municipality_code = '{CORE}' and month_start between '2023-04-01' and '2023-07-01'
            order by month_start"""
    )
    assert [tuple(r.values())[1:] for r in rows] == [
        (0, 3, 0, 0, 3, 0, 0),
        (3, 0, 0, 0, 3, 0, 0),
        (3, 4, 0, 4, 3, 0, 1),  # the transfer left before it came: it is in no month's stock
        (3, 0, 0, 0, 3, 0, 0),
    ]
    assert query("select count(*) n from mart_stock_flow where residual <> 0") == [{"n": 0}]


def test_a_fiscal_year_that_starts_in_july(query: Query) -> None:
    rows = query(f"""select fiscal_year, intakes, euthanized
        from mart_municipality_fiscal_year where municipality_code = '{ABROAD}' order by 1""")
    assert [tuple(r.values()) for r in rows] == [(2022, 1, 0), (2023, 0, 1)]
