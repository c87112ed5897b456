{{ config(materialized='view') }}

-- The statistics count a prefecture without its designated and core cities, which report themselves:
-- its figures stand against the people of the rest.
with reporting_cities as (
    select
        country,
        prefecture,
        sum(population) as population
    from {{ ref('stg_ref_body') }}
    where
        kind in ('designated_city', 'core_city')
        and valid_to is null
    group by country, prefecture
)

select
    bodies.*,
    bodies.kind = 'prefecture' as excludes_reporting_cities,
    cast(
        case
            when bodies.kind = 'prefecture'
                then bodies.population - coalesce(cities.population, 0)
            else bodies.population
        end as bigint
    ) as covered_population
from {{ ref('stg_ref_body') }} as bodies
left join reporting_cities as cities
    on
        bodies.kind = 'prefecture'
        and bodies.country = cities.country
        and bodies.prefecture = cities.prefecture
