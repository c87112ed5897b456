{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

-- A ledger that states another day for a number speaks of another animal, or of another stay. Listings
-- correct their days, and a day that is not stated, or of which only the month is, says nothing.
with several as (
    select
        source_id,
        intake_id
    from {{ ref('stg_shelter_intake') }}
    where {{ rebuilt() }}
    group by source_id, intake_id
    having min(intake_date) < max(intake_date)
),

days as (
    select distinct
        records.source_id,
        records.intake_id,
        records.intake_date,
        {{ precision_of('records.intake_date_precision') }} as intake_date_precision,
        {{ is_listed_day('records') }} as is_listed_day,
        {{ last_day_meant('records.intake_date', 'records.intake_date_precision') }} as last_day,
        case
            when
                {{ precision_of('records.intake_date_precision') }} = 'day'
                and not {{ is_listed_day('records') }}
                then records.intake_date
        end as stated_day
    from {{ ref('stg_shelter_intake') }} as records
    inner join several
        on
            records.source_id = several.source_id
            and records.intake_id = several.intake_id
),

begun as (
    select
        *,
        max(stated_day) over (
            partition by source_id, intake_id
            order by last_day asc, stated_day asc nulls last
            rows between unbounded preceding and current row
        ) as begun_on,
        min(stated_day) over (partition by source_id, intake_id) as first_begun_on,
        max(stated_day) over (partition by source_id, intake_id) as last_begun_on
    from days
)

select
    source_id,
    intake_id,
    intake_date,
    intake_date_precision,
    is_listed_day,
    coalesce(begun_on, first_begun_on) as begun_on,
    case
        when begun_on > first_begun_on then intake_id || '@' || cast(begun_on as varchar(10))
        else intake_id
    end as numbered_intake_id
from begun
where first_begun_on < last_begun_on
