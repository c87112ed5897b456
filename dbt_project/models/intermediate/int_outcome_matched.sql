{{ config(materialized='view') }}

{%- set columns = [
    'source_id', 'municipality_code', 'fiscal_year', 'outcome_date', 'outcome_date_precision',
    'observed_date', 'outcome_type', 'recipient_type', 'euthanasia_category', 'counterpart_facility',
    'source_object', 'source_row', 'load_id'
] -%}

with stays as (
    select distinct
        source_id,
        intake_id,
        numbered_intake_id,
        begun_on
    from {{ ref('int_reused_number') }}
),

reused as (
    select distinct
        source_id,
        intake_id
    from stays
),

-- Where one row tells a whole stay, its outcome is that of its intake.
own_rows as (
    select distinct
        records.source_id,
        records.source_object,
        records.source_row,
        numbers.numbered_intake_id
    from {{ ref('stg_shelter_intake') }} as records
    inner join {{ ref('int_reused_number') }} as numbers on {{ is_of_number('records', 'numbers') }}
),

outcomes as (
    select
        records.*,
        coalesce(
            {{ last_day_meant('records.outcome_date', 'records.outcome_date_precision') }},
            records.observed_date
        ) as last_day,
        row_number() over (
            partition by records.source_id, records.intake_id
            order by records.source_object asc, records.source_row asc, records.outcome_date asc nulls last
        ) as outcome_no
    from {{ ref('stg_outcome') }} as records
    inner join reused
        on
            records.source_id = reused.source_id
            and records.intake_id = reused.intake_id
),

-- Any other belongs to the latest stay that began no later; one without a day to the last.
ranked as (
    select
        outcomes.*,
        stays.numbered_intake_id,
        row_number() over (
            partition by outcomes.source_id, outcomes.intake_id, outcomes.outcome_no
            order by
                case when own_rows.source_row is not null then 0 else 1 end asc,
                case when outcomes.last_day < stays.begun_on then 1 else 0 end asc,
                case when outcomes.last_day < stays.begun_on then stays.begun_on end asc nulls last,
                stays.begun_on desc
        ) as nearest_first
    from outcomes
    inner join stays
        on
            outcomes.source_id = stays.source_id
            and outcomes.intake_id = stays.intake_id
    left join own_rows
        on
            outcomes.source_id = own_rows.source_id
            and outcomes.source_object = own_rows.source_object
            and outcomes.source_row = own_rows.source_row
            and stays.numbered_intake_id = own_rows.numbered_intake_id
)

select
    {% for name in columns %}
    {{ name }},
    {% endfor %}
    {{ with_flag('dq_flags', 'REUSED_NUMBER', 'true') }} as dq_flags,
    numbered_intake_id as intake_id
from ranked
where nearest_first = 1
union all
select
    {% for name in columns %}
    outcomes.{{ name }},
    {% endfor %}
    outcomes.dq_flags,
    outcomes.intake_id
from {{ ref('stg_outcome') }} as outcomes
left join reused
    on
        outcomes.source_id = reused.source_id
        and outcomes.intake_id = reused.intake_id
where reused.intake_id is null
