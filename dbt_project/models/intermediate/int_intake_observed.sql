{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

{#- Attributes that later observations may correct, by what it takes to know them. -#}
{%- set coded = [
    'intake_type', 'coat', 'hair_length', 'sex', 'neuter_status', 'official_age_class', 'body_size'
] -%}
{%- set plain = ['management_no', 'facility', 'place_area', 'breed', 'notice_deadline'] -%}
{%- set booleans = ['collar_present', 'ear_tip', 'microchip_present'] -%}
{#- An animal grows while it is listed: its age at intake is the one first seen, not the last. -#}
{%- set ages = ['age_months_min', 'age_months_max', 'age_basis', 'birth_from', 'birth_to'] -%}

{%- set of_intake = [
    'intake_date', 'intake_date_precision', 'municipality_code', 'fiscal_year', 'dq_flags',
    'source_object', 'source_row', 'load_id'
] -%}

-- Most sources tell an intake once: only the others are worth sorting.
with repeated as (
    select
        source_id,
        intake_id
    from {{ ref('stg_shelter_intake') }}
    where {{ rebuilt() }}
    group by source_id, intake_id
    having count(*) > 1
),

observations as (
    select
        records.*,
        coalesce(numbers.numbered_intake_id, records.intake_id) as stay_intake_id,
        numbers.intake_id is not null as is_reused,
        {{ has_flag('records.dq_flags', 'DATE_FROM_LISTING') }} as is_listing_date,
        {{ has_flag('records.dq_flags', 'STAY_CONTINUED') }} as is_continued,
        row_number() over (
            partition by records.source_id, coalesce(numbers.numbered_intake_id, records.intake_id)
            order by records.observed_date asc nulls first, records.source_object asc, records.source_row asc
        ) as seen_no
    from {{ ref('stg_shelter_intake') }} as records
    inner join repeated
        on
            records.source_id = repeated.source_id
            and records.intake_id = repeated.intake_id
    left join {{ ref('int_reused_number') }} as numbers on {{ is_of_number('records', 'numbers') }}
),

places as (
    select
        source_id,
        stay_intake_id,
        count(*) as observations,
        max(observed_date) as last_observed_date,
        max(case when observed_date is not null then seen_no end) as observed_at,
        -- Several animals, or one whose day the listings correct: whoever counts on it should know.
        bool_or(is_reused)
        or count(distinct case when not is_listing_date and not is_continued then intake_date end) > 1
            as is_reused_number,
        bool_or(is_continued) as is_continued,
        {% for name in coded %}
        max(case when {{ name }} <> 'unknown' then seen_no end) as {{ name }}_at,
        {% endfor %}
        {% for name in plain + booleans %}
        max(case when {{ name }} is not null then seen_no end) as {{ name }}_at,
        {% endfor %}
        min(
            case
                when age_months_min is not null or age_months_max is not null then seen_no
            end
        ) as age_at,
        min(case when life_stage <> 'unknown' then seen_no end) as life_stage_at,
        min(seen_no + case when is_listing_date then 1000000 else 0 end) as date_at
    from observations
    group by source_id, stay_intake_id
)

select
    observations.source_id,
    observations.stay_intake_id as intake_id,
    max(places.observations) as observations,
    max(places.last_observed_date) as last_observed_date,
    max(case when observations.seen_no = places.observed_at then observations.municipality_code end)
        as last_observed_municipality_code,
    bool_or(places.is_continued) as is_continued,
    bool_or(places.is_reused_number) as is_reused_number,
    {% for name in coded %}
    coalesce(
        max(case when observations.seen_no = places.{{ name }}_at then observations.{{ name }} end),
        max(observations.{{ name }})
    ) as {{ name }},
    {% endfor %}
    {% for name in plain %}
    max(case when observations.seen_no = places.{{ name }}_at then observations.{{ name }} end)
        as {{ name }},
    {% endfor %}
    {% for name in booleans %}
    bool_or(case when observations.seen_no = places.{{ name }}_at then observations.{{ name }} end)
        as {{ name }},
    {% endfor %}
    {% for name in ages %}
    max(case when observations.seen_no = places.age_at then observations.{{ name }} end)
        as {{ name }},
    {% endfor %}
    {% for name in of_intake %}
    max(case when mod(places.date_at, 1000000) = observations.seen_no then observations.{{ name }} end)
        as {{ name }},
    {% endfor %}
    coalesce(
        max(case when observations.seen_no = places.life_stage_at then observations.life_stage end),
        'unknown'
    ) as life_stage
from observations
inner join places
    on
        observations.source_id = places.source_id
        and observations.stay_intake_id = places.stay_intake_id
group by observations.source_id, observations.stay_intake_id
union all
select
    records.source_id,
    records.intake_id,
    1 as observations,
    records.observed_date as last_observed_date,
    case when records.observed_date is not null then records.municipality_code end
        as last_observed_municipality_code,
    {{ has_flag('records.dq_flags', 'STAY_CONTINUED') }} as is_continued,
    false as is_reused_number,
    {% for name in coded + plain + booleans + ages + of_intake %}
    records.{{ name }},
    {% endfor %}
    coalesce(records.life_stage, 'unknown') as life_stage
from {{ ref('stg_shelter_intake') }} as records
left join repeated
    on
        records.source_id = repeated.source_id
        and records.intake_id = repeated.intake_id
where
    repeated.intake_id is null
    and {{ rebuilt('records') }}
