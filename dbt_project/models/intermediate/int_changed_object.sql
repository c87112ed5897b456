with built as (
    {{ built_loads(ref('stg_load')) }}
),

-- Every version of an object counts: what an earlier one gave must go, what the newest gives must come.
changed as (
    select
        heads.source_id,
        heads.source_object
    from {{ ref('stg_load') }} as heads
    left join built
        on
            heads.source_id = built.source_id
            and heads.source_object = built.source_object
            and heads.load_id = built.load_id
            and built.fingerprint = '{{ fingerprint() }}'
    where
        heads.is_head
        and built.load_id is null
)

select
    loads.source_id,
    loads.source_object,
    loads.object_version,
    loads.fiscal_years
from {{ ref('stg_load') }} as loads
inner join changed
    on
        loads.source_id = changed.source_id
        and loads.source_object = changed.source_object
