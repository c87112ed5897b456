{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

with paired as (
    select
        intakes.*,
        outcomes.outcome_date,
        outcomes.outcome_date_precision,
        outcomes.outcome_type,
        outcomes.euthanasia_category,
        outcomes.is_inferred,
        coalesce(outcomes.outcome_date < intakes.intake_date, false) as is_outcome_before_intake,
        outcomes.intake_id is null as is_open
    from {{ ref('int_intake') }} as intakes
    left join {{ ref('int_outcome') }} as outcomes
        on
            intakes.source_id = outcomes.source_id
            and intakes.intake_id = outcomes.intake_id
    where {{ rebuilt('intakes') }}
)

select
    *,
    source_id || '/' || intake_id as stay_id,
    municipality_code || '/' || coalesce(facility, '-') as facility_id,
    {{ month_start('intake_date') }} as intake_month,
    {{ month_start('outcome_date') }} as outcome_month,
    {{ with_flag(
        with_flag('dq_flags', 'OUTCOME_BEFORE_INTAKE', 'is_outcome_before_intake'),
        'REUSED_NUMBER', 'coalesce(is_reused_number, false)'
    ) }} as stay_flags,
    -- A stay is measured where both days are known as days and stand in order.
    case
        when
            not is_outcome_before_intake
            and coalesce(intake_date_precision, 'day') = 'day'
            and coalesce(outcome_date_precision, 'day') = 'day'
            then {{ days_between('intake_date', 'outcome_date') }}
    end as length_of_stay_days
from paired
