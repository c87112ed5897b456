"""GET /cats/summary: the marts' figures as they are, sums of records, and areas by themselves."""

from itertools import combinations
from typing import Any

import pytest
from api_calls import Get, pages
from cat_data_api.fields import FIGURES, GROUPS, RATES

from standins.cat_extract import marts

MARTS = {name: table.to_pylist() for name, table in marts(3000, 12).items()}
COUNTABLE = [name for name in GROUPS if name != "area"]


def test_a_body_and_year_has_the_marts_figures(get: Get) -> None:
    told = {
        (r["municipality_code"], r["fiscal_year"]): r
        for r in pages(get, "/cats/summary", limit=2000)
    }
    mart = [r for r in MARTS["mart_municipality_fiscal_year"] if r["basis"] == "records"]
    assert len(told) == len(mart)
    for row in mart:
        shown = told[row["municipality_code"], row["fiscal_year"]]
        for name in FIGURES:
            assert shown[name] == (None if row[name] is None else float(row[name])), name
        heads = [c for c in MARTS["mart_cat"] if c["municipality_code"] == row["municipality_code"]]
        assert shown["heads"] == sum(c["fiscal_year"] == row["fiscal_year"] for c in heads)


def test_every_rate_has_its_interval() -> None:
    assert all({name, f"{name}_low", f"{name}_high"} <= FIGURES.keys() for name in RATES)


def test_a_body_and_month_has_the_marts_figures(get: Get) -> None:
    for groups in ("municipality_code,month", "municipality_code,fiscal_year,month"):
        rows = pages(get, "/cats/summary", group_by=groups, limit=2000)
        mart = {
            (r["municipality_code"], str(r["month_start"])): r
            for r in MARTS["mart_municipality_month"]
        }
        assert len(rows) == len(mart)
        assert all(
            r["intakes"] == mart[r["municipality_code"], r["month"]]["intakes"] for r in rows
        )


def test_published_figures_are_apart(get: Get) -> None:
    (row,) = get("/cats/summary", basis="annual_report").data
    assert (row["municipality_code"], row["intakes"], row["heads"]) == ("000000", 5, None)


@pytest.mark.parametrize(
    "groups", [list(g) for n in (1, 2, 3) for g in combinations(COUNTABLE, n)][::3]
)
def test_sums_are_those_of_the_records(get: Get, groups: list[str]) -> None:
    rows = pages(get, "/cats/summary", group_by=groups, limit=2000)
    expected: dict[tuple[Any, ...], int] = {}
    for cat in MARTS["mart_cat"]:
        key = tuple(str(cat["intake_month" if g == "month" else g]) for g in groups)
        expected[key] = expected.get(key, 0) + 1
    assert {tuple(str(r[g]) for g in groups): r["heads"] for r in rows} == expected
    keys = [tuple(r[g] for g in groups) for r in rows]
    assert keys == sorted(keys)


def test_filters_narrow_the_sums_and_take_away_the_rates(get: Get) -> None:
    rows = pages(get, "/cats/summary", sex="female", limit=2000)
    assert sum(r["heads"] for r in rows) == sum(c["sex"] == "female" for c in MARTS["mart_cat"])
    assert not rows[0].keys() & FIGURES.keys()
    whole = pages(get, "/cats/summary", prefecture="県1", fiscal_year="2020", limit=2000)
    assert {r["municipality_code"] for r in whole} == {"000019", "000069", "000119"}
    assert all("return_rehome_rate" in r for r in whole)


def test_areas_are_the_marts_cells(get: Get) -> None:
    rows = pages(get, "/cats/summary", group_by="area", limit=2000)
    assert {(r["municipality_code"], r["fiscal_year"], r["area"], r["heads"]) for r in rows} == {
        (r["municipality_code"], r["fiscal_year"], r["area"], r["heads"])
        for r in MARTS["mart_cat_area"]
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"group_by": "area,sex"},
        {"group_by": "area,month"},
        {"group_by": "area", "sex": "female"},
        {"group_by": "area", "facility": "x"},
        {"group_by": "area", "intake_date_to": "2020-01-01"},
        {"group_by": "area", "age_months_from": "0"},
        {"group_by": "sex", "area": "北3丁目"},
        {"area": "北3丁目"},
    ],
)
def test_areas_stand_with_bodies_and_years_alone(get: Get, asked: dict[str, str]) -> None:
    reply = get("/cats/summary", **asked)
    assert reply.status == 400
    (fault,) = reply.json["errors"]
    assert fault["allowed"] == ["municipality_code", "fiscal_year", "area"]


def test_pick_lists(get: Get) -> None:
    rows = get("/municipalities", with_records="true", limit=100).data
    assert [r["records"] for r in rows] == [
        sum(c["municipality_code"] == r["municipality_code"] for c in MARTS["mart_cat"])
        for r in rows
    ]
    assert all(r["facilities"] == sorted(r["facilities"]) for r in rows)
    assert {r["prefecture"] for r in get("/municipalities", prefecture="県2").data} == {"県2"}
    codes = get("/codes", code_list="sex,coat").json["data"]
    assert list(codes) == ["sex", "coat"]
    assert get("/codes", {"Accept": "text/csv"}).status == 406
    assert get("/health", x="1").status == 400
