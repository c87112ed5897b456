{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

select
    outcomes.source_id || '/' || outcomes.intake_id as stay_id,
    outcomes.source_id,
    outcomes.intake_id,
    outcomes.municipality_code,
    coalesce(stays.facility_id, outcomes.municipality_code || '/-') as facility_id,
    outcomes.outcome_date,
    outcomes.outcome_date_precision,
    {{ month_start('outcomes.outcome_date') }} as outcome_month,
    outcomes.fiscal_year,
    outcomes.outcome_type,
    outcomes.recipient_type,
    outcomes.euthanasia_category,
    -- The ministry counts a death in care as category 3 of the euthanised.
    case
        when outcomes.outcome_type = 'died' then '3'
        when outcomes.outcome_type = 'euthanized' then outcomes.euthanasia_category
    end as official_category,
    outcomes.counterpart_facility,
    coalesce(stays.intake_type, 'unknown') = 'injured' as is_injured,
    stays.intake_date,
    stays.length_of_stay_days,
    stays.intake_id is not null as has_intake,
    outcomes.is_inferred,
    outcomes.is_date_from_listing,
    {{ with_flag(
        'outcomes.dq_flags', 'OUTCOME_BEFORE_INTAKE', 'coalesce(stays.is_outcome_before_intake, false)'
    ) }} as dq_flags,
    outcomes.source_object,
    outcomes.source_row,
    outcomes.load_id
from {{ ref('int_outcome') }} as outcomes
left join {{ ref('int_stay') }} as stays
    on
        outcomes.source_id = stays.source_id
        and outcomes.intake_id = stays.intake_id
where {{ rebuilt('outcomes') }}
