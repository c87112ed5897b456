from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catdata.values import Context
from catdata.values.eras import ERAS
from values.cases import FY2023, JULY, NO_YEAR, TODAY, filled, parse

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
ALL_DAYS = st.dates(ERAS[0].first, date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "day", "precision", "flags"),
    [
        ("令和元年5月1日", "2019-05-01", "day", ()),
        ("㋿5年4月1日", "2023-04-01", "day", ()),
        ("令和五年四月一日", "2023-04-01", "day", ()),
        ("平成三十年十二月二十三日", "2018-12-23", "day", ()),
        ("R元.5.1", "2019-05-01", "day", ()),
        ("令5.4.1", "2023-04-01", "day", ()),
        ("Ｒ５．４．１", "2023-04-01", "day", ()),
        ("H31/4/30", "2019-04-30", "day", ()),
        ("2023年4月1日（土）", "2023-04-01", "day", ()),
        ("2023年4月1日 土曜日", "2023-04-01", "day", ()),
        ("2023-04-01T10:05:00+09:00", "2023-04-01", "day", ()),
        ("2026-06-18T17:45:00.000", "2026-06-18", "day", ()),
        ("2023/4/1 午後3時30分", "2023-04-01", "day", ()),
        ("2023/4/1 10:05", "2023-04-01", "day", ()),
        ("20230401", "2023-04-01", "day", ()),
        ("45017.75", "2023-04-01", "day", ()),
        ("3 Mar 2021", "2021-03-03", "day", ()),
        ("March 3rd, 2021", "2021-03-03", "day", ()),
        ("Wed 3 Mar 2021", "2021-03-03", "day", ()),
        ("June 2020", "2020-06-01", "month", ()),
        ("2020 Jun", "2020-06-01", "month", ()),
        ("202304", "2023-04-01", "month", ()),
        ("令和5年4月", "2023-04-01", "month", ()),
        ("令和5年4月下旬", "2023-04-21", "month", ()),
        # About a day: the day stands, but it is no more exact than its month.
        ("2023年4月12日頃", "2023-04-12", "month", ()),
        ("令和5年", "2023-01-01", "year", ("YEAR_ONLY",)),
        ("2023", "2023-01-01", "year", ("YEAR_ONLY",)),
        ("昭和64年1月7日", "1989-01-07", "day", ()),
        ("昭和64年1月8日", "1989-01-08", "day", ("ERA_OVERFLOW",)),
        ("平成31年5月", "2019-05-01", "month", ("ERA_OVERFLOW",)),
        ("大正15年12月25日", "1926-12-25", "day", ("ERA_OVERFLOW", "DATE_OUT_OF_RANGE")),
        ("1949-12-31", "1949-12-31", "day", ("DATE_OUT_OF_RANGE",)),
        ("1950-01-01", "1950-01-01", "day", ()),
        ("2027-08-01", "2027-08-01", "day", ()),
        ("2027-08-03", "2027-08-03", "day", ("DATE_OUT_OF_RANGE",)),
    ],
)
def test_date(text: str, day: str, precision: str, flags: tuple[str, ...]) -> None:
    parsed = parse("date", text)
    assert filled(parsed) == {"*": date.fromisoformat(day), "*_precision": precision}
    assert parsed.flags == flags


@pytest.mark.parametrize(
    "text",
    ["令和5年2月29日", "2023-13-01", "2023/4/31", "令和0年1月1日", "R5.0.1", "99999", "19999",
     "きのう", "1/2/2023", "23/04/01", "2023年度", "4月1日", "2023-04-01か2023-04-02"],
)  # fmt: skip
def test_what_is_no_date_is_left_empty_and_flagged(text: str) -> None:
    parsed = parse("date", text)
    assert not filled(parsed) and parsed.flags == ("INVALID_DATE",)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [("4/10/2018", "mdy", "2018-04-10"), ("4/10/18", "mdy", "2018-04-10"),
     ("12/31/99", "mdy", "1999-12-31"), ("31/12/2020", "dmy", "2020-12-31"),
     ("1.2.2020", "dmy", "2020-02-01"), ("2020-02-01", "mdy", "2020-02-01")],
)  # fmt: skip
def test_order_settles_numbers(text: str, order: str, day: str) -> None:
    assert parse("date", text, order=order).fields["*"] == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "context", "day"),
    [("4月1日", FY2023, "2023-04-01"), ("3月31日", FY2023, "2024-03-31"),
     ("2月29日", FY2023, "2024-02-29"), ("12/3", FY2023, "2023-12-03"),
     ("6月30日", JULY, "2024-06-30"), ("7月1日", JULY, "2023-07-01"), ("1月", FY2023, "2024-01-01")],
)  # fmt: skip
def test_a_missing_year_follows_from_the_fiscal_year(text: str, context: Context, day: str) -> None:
    parsed = parse("date", text, context)
    assert parsed.fields["*"] == date.fromisoformat(day)
    assert parsed.flags == ("YEAR_INFERRED",)


@pytest.mark.parametrize(
    ("fiscal_year", "day"),
    [(None, "2024-01-01"), (2023, "2024-01-01"), (2024, "2024-04-01"), (2020, "2024-01-01")],
)
def test_a_year_alone_lies_in_the_files_fiscal_year_and_says_so(
    fiscal_year: int | None, day: str
) -> None:
    parsed = parse("date", "令和6年", Context(fiscal_year, 4, TODAY))
    assert parsed.fields == {"*": date.fromisoformat(day), "*_precision": "year"}
    assert parsed.flags == ("YEAR_ONLY",)


@pytest.mark.parametrize(
    ("text", "start_month", "flags"),
    [
        ("令和5年", 4, ("YEAR_ONLY",)),
        ("令和5年", 1, ()),
        ("令和5年度", 4, ()),
        ("2023年5月", 4, ()),
    ],
)
def test_a_calendar_year_of_two_fiscal_years_says_so(
    text: str, start_month: int, flags: tuple[str, ...]
) -> None:
    assert parse("period", text, Context(None, start_month, TODAY)).flags == flags


def test_a_leap_day_that_the_fiscal_year_lacks_is_invalid() -> None:
    assert parse("date", "2月29日", Context(2022, today=TODAY)).flags == ("INVALID_DATE",)


def wareki(day: date, letter: bool) -> str:
    era = next(e for e in reversed(ERAS) if e.first <= day)
    year = day.year - era.first.year + 1
    if letter:
        return f"{era.letter.upper()}{year}.{day.month}.{day.day}"
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


@pytest.mark.parametrize("letter", [False, True])
def test_every_day_of_every_era_comes_back(letter: bool) -> None:
    first, last = ERAS[0].first, date(2100, 12, 31)
    for days in range((last - first).days + 1):
        day = first + timedelta(days)
        parsed = parse("date", wareki(day, letter))
        assert parsed.fields["*"] == day and "ERA_OVERFLOW" not in parsed.flags


@given(ALL_DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d"]))
def test_western_days_come_back_in_half_and_full_width(day: date, form: str) -> None:
    text = day.strftime(form)
    half, full = parse("date", text), parse("date", text.translate(FULL_WIDTH))
    assert half.fields["*"] == day and half == full


@given(st.dates(date(1954, 10, 4), date(2119, 1, 10)))
def test_excel_serials_come_back(day: date) -> None:
    serial = str((day - date(1899, 12, 30)).days)
    assert parse("date", serial).fields["*"] == day


@given(st.integers(1, 300), st.integers(1, 12), st.integers(1, 28))
def test_an_era_counts_on_past_its_end_and_says_so(year: int, month: int, day: int) -> None:
    parsed = parse("date", f"平成{year}年{month}月{day}日")
    if 1988 + year > 2200:
        assert parsed.flags == ("INVALID_DATE",)
        return
    expected = date(1988 + year, month, day)
    assert parsed.fields["*"] == expected
    assert ("ERA_OVERFLOW" in parsed.flags) == (expected > date(2019, 4, 30))


@given(ALL_DAYS, st.sampled_from([4, 7, 1, 10]))
def test_fiscal_year_of_a_date(day: date, start: int) -> None:
    expected = day.year if day.month >= start else day.year - 1
    parsed = parse("fiscal_year", day.isoformat(), Context(None, start, TODAY))
    assert parsed.fields["fiscal_year"] == expected


@given(st.integers(1990, 2025), st.integers(1, 12), st.sampled_from([1, 4, 7]))
def test_an_inferred_day_lies_in_its_fiscal_year(year: int, month: int, start: int) -> None:
    context = Context(year, start, TODAY)
    day = parse("date", f"{month}月1日", context).fields["*"]
    assert isinstance(day, date)
    assert parse("fiscal_year", day.isoformat(), context).fields["fiscal_year"] == year


@pytest.mark.parametrize(
    ("text", "year"),
    [("平成31年度", 2019), ("令和元年度", 2019), ("令和五年度", 2023), ("R5年度", 2023), ("H30", 2018),
     ("2019", 2019), ("2019年度", 2019), ("FY2019", 2019), ("2018/19", 2018), ("2018-2019", 2018),
     ("平成15年", 2003), ("令和5年度版 事務提要", 2022), ("令和5年版", 2022), ("2019/3", 2018),
     ("2019年3月31日", 2018), ("1999年4月～2000年3月", 1999), ("昭和64年度", 1989)],
)  # fmt: skip
def test_fiscal_year(text: str, year: int) -> None:
    parsed = parse("fiscal_year", text)
    assert (parsed.fields, parsed.flags) == ({"fiscal_year": year}, ())


def test_fiscal_year_with_arguments() -> None:
    assert parse("fiscal_year", "20年度", era="平成").fields == {"fiscal_year": 2008}
    assert parse("fiscal_year", "元年度", era="令和").fields == {"fiscal_year": 2019}
    assert parse("fiscal_year", "令和5年度", edition=True).fields == {"fiscal_year": 2022}
    assert parse("fiscal_year", "2024-07-01", JULY).fields == {"fiscal_year": 2024}
    assert parse("fiscal_year", "2024-06-30", JULY).fields == {"fiscal_year": 2023}
    assert parse("fiscal_year", "平成32年4月", NO_YEAR).flags == ("ERA_OVERFLOW",)


@pytest.mark.parametrize(
    "text",
    ["20年度", "5", "令和0年度", "平成22〜令和5年度累計", "3000", "2019-2021", "年度", "abc"],
)
def test_no_fiscal_year_rejects(text: str) -> None:
    assert parse("fiscal_year", text).reject == "INVALID_FISCAL_YEAR"


@pytest.mark.parametrize(
    ("text", "first", "last", "inferred"),
    [
        ("4月", "2023-04-01", "2023-04-30", True),
        ("4", "2023-04-01", "2023-04-30", True),
        ("２月", "2024-02-01", "2024-02-29", True),
        ("4～6月", "2023-04-01", "2023-06-30", True),
        ("4月-6月", "2023-04-01", "2023-06-30", True),
        ("11月～2月", "2023-11-01", "2024-02-29", True),
        ("第3四半期", "2023-10-01", "2023-12-31", True),
        ("令和5年4月", "2023-04-01", "2023-04-30", False),
        ("令和5年4月分", "2023-04-01", "2023-04-30", False),
        ("R5.4", "2023-04-01", "2023-04-30", False),
        ("2025-04", "2025-04-01", "2025-04-30", False),
        ("June 2020", "2020-06-01", "2020-06-30", False),
        ("令和5年度", "2023-04-01", "2024-03-31", False),
        ("FY2023", "2023-04-01", "2024-03-31", False),
        ("令和5年度上半期", "2023-04-01", "2023-09-30", False),
        ("令和5年度1月", "2024-01-01", "2024-01-31", False),
        ("令和5年4月～6月", "2023-04-01", "2023-06-30", False),
        ("令和5年11月～2月", "2023-11-01", "2024-02-29", False),
        ("令和5年4月～令和6年3月", "2023-04-01", "2024-03-31", False),
        ("2023/4/1～2023/4/30", "2023-04-01", "2023-04-30", False),
        ("2023-04 - 2023-06", "2023-04-01", "2023-06-30", False),
    ],
)
def test_period(text: str, first: str, last: str, inferred: bool) -> None:
    parsed = parse("period", text, FY2023)
    assert parsed.fields == {
        "period_start": date.fromisoformat(first), "period_end": date.fromisoformat(last),
    }  # fmt: skip
    assert parsed.flags == (("YEAR_INFERRED",) if inferred else ())


@pytest.mark.parametrize("text", ["13月", "6～4月", "4～6～8月", "abc", "令和5年度13月"])
def test_no_period(text: str) -> None:
    parsed = parse("period", text, FY2023)
    assert not filled(parsed) and parsed.flags == ("INVALID_DATE",)


def test_a_month_without_any_year_is_no_period() -> None:
    assert parse("period", "4月", NO_YEAR).flags == ("INVALID_DATE",)


def test_a_fiscal_year_that_starts_in_july() -> None:
    assert parse("period", "2023年度", JULY).fields == {
        "period_start": date(2023, 7, 1), "period_end": date(2024, 6, 30),
    }  # fmt: skip
