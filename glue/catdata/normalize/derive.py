"""Columns that follow from other columns of the same row: ages from birth dates, stages, fiscal years."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catdata.entities.derive import arrow_type
from catdata.entities.schema import Type
from catdata.normalize.parse import FLAG_BIT, Bits, encode

Days = npt.NDArray[np.datetime64]
KITTEN_BELOW_MONTHS = 5
OUTLIER_MONTHS = 22 * 12


def months_between(start: pa.Array, end: pa.Array) -> npt.NDArray[np.float64]:
    """Return whole months from start to end, rounded down; NaN where either is null."""
    first, last = _days(start), _days(end)
    months = _months(last) - _months(first) - (_day_of_month(last) < _day_of_month(first))
    return np.where(np.isnat(first) | np.isnat(last), np.nan, months)


def _days(column: pa.Array) -> Days:
    return np.asarray(column.to_numpy(zero_copy_only=False), "datetime64[D]")


def _months(days: Days) -> npt.NDArray[np.int64]:
    return days.astype("datetime64[M]").astype(np.int64)


def _day_of_month(days: Days) -> npt.NDArray[np.int64]:
    first = days.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((days - first).astype(np.int64))


def fiscal_year(dates: pa.Array, start_month: int) -> pa.Array:
    """Return the fiscal year of each date, named by its first year; null where the date is."""
    before = pc.less(pc.month(dates), start_month)
    return pc.subtract(pc.year(dates), pc.cast(before, pa.int64())).cast(pa.int32())


def coalesce(arrays: list[pa.Array]) -> pa.Array:
    """Return the first non-null of several arrays of one type; text stays dictionary-encoded."""
    if len(arrays) == 1 or arrays[0].null_count == 0:
        return arrays[0]
    if any(pa.types.is_dictionary(a.type) for a in arrays):
        return encode(pc.coalesce(*(pc.cast(a, pa.string()) for a in arrays)))
    return pc.coalesce(*arrays)


def fill(column: pa.Array, value: str) -> pa.Array:
    """Return a text column with its nulls replaced."""
    if column.null_count == 0:
        return column
    column = encode(column)
    values = column.dictionary.to_pylist()
    if value not in values:
        values.append(value)
    indices = pc.fill_null(column.indices, values.index(value))
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def add_age_from_birth(columns: dict[str, pa.Array], flags: Bits) -> None:
    """Fill the age of an intake from its birth dates where no age is stated, and check it.

    Changes `columns` (age_months_min, age_months_max, age_basis) and `flags` (BIRTH_AFTER_INTAKE,
    AGE_OUTLIER) in place. The lower bound counts from the latest possible birth.
    """
    if "birth_from" not in columns:
        return
    intake = columns["intake_date"]
    high = months_between(columns["birth_from"], intake)
    low = months_between(columns.get("birth_to", columns["birth_from"]), intake)
    # A range of births that reaches over the intake day still has its early part.
    low = np.where(np.isnan(low), high, low)
    after = high < 0
    flags[after] |= FLAG_BIT["BIRTH_AFTER_INTAKE"]
    known = ~np.isnan(high) & ~after
    low = np.clip(low, 0, None)
    flags[known & (low > OUTLIER_MONTHS)] |= FLAG_BIT["AGE_OUTLIER"]
    rows = len(intake)
    stated = np.zeros(rows, np.bool_)
    for name in ("age_months_min", "age_months_max"):
        if name in columns:
            stated |= columns[name].is_valid().to_numpy(zero_copy_only=False)
    use = known & ~stated
    columns["age_months_min"] = _merge(columns.get("age_months_min"), low, use)
    columns["age_months_max"] = _merge(columns.get("age_months_max"), high, use)
    basis = columns.get("age_basis")
    stated_basis = pa.nulls(rows, pa.string()) if basis is None else pc.cast(basis, pa.string())
    columns["age_basis"] = pc.if_else(pa.array(use), "derived", stated_basis).dictionary_encode()


def _merge(
    column: pa.Array | None, months: npt.NDArray[np.float64], use: npt.NDArray[np.bool_]
) -> pa.Array:
    derived = pa.array(np.where(use, months, 0).astype(np.int16), mask=~use).cast(
        arrow_type(Type.MONTHS)
    )
    return derived if column is None else pc.coalesce(derived, column)


def add_life_stage(columns: dict[str, pa.Array], rows: int) -> None:
    """Fill the life stage from the age in months: kitten under 5 months, else adult.

    Left null where the bounds lie on both sides or no age is known.
    """
    low, high = columns.get("age_months_min"), columns.get("age_months_max")
    if low is None or high is None:
        return
    limit = pa.scalar(KITTEN_BELOW_MONTHS, pa.int16()).cast(arrow_type(Type.MONTHS))
    kitten, adult = pc.less(high, limit), pc.greater_equal(low, limit)
    stage = pc.if_else(
        pc.fill_null(kitten, False),
        "kitten",
        pc.if_else(pc.fill_null(adult, False), "adult", pa.scalar(None, pa.string())),
    ).dictionary_encode()
    stated = columns.get("life_stage")
    columns["life_stage"] = stage if stated is None else coalesce([stated, stage])
