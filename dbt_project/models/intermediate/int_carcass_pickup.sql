with ranked as (
    select
        *,
        row_number() over (
            partition by source_id, pickup_id
            order by ingested_at desc, source_object desc, source_row desc
        ) as newest_first
    from {{ ref('stg_carcass_pickup') }}
)

select
    source_id,
    pickup_id,
    municipality_code,
    fiscal_year,
    period_start,
    period_end,
    heads,
    scope
from ranked
where newest_first = 1
