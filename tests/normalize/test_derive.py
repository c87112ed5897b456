"""Columns that follow from others: ages from birth dates, life stages, fiscal years."""

from datetime import date
from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from catdata.normalize import derive
from catdata.normalize.parse import FLAG_BIT, encode

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def dates(*values: date | None) -> pa.Array:
    return pa.array(values, pa.date32())


@given(start=days, end=days)
def test_months_between_counts_whole_months(start: date, end: date) -> None:
    months = int(derive.months_between(dates(start), dates(end))[0])
    naive = (end.year - start.year) * 12 + end.month - start.month
    assert months == naive - (end.day < start.day)


@pytest.mark.parametrize(
    ("day", "start_month", "year"),
    [
        (date(2024, 3, 31), 4, 2023),
        (date(2024, 4, 1), 4, 2024),
        (date(2024, 6, 30), 7, 2023),
        (date(2024, 7, 1), 7, 2024),
        (date(2024, 1, 1), 1, 2024),
        (None, 4, None),
    ],
)
def test_fiscal_year(day: date | None, start_month: int, year: int | None) -> None:
    assert derive.fiscal_year(dates(day), start_month).to_pylist() == [year]


def test_age_from_birth_fills_what_is_not_stated_and_flags_what_cannot_be() -> None:
    intake = date(2024, 6, 15)
    columns = {
        "intake_date": dates(intake, intake, intake, intake, intake),
        "birth_from": dates(
            date(2024, 4, 1), date(2024, 7, 1), date(2000, 1, 1), None, date(2023, 6, 15)
        ),
        "birth_to": dates(
            date(2024, 4, 10), date(2024, 7, 1), date(2000, 1, 1), None, date(2023, 6, 15)
        ),
        "age_months_min": pa.array([None, None, None, None, Decimal("6.0")], pa.decimal128(6, 1)),
        "age_months_max": pa.array([None, None, None, None, Decimal("6.0")], pa.decimal128(6, 1)),
        "age_basis": encode(pa.array([None, None, None, None, "stated"], pa.string())),
    }
    flags = np.zeros(5, np.int64)
    derive.add_age_from_birth(columns, flags)
    assert columns["age_months_min"].to_pylist() == [2, None, 293, None, 6]
    assert columns["age_months_max"].to_pylist() == [2, None, 293, None, 6]
    assert columns["age_basis"].to_pylist() == ["derived", None, "derived", None, "stated"]
    assert flags.tolist() == [0, FLAG_BIT["BIRTH_AFTER_INTAKE"], FLAG_BIT["AGE_OUTLIER"], 0, 0]


@pytest.mark.parametrize(
    ("low", "high", "stated", "stage"),
    [
        ("0.0", "4.9", None, "kitten"),
        ("5.0", "5.0", None, "adult"),
        ("4.0", "6.0", None, None),
        (None, None, "adult", "adult"),
        ("1.0", "1.0", "adult", "adult"),
        ("120.0", None, None, "adult"),
    ],
)
def test_life_stage(
    low: str | None, high: str | None, stated: str | None, stage: str | None
) -> None:
    columns = {
        "age_months_min": pa.array([low and Decimal(low)], pa.decimal128(6, 1)),
        "age_months_max": pa.array([high and Decimal(high)], pa.decimal128(6, 1)),
        "life_stage": encode(pa.array([stated], pa.string())),
    }
    derive.add_life_stage(columns, 1)
    assert columns["life_stage"].to_pylist() == [stage]


def test_coalesce_keeps_the_first_value_whatever_the_encoding() -> None:
    first = encode(pa.array(["a", None, None]))
    second = pa.array(["x", "y", None])
    assert derive.coalesce([first, second]).to_pylist() == ["a", "y", None]
    assert derive.fill(derive.coalesce([first, second]), "z").to_pylist() == ["a", "y", "z"]
