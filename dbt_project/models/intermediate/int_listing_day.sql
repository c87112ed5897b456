with snapshot_sources as (
    select source_id
    from {{ ref('stg_ref_source') }}
    where is_snapshot
),

seen as (
    select distinct
        records.source_id,
        records.municipality_code,
        records.observed_date
    from {{ ref('stg_shelter_intake') }} as records
    inner join snapshot_sources
        on records.source_id = snapshot_sources.source_id
    where records.observed_date is not null
    union
    select distinct
        records.source_id,
        records.municipality_code,
        records.observed_date
    from {{ ref('stg_outcome') }} as records
    inner join snapshot_sources
        on records.source_id = snapshot_sources.source_id
    where records.observed_date is not null
),

single_bodies as (
    select
        source_id,
        min(municipality_code) as municipality_code
    from seen
    group by source_id
    having count(distinct municipality_code) = 1
)

-- A source of many bodies may miss one body's page on a day: that day says nothing of that body.
-- The file of a single body is a snapshot of it even when it lists nothing.
select
    source_id,
    municipality_code,
    observed_date
from seen
union
select
    single_bodies.source_id,
    single_bodies.municipality_code,
    loads.observed_date
from {{ ref('stg_load') }} as loads
inner join single_bodies
    on loads.source_id = single_bodies.source_id
where
    loads.is_visible
    and loads.observed_date is not null
