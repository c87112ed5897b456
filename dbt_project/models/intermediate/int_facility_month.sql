-- Stays that can be placed in time: an outcome before its intake, or without a day, cannot.
with stays as (
    select
        stays.facility_id,
        stays.intake_type,
        stays.intake_month,
        stays.outcome_month,
        stays.is_open,
        stays.length_of_stay_days,
        horizons.as_of_date,
        not stays.is_outcome_before_intake
        and (stays.is_open or stays.outcome_date is not null) as is_placed
    from {{ ref('int_stay') }} as stays
    left join {{ ref('int_horizon') }} as horizons
        on stays.source_id = horizons.source_id
),

spans as (
    select
        facility_id,
        min(intake_month) as first_month,
        max({{ month_start('as_of_date') }}) as last_month
    from stays
    group by facility_id
),

arrivals as (
    select
        facility_id,
        intake_month as month_start,
        sum(case when is_placed and intake_type = 'transfer_in' then 0 when is_placed then 1 else 0 end)
            as intakes,
        sum(case when is_placed and intake_type = 'transfer_in' then 1 else 0 end) as transfers_in,
        sum(case when is_placed then 0 else 1 end) as unplaced_stays
    from stays
    group by facility_id, intake_month
),

departures as (
    select
        facility_id,
        outcome_month as month_start,
        count(*) as outcomes,
        count(length_of_stay_days) as measured_stays,
        sum(length_of_stay_days) as stay_days
    from stays
    where
        is_placed
        and not is_open
    group by facility_id, outcome_month
),

spells as (
    select
        facility_id,
        intake_month,
        outcome_month,
        count(*) as heads
    from stays
    where is_placed
    group by facility_id, intake_month, outcome_month
),

facility_months as (
    select
        spans.facility_id,
        months.month_start,
        months.days_in_month
    from spans
    inner join {{ ref('int_month') }} as months
        on months.month_start between spans.first_month and spans.last_month
),

-- Counted from the stays themselves, not from the flows, so that the residual can show a mistake.
closings as (
    select
        facility_months.facility_id,
        facility_months.month_start,
        sum(spells.heads) as closing
    from facility_months
    inner join spells
        on
            facility_months.facility_id = spells.facility_id
            and facility_months.month_start >= spells.intake_month
            and (
                spells.outcome_month is null
                or facility_months.month_start < spells.outcome_month
            )
    group by facility_months.facility_id, facility_months.month_start
)

select
    facility_months.facility_id,
    facility_months.month_start,
    facility_months.days_in_month,
    cast(coalesce(lag(closings.closing) over (
        partition by facility_months.facility_id order by facility_months.month_start asc
    ), 0) as bigint) as opening,
    cast(coalesce(arrivals.intakes, 0) as bigint) as intakes,
    cast(coalesce(arrivals.transfers_in, 0) as bigint) as transfers_in,
    cast(coalesce(departures.outcomes, 0) as bigint) as outcomes,
    cast(coalesce(closings.closing, 0) as bigint) as closing,
    cast(coalesce(arrivals.unplaced_stays, 0) as bigint) as unplaced_stays,
    cast(coalesce(departures.measured_stays, 0) as bigint) as measured_stays,
    cast(coalesce(departures.stay_days, 0) as bigint) as stay_days
from facility_months
left join arrivals
    on
        facility_months.facility_id = arrivals.facility_id
        and facility_months.month_start = arrivals.month_start
left join departures
    on
        facility_months.facility_id = departures.facility_id
        and facility_months.month_start = departures.month_start
left join closings
    on
        facility_months.facility_id = closings.facility_id
        and facility_months.month_start = closings.month_start
