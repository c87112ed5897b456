"""Calendar, bodies and facilities."""

from scenarios import MERGED

from conftest import Query


def test_a_chain_of_mergers_ends_at_the_current_body(query: Query) -> None:
    rows = query(f"""select municipality_code, current_municipality_code, is_current
        from dim_municipality where municipality_code in {MERGED} order by 1""")
    assert [tuple(r.values()) for r in rows] == [
        (MERGED[0], MERGED[2], False),
        (MERGED[1], MERGED[2], False),
        (MERGED[2], MERGED[2], True),
    ]


def test_days_of_the_fiscal_year(query: Query) -> None:
    for row in query("select * from dim_date"):
        day, start = row["date_day"], row["fiscal_year_start_month"]
        assert row["fiscal_year"] == day.year - (day.month < start)
        assert row["fiscal_month"] == (day.month - start) % 12 + 1
        assert row["fiscal_quarter"] == (row["fiscal_month"] + 2) // 3
        assert row["month_start"] == day.replace(day=1)
        assert row["iso_weekday"] == day.isoweekday()


def test_the_calendar_has_every_day_once_a_start_month(query: Query) -> None:
    (row,) = query("""select count(*) as days, max(date_day) - min(date_day) + 1 as span
        from dim_date where fiscal_year_start_month = 7""")
    assert row["days"] == row["span"] > 365


def test_every_facility_of_a_fact_is_known(query: Query) -> None:
    (row,) = query("""select count(*) as missing from fct_outcome
        where facility_id not in (select facility_id from dim_facility)""")
    assert row == {"missing": 0}
