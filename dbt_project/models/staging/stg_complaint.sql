{{ config(materialized='incremental', meta={'rebuilt_by': 'partition'}) }}

select
    records.case_id,
    records.received_date,
    records.received_date_precision,
    records.area,
    records.repeat_of,
    {{ list_to_text('records.categories') }} as categories,
    records.source_id,
    records.source_object,
    records.source_row,
    records.load_id,
    records.municipality_code,
    records.fiscal_year,
    {{ list_to_text('records.dq_flags') }} as dq_flags,
    cast(records.ingested_at as timestamp) as ingested_at
from {{ source('normalized', 'complaint') }} as records
{{ only_visible('records') }}
where {{ rebuilt('records') }}
