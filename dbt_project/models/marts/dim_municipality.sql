-- Four steps reach the end of every chain of mergers on record; a fifth would show in a test.
with events as (
    select
        predecessor_code,
        count(distinct successor_code) as successors,
        min(successor_code) as successor_code,
        min(event_date) as event_date
    from {{ ref('stg_ref_body_event') }}
    where predecessor_code <> successor_code
    group by predecessor_code
)

select
    bodies.municipality_code,
    bodies.country,
    bodies.prefecture,
    bodies.name,
    bodies.name_kana,
    bodies.name_en,
    bodies.kind,
    bodies.fiscal_year_start_month,
    bodies.population,
    bodies.covered_population,
    bodies.population_year,
    bodies.excludes_reporting_cities,
    cast(bodies.latitude as decimal(10, 6)) as latitude,
    cast(bodies.longitude as decimal(10, 6)) as longitude,
    bodies.valid_from,
    bodies.valid_to,
    bodies.valid_to is null as is_current,
    coalesce(
        step_4.successor_code,
        step_3.successor_code,
        step_2.successor_code,
        step_1.successor_code,
        bodies.municipality_code
    ) as current_municipality_code,
    coalesce(step_1.successors, 0) > 1 as is_split,
    coalesce(bodies.is_fictional, false) as is_fictional
from {{ ref('int_body') }} as bodies
left join events as step_1
    on
        bodies.municipality_code = step_1.predecessor_code
        and bodies.valid_to is not null
left join events as step_2
    on step_1.successor_code = step_2.predecessor_code
left join events as step_3
    on step_2.successor_code = step_3.predecessor_code
left join events as step_4
    on step_3.successor_code = step_4.predecessor_code
