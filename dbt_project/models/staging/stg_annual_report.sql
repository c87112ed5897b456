{{ config(materialized='incremental', meta={'rebuilt_by': 'partition'}) }}

select
    records.report_id,
    records.edition,
    records.published_at,
    records.revision,
    records.body_scope,
    records.measure,
    records.age_class,
    records.value,
    records.value_status,
    records.source_id,
    records.source_object,
    records.source_row,
    records.load_id,
    records.municipality_code,
    records.fiscal_year,
    {{ list_to_text('records.dq_flags') }} as dq_flags,
    cast(records.ingested_at as timestamp) as ingested_at
from {{ source('normalized', 'annual_report') }} as records
{{ only_visible('records') }}
where {{ rebuilt('records') }}
