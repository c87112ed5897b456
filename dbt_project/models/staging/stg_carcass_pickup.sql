{{ config(materialized='incremental', meta={'rebuilt_by': 'partition'}) }}

select
    records.pickup_id,
    records.period_start,
    records.period_end,
    records.area,
    records.heads,
    records.scope,
    records.source_id,
    records.source_object,
    records.source_row,
    records.load_id,
    records.municipality_code,
    records.fiscal_year,
    {{ list_to_text('records.dq_flags') }} as dq_flags,
    cast(records.ingested_at as timestamp) as ingested_at
from {{ source('normalized', 'carcass_pickup') }} as records
{{ only_visible('records') }}
where {{ rebuilt('records') }}
