{{ config(meta={'scan_budget': 80}) }}

{#- What may be published of an animal: nothing that another register holds (numbers, identities, files), no
    text that a person wrote but the facility's name, and an area only as int_cat_area allows. -#}
{%- set columns = [
    'facility', 'intake_date', 'intake_date_precision', 'intake_type', 'is_official_intake',
    'sex', 'neuter_status', 'coat', 'hair_length', 'body_size', 'life_stage', 'official_age_class',
    'age_months_min', 'age_months_max', 'age_basis', 'ear_tip', 'microchip_present', 'collar_present',
    'area', 'area_status', 'outcome_type', 'outcome_date', 'outcome_date_precision', 'outcome_fiscal_year',
    'official_category', 'is_outcome_inferred', 'length_of_stay_days', 'dq_flags'
] -%}

with cats as (
    select
        intakes.municipality_code,
        intakes.fiscal_year,
        intakes.intake_month,
        stays.facility,
        intakes.intake_date,
        coalesce(intakes.intake_date_precision, 'day') as intake_date_precision,
        coalesce(intakes.intake_type, 'unknown') as intake_type,
        intakes.is_official_intake,
        coalesce(intakes.sex, 'unknown') as sex,
        coalesce(intakes.neuter_status, 'unknown') as neuter_status,
        coalesce(intakes.coat, 'unknown') as coat,
        coalesce(intakes.hair_length, 'unknown') as hair_length,
        coalesce(intakes.body_size, 'unknown') as body_size,
        coalesce(intakes.life_stage, 'unknown') as life_stage,
        coalesce(intakes.official_age_class, 'not_distinguished') as official_age_class,
        intakes.age_months_min,
        intakes.age_months_max,
        intakes.age_basis,
        intakes.ear_tip,
        intakes.microchip_present,
        intakes.collar_present,
        case when not areas.is_suppressed then areas.area end as area,
        case
            when areas.area is null then 'unknown'
            when areas.is_suppressed then 'suppressed'
            else 'observed'
        end as area_status,
        coalesce(outcomes.outcome_type, 'in_care') as outcome_type,
        outcomes.outcome_date,
        case
            when outcomes.outcome_date is not null then coalesce(outcomes.outcome_date_precision, 'day')
        end as outcome_date_precision,
        outcomes.fiscal_year as outcome_fiscal_year,
        outcomes.official_category,
        outcomes.is_inferred as is_outcome_inferred,
        intakes.length_of_stay_days,
        intakes.dq_flags
    from {{ ref('fct_intake') }} as intakes
    inner join {{ ref('int_stay') }} as stays
        on intakes.stay_id = stays.stay_id
    left join {{ ref('fct_outcome') }} as outcomes
        on intakes.stay_id = outcomes.stay_id
    left join {{ ref('int_cat_area') }} as areas
        on
            intakes.municipality_code = areas.municipality_code
            and intakes.fiscal_year = areas.fiscal_year
            and stays.place_area = areas.area
)

select
    municipality_code,
    fiscal_year,
    -- Numbered by what is published alone, so that the number tells nothing; equal animals are equal rows.
    row_number() over (
        partition by municipality_code, fiscal_year
        order by
            {{ columns | join(' asc nulls first,\n            ') }} asc nulls first
    ) as record_no,
    intake_month,
    {{ columns | join(',\n    ') }}
from cats
