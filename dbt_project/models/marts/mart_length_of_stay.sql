with stays as (
    select
        stays.facility_id,
        stays.municipality_code,
        case when stays.is_open then 'open' else 'closed' end as stay_state,
        case
            when stays.is_open then {{ month_start('horizons.as_of_date') }}
            else stays.outcome_month
        end as month_start,
        stays.life_stage as age_group,
        case
            when stays.is_open then {{ days_between('stays.intake_date', 'horizons.as_of_date') }}
            else stays.length_of_stay_days
        end as days,
        case when stays.is_inferred then 1 else 0 end as is_inferred
    from {{ ref('int_stay') }} as stays
    left join {{ ref('int_horizon') }} as horizons
        on stays.source_id = horizons.source_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by facility_id, stay_state, month_start, age_group order by days asc
        ) as place,
        count(*) over (partition by facility_id, stay_state, month_start, age_group) as stays
    from stays
    where days >= 0
)

select
    facility_id,
    max(municipality_code) as municipality_code,
    stay_state,
    month_start,
    age_group,
    max(stays) as stays,
    cast(sum(is_inferred) as bigint) as inferred_outcomes,
    -- The mean of the two middle ones, which are the same one where the number is odd.
    cast(
        cast(
            min(case when 2 * place >= stays then days end)
            + min(case when 2 * place > stays then days end)
            as decimal(10, 0)
        ) * cast('0.5' as decimal(2, 1))
        as decimal(12, 1)
    ) as median_days,
    -- Nearest rank: the least day that at least nine tenths of the stays do not exceed.
    min(case when 10 * place >= 9 * stays then days end) as p90_days
from ranked
group by facility_id, stay_state, month_start, age_group
