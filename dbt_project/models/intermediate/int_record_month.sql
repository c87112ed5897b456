{%- set measures = [
    'intakes_owner', 'intakes_stray', 'injured_intakes', 'transfers_in', 'births_in_care',
    'kittens', 'intakes_of_known_age', 'unweaned_intakes',
    'returned', 'rehomed', 'euthanized_1', 'euthanized_2', 'euthanized_3', 'euthanized_unclassified',
    'returned_to_field', 'transferred_out', 'escaped', 'unknown_outcomes',
    'injured_returned', 'injured_rehomed', 'injured_euthanized', 'known_outcomes', 'live_outcomes'
] -%}

with intakes as (
    select
        municipality_code,
        fiscal_year,
        case when coalesce(intake_date_precision, 'day') <> 'year' then intake_month end as month_start,
        is_official_intake,
        intake_type,
        life_stage,
        official_age_class
    from {{ ref('fct_intake') }}
),

outcomes as (
    select
        municipality_code,
        fiscal_year,
        case when coalesce(outcome_date_precision, 'day') <> 'year' then outcome_month end as month_start,
        is_injured,
        outcome_type,
        official_category
    from {{ ref('fct_outcome') }}
),

events as (
    select
        municipality_code,
        fiscal_year,
        month_start,
        case when intake_type = 'owner_surrender' then 1 else 0 end as intakes_owner,
        case when intake_type = 'stray' then 1 else 0 end as intakes_stray,
        case when intake_type = 'injured' then 1 else 0 end as injured_intakes,
        case when intake_type = 'transfer_in' then 1 else 0 end as transfers_in,
        case when intake_type = 'born_in_care' then 1 else 0 end as births_in_care,
        case when is_official_intake and life_stage = 'kitten' then 1 else 0 end as kittens,
        case when is_official_intake and life_stage <> 'unknown' then 1 else 0 end as intakes_of_known_age,
        case when is_official_intake and official_age_class = 'unweaned' then 1 else 0 end
            as unweaned_intakes,
        {% for measure in measures[8:] %}
        0 as {{ measure }},
        {% endfor %}
        case when is_official_intake then 1 else 0 end as intakes
    from intakes
    union all
    select
        municipality_code,
        fiscal_year,
        month_start,
        {% for measure in measures[:8] %}
        0 as {{ measure }},
        {% endfor %}
        case when not is_injured and outcome_type = 'returned' then 1 else 0 end as returned,
        case when not is_injured and outcome_type = 'rehomed' then 1 else 0 end as rehomed,
        case when not is_injured and official_category = '1' then 1 else 0 end as euthanized_1,
        case when not is_injured and official_category = '2' then 1 else 0 end as euthanized_2,
        case when not is_injured and official_category = '3' then 1 else 0 end as euthanized_3,
        case
            when not is_injured and outcome_type = 'euthanized' and official_category is null then 1
            else 0
        end as euthanized_unclassified,
        case when outcome_type = 'returned_to_field' then 1 else 0 end as returned_to_field,
        case when outcome_type = 'transfer_out' then 1 else 0 end as transferred_out,
        case when outcome_type = 'escaped' then 1 else 0 end as escaped,
        case when outcome_type = 'unknown' then 1 else 0 end as unknown_outcomes,
        case when is_injured and outcome_type = 'returned' then 1 else 0 end as injured_returned,
        case when is_injured and outcome_type = 'rehomed' then 1 else 0 end as injured_rehomed,
        case when is_injured and outcome_type in ('euthanized', 'died') then 1 else 0 end
            as injured_euthanized,
        case when outcome_type <> 'unknown' then 1 else 0 end as known_outcomes,
        case
            when outcome_type in ('returned', 'rehomed', 'returned_to_field', 'transfer_out') then 1
            else 0
        end as live_outcomes,
        0 as intakes
    from outcomes
)

select
    municipality_code,
    fiscal_year,
    month_start,
    {% for measure in measures %}
    cast(sum({{ measure }}) as bigint) as {{ measure }},
    {% endfor %}
    cast(sum(intakes) as bigint) as intakes
from events
group by municipality_code, fiscal_year, month_start
