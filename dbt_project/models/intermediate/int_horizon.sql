-- The last day that a source's records speak of: open stays are counted up to it, never up to today,
-- so that the same lake gives the same figures. A day after the source's newest load is a mistake.
with days as (
    select
        source_id,
        intake_date as told_date
    from {{ ref('int_stay') }}
    union
    select
        source_id,
        outcome_date as told_date
    from {{ ref('int_outcome') }}
    union
    select
        source_id,
        last_observed_date as told_date
    from {{ ref('int_intake_observed') }}
    union
    select
        source_id,
        observed_date as told_date
    from {{ ref('stg_load') }}
    where is_visible
),

newest as (
    select
        source_id,
        max(committed_at) as committed_at
    from {{ ref('stg_load') }}
    where is_visible
    group by source_id
)

select
    days.source_id,
    max(days.told_date) as as_of_date
from days
inner join newest
    on days.source_id = newest.source_id
where days.told_date <= cast(newest.committed_at as date)
group by days.source_id
