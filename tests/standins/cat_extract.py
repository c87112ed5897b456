"""An extract of any size made by SQL, of the shape of the marts: for tests and for the benchmark."""

from pathlib import Path

import duckdb
import pyarrow as pa
from cat_data_api.fields import FIGURES

from catdata.entities import CODE_LISTS
from catdata.storage import Storage
from published.publish import publish
from published.snapshot import Manifest

BODIES = 60


def _codes(name: str) -> str:
    return "[" + ", ".join(f"'{code}'" for code in CODE_LISTS[name].names()) + "]"


def _pick(name: str, salt: int) -> str:
    codes = _codes(name)
    return f"{codes}[1 + (hash(i, {salt}) % len({codes}))::int]"


def marts(cats: int, bodies: int = BODIES) -> dict[str, pa.Table]:
    """Return rows of every mart of the extract; the same numbers give the same rows."""
    connection = duckdb.connect()
    connection.execute(
        f"""create table mart_cat as
        with drawn as (
            select i, hash(i, 1) as h, lpad((hash(i, 2) % {bodies})::varchar, 5, '0') || '9' as code,
                date '2016-04-01' + (hash(i, 3) % 3652)::int as intake_date
            from range({cats}) as t(i)
        ), told as (
            select
                code as municipality_code,
                (year(intake_date) - (month(intake_date) < 4)::int)::int as fiscal_year,
                date_trunc('month', intake_date)::date as intake_month,
                '施設' || code || '-' || (h % 3) as facility,
                intake_date,
                'day' as intake_date_precision,
                {_pick("intake_type", 4)} as intake_type,
                intake_type <> 'injured' as is_official_intake,
                {_pick("sex", 5)} as sex,
                {_pick("neuter_status", 6)} as neuter_status,
                {_pick("coat", 7)} as coat,
                {_pick("hair_length", 8)} as hair_length,
                {_pick("body_size", 9)} as body_size,
                {_pick("life_stage", 10)} as life_stage,
                {_pick("official_age_class", 11)} as official_age_class,
                case when h % 7 > 0 then (hash(i, 12) % 240)::decimal(6, 1) end as age_months_min,
                (age_months_min + (hash(i, 13) % 24)::decimal(6, 1))::decimal(6, 1) as age_months_max,
                'estimated' as age_basis,
                h % 5 = 0 as ear_tip,
                case when h % 11 > 0 then h % 13 = 0 end as microchip_present,
                h % 4 = 0 as collar_present,
                case when hash(i, 14) % 10 > 1 then '北' || (hash(i, 14) % 40) || '丁目' end as place,
                {_pick("outcome_type", 15)} as outcome_type,
                case when outcome_type <> 'in_care' and h % 9 > 0
                    then intake_date + (hash(i, 16) % 120)::int end as outcome_date,
                case when outcome_date is not null then 'day' end as outcome_date_precision,
                (year(outcome_date) - (month(outcome_date) < 4)::int)::int as outcome_fiscal_year,
                case when outcome_type = 'died' then '3' end as official_category,
                h % 17 = 0 as is_outcome_inferred,
                (outcome_date - intake_date)::bigint as length_of_stay_days,
                case when h % 19 = 0 then 'AGE_OUTLIER,YEAR_INFERRED' else '' end as dq_flags
            from drawn
        ), counted as (
            select *, count(place) over (partition by municipality_code, fiscal_year, place) >= 5 as is_told
            from told
        )
        select
            municipality_code, fiscal_year,
            row_number() over (partition by municipality_code, fiscal_year order by intake_date, coat, sex) as record_no,
            * exclude (municipality_code, fiscal_year, place, is_told),
            case when is_told and place is not null then place end as area,
            case when place is null then 'unknown' when is_told then 'observed' else 'suppressed' end as area_status
        from counted"""
    )
    connection.execute(
        """create table mart_cat_area as
        select municipality_code, fiscal_year, area, count(*) as heads, 'observed' as value_status
        from mart_cat where area is not null group by 1, 2, 3"""
    )
    zeros = ", ".join(
        f"{0 if field.kind == 'integer' else 0.5}::{'bigint' if field.kind == 'integer' else 'decimal(12, 6)'}"
        f" as {name}"
        for name, field in FIGURES.items()
        if name != "intakes"
    )
    connection.execute(
        f"""create table mart_municipality_fiscal_year as
        select municipality_code, fiscal_year, 'records' as basis, '' as body_scope,
            sum(is_official_intake::int)::bigint as intakes, {zeros}
        from mart_cat group by 1, 2
        union all
        select '000000', 2020, 'annual_report', '', 5, {zeros}"""
    )
    connection.execute(
        f"""create table mart_municipality_month as
        select municipality_code, intake_month as month_start, max(fiscal_year) as fiscal_year,
            sum(is_official_intake::int)::bigint as intakes, {zeros}
        from mart_cat group by 1, 2"""
    )
    connection.execute(
        f"""create table dim_municipality as
        select lpad(i::varchar, 5, '0') || '9' as municipality_code, 'JP' as country,
            '県' || (i % 5) as prefecture, '市' || i as name, 'し' as name_kana, 'City ' || i as name_en,
            'city' as kind, (10000 * (i + 1))::bigint as population, null::date as valid_from,
            null::date as valid_to, municipality_code as current_municipality_code, true as is_fictional
        from range({bodies + 2}) as t(i)"""
    )
    names = (
        "mart_cat",
        "mart_cat_area",
        "mart_municipality_fiscal_year",
        "mart_municipality_month",
        "dim_municipality",
    )
    return {name: connection.table(name).to_arrow_table() for name in names}


def publish_made(folder: Path | str, cats: int, bodies: int = BODIES) -> Manifest:
    """Publish such an extract into a folder or to S3."""
    return publish(marts(cats, bodies), Storage(str(folder)))
