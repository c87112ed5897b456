"""Figures and rates of bodies, with the traps of the domain."""

from decimal import Decimal
from typing import Any

import pytest
from fixture_lake import BODY
from scenarios import CORE, NATION, PREFECTURE, TOWN

from conftest import Query


def year(
    query: Query, code: str, fiscal_year: int, basis: str, body_scope: str = ""
) -> dict[str, Any]:
    (row,) = query(
        f"""select * from mart_municipality_fiscal_year
            where municipality_code = '{code}' and fiscal_year = {fiscal_year}
                and basis = '{basis}' and body_scope = '{body_scope}'"""
    )
    return row


def test_national_figures_of_2019_to_the_digit(query: Query) -> None:
    row = year(query, NATION, 2019, "annual_report")
    expected = {
        "intakes": 53342,
        "intakes_owner": 6936 + 3467,
        "intakes_stray": 10629 + 32310,
        "unweaned_intakes": 3467 + 32310,
        "intake_difference": 0,
        "injured_intakes": 10000,  # beside 引取り, not in it
        "returned": 305,
        "rehomed": 25636,
        "returned_and_rehomed": 25941,
        "euthanized": 27107,
        "first_euthanized": 27108,
        "euthanized_1": 10478,  # the later edition leaves it out and does not take it back
        "euthanized_2": 10741,
        "euthanized_3": 5889,
        "euthanized_difference": -1,
        "revised_figures": 1,
        "return_rehome_rate": Decimal("0.486315"),
        "euthanasia_rate": Decimal("0.508174"),
        "category_2_rate": Decimal("0.201361"),
        "kitten_share": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_national_figures_of_2021_to_the_digit(query: Query) -> None:
    row = year(query, NATION, 2021, "annual_report")
    assert (row["intakes"], row["returned_and_rehomed"], row["euthanized"]) == (34805, 23112, 11718)
    assert (round(row["return_rehome_rate"], 3), round(row["euthanasia_rate"], 3)) == (
        Decimal("0.664"),
        Decimal("0.337"),
    )
    assert row["returned"] is None  # a blank is never zero
    assert row["euthanized_1"] is None


def test_a_prefecture_stands_for_its_rest(query: Query) -> None:
    row = year(query, PREFECTURE, 2021, "annual_report")
    assert row["excludes_reporting_cities"]
    assert row["population"] == 9237337 - 3777491 - 388078
    assert row["per_10k_people"] == Decimal("0.592")


def test_a_figure_of_another_scope_stands_apart(query: Query) -> None:
    own = year(query, PREFECTURE, 2021, "annual_report")
    whole = year(query, PREFECTURE, 2021, "annual_report", "県計")
    assert (own["intakes"], whole["intakes"]) == (300, 900)
    assert not whole["excludes_reporting_cities"]
    assert (whole["population"], whole["per_10k_people"]) == (None, None)


def test_a_figure_of_half_a_year_is_no_year(query: Query) -> None:
    code = f"municipality_code = '{PREFECTURE}' and fiscal_year = 2022"
    assert query(f"select * from mart_municipality_fiscal_year where {code}") == []
    (row,) = query(f"select value, is_partial from mart_published_figure where {code}")
    assert row == {"value": 50, "is_partial": True}


def test_no_rate_without_a_denominator(query: Query) -> None:
    row = year(query, TOWN, 2021, "annual_report")
    assert (row["intakes"], row["euthanized"], row["euthanasia_rate"]) == (0, 0, None)
    assert row["died_share"] is None


def test_published_parts_that_differ_from_their_whole(query: Query) -> None:
    assert year(query, CORE, 2021, "annual_report")["intake_difference"] == 1
    (row,) = query("""select published_differences, revised_body_years from mart_data_quality
        where source_object = 'raw/moe/r4.csv'""")
    assert row == {"published_differences": 1, "revised_body_years": 1}


def test_figures_of_records(query: Query) -> None:
    row = year(query, CORE, 2023, "records")
    expected = {
        "intakes": 7,  # not the injured one, nor the one transferred in
        "injured_intakes": 1,
        "transfers_in": 1,
        "kittens": 1,
        "intakes_of_known_age": 2,
        "unweaned_intakes": 1,  # the statistics' class is not the derived kitten
        "returned": 1,
        "rehomed": 2,
        "euthanized": 2,  # one euthanised and one that died in care
        "euthanized_2": 1,
        "euthanized_3": 1,
        "injured_euthanized": 1,
        "known_outcomes": 6,
        "live_outcomes": 3,
        "live_release_rate": Decimal("0.500000"),
        "died_share": Decimal("0.500000"),
        "kitten_share": Decimal("0.500000"),
        "complaints": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_outcomes_may_exceed_intakes(query: Query) -> None:
    row = year(query, "US0001", 2023, "records")
    assert (row["intakes"], row["euthanized"], row["euthanasia_rate"]) == (0, 1, None)


def test_records_without_known_outcomes_give_no_rate(query: Query) -> None:
    row = year(query, TOWN, 2023, "records")
    assert (row["intakes"], row["unknown_outcomes"]) == (1, 1)
    assert (row["euthanized"], row["euthanasia_rate"], row["live_release_rate"]) == (
        None,
        None,
        None,
    )


def test_complaints_carcasses_and_surgeries_of_a_body(query: Query) -> None:
    row = year(query, BODY, 2023, "records")
    assert (row["complaints"], row["carcasses"], row["tnr_heads"]) == (6, 7, 3)
    assert row["intakes"] is None  # nothing is known of its intakes of that year


@pytest.mark.parametrize(
    ("fiscal_year", "path", "value", "on_path"),
    [(2019, 27108, 27107, True), (2020, 22108, None, None), (2021, 17108, 11718, True)],
)
def test_target_path(
    query: Query, fiscal_year: int, path: int, value: int | None, on_path: bool | None
) -> None:
    (row,) = query(f"select * from mart_target where fiscal_year = {fiscal_year}")
    assert (row["path_value"], row["value"], row["is_on_path"]) == (path, value, on_path)


def test_revisions_keep_the_first_figure(query: Query) -> None:
    (row,) = query("select * from mart_published_figure where is_revised")
    assert (row["first_value"], row["value"], row["revision_difference"]) == (27108, 27107, -1)
    assert (row["first_edition"], row["edition"]) == ("2020", "2022")
