{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

with outcomes as (
    select
        outcomes.source_id,
        coalesce(segments.stay_intake_id, outcomes.intake_id) as intake_id,
        outcomes.municipality_code,
        outcomes.fiscal_year,
        outcomes.outcome_date,
        outcomes.outcome_date_precision,
        outcomes.observed_date,
        outcomes.outcome_type,
        outcomes.recipient_type,
        outcomes.euthanasia_category,
        outcomes.counterpart_facility,
        outcomes.dq_flags,
        outcomes.source_object,
        outcomes.source_row,
        outcomes.load_id,
        segments.intake_id is not null as has_intake
    from {{ ref('int_outcome_matched') }} as outcomes
    left join {{ ref('int_stay_segment') }} as segments
        on
            outcomes.source_id = segments.source_id
            and outcomes.intake_id = segments.intake_id
    where
        outcomes.outcome_type <> 'in_care'
        and not {{ has_flag('outcomes.dq_flags', 'INTERNAL_MOVEMENT') }}
        -- What ended an earlier segment was a movement: the stay went on.
        and coalesce(segments.is_last_segment, true)
        and {{ rebuilt('outcomes') }}
),

dated as (
    select
        *,
        -- A listing that shows an outcome without its day says it from its first showing on.
        coalesce(
            outcome_date,
            min(observed_date) over (partition by source_id, intake_id, outcome_type)
        ) as known_date
    from outcomes
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_id, intake_id
            order by
                known_date desc nulls last,
                case when outcome_type = 'unknown' then 1 else 0 end asc,
                observed_date desc nulls last,
                source_object desc,
                source_row desc
        ) as newest_first
    from dated
)

select
    source_id,
    intake_id,
    municipality_code,
    fiscal_year,
    known_date as outcome_date,
    outcome_date is null and known_date is not null as is_date_from_listing,
    outcome_date_precision,
    outcome_type,
    recipient_type,
    euthanasia_category,
    counterpart_facility,
    dq_flags,
    source_object,
    source_row,
    load_id,
    has_intake
from ranked
where newest_first = 1
