{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

with seen as (
    select
        segments.source_id,
        segments.stay_intake_id as intake_id,
        observed.last_observed_municipality_code as municipality_code,
        observed.last_observed_date,
        row_number() over (
            partition by segments.source_id, segments.stay_intake_id
            order by observed.last_observed_date desc, segments.segment_no desc
        ) as last_first
    from {{ ref('int_intake_observed') }} as observed
    inner join {{ ref('int_stay_segment') }} as segments
        on
            observed.source_id = segments.source_id
            and observed.intake_id = segments.intake_id
    where
        observed.last_observed_date is not null
        and {{ rebuilt('observed') }}
),

-- A listed animal that moved between bodies is gone when the last of them no longer lists it.
last_seen as (
    select
        source_id,
        intake_id,
        municipality_code,
        last_observed_date
    from seen
    where last_first = 1
),

next_listing as (
    select
        days.source_id,
        days.municipality_code,
        days.observed_date,
        lead(days.observed_date) over (
            partition by days.source_id, days.municipality_code order by days.observed_date asc
        ) as next_date
    from {{ ref('int_listing_day') }} as days
),

vanished as (
    select
        last_seen.source_id,
        last_seen.intake_id,
        last_seen.municipality_code,
        next_listing.next_date as outcome_date
    from last_seen
    inner join next_listing
        on
            last_seen.source_id = next_listing.source_id
            and last_seen.municipality_code = next_listing.municipality_code
            and last_seen.last_observed_date = next_listing.observed_date
    left join {{ ref('int_outcome_recorded') }} as recorded
        on
            last_seen.source_id = recorded.source_id
            and last_seen.intake_id = recorded.intake_id
    where
        next_listing.next_date is not null
        and recorded.intake_id is null
),

outcomes as (
    select
        source_id,
        intake_id,
        municipality_code,
        fiscal_year,
        outcome_date,
        is_date_from_listing,
        outcome_date_precision,
        outcome_type,
        recipient_type,
        euthanasia_category,
        counterpart_facility,
        dq_flags,
        source_object,
        source_row,
        load_id,
        has_intake,
        false as is_inferred
    from {{ ref('int_outcome_recorded') }}
    where {{ rebuilt() }}
    union all
    select
        source_id,
        intake_id,
        municipality_code,
        cast(null as integer) as fiscal_year,
        outcome_date,
        true as is_date_from_listing,
        'day' as outcome_date_precision,
        'unknown' as outcome_type,
        cast(null as varchar(32)) as recipient_type,
        cast(null as varchar(32)) as euthanasia_category,
        cast(null as varchar(1024)) as counterpart_facility,
        'OUTCOME_INFERRED' as dq_flags,
        cast(null as varchar(1024)) as source_object,
        cast(null as bigint) as source_row,
        cast(null as varchar(64)) as load_id,
        true as has_intake,
        true as is_inferred
    from vanished
)

select
    outcomes.source_id,
    outcomes.intake_id,
    outcomes.municipality_code,
    case
        when outcomes.outcome_date is null then outcomes.fiscal_year
        else {{ fiscal_year_of('outcomes.outcome_date', 'coalesce(bodies.fiscal_year_start_month, 4)') }}
    end as fiscal_year,
    outcomes.outcome_date,
    outcomes.is_date_from_listing,
    outcomes.outcome_date_precision,
    outcomes.outcome_type,
    outcomes.recipient_type,
    outcomes.euthanasia_category,
    outcomes.counterpart_facility,
    outcomes.dq_flags,
    outcomes.source_object,
    outcomes.source_row,
    outcomes.load_id,
    outcomes.has_intake,
    outcomes.is_inferred
from outcomes
left join {{ ref('stg_ref_body') }} as bodies
    on outcomes.municipality_code = bodies.municipality_code
