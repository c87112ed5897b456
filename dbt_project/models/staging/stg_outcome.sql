{{ config(materialized='incremental', meta={'rebuilt_by': 'partition'}) }}

select
    records.intake_id,
    records.management_no,
    records.outcome_date,
    records.outcome_date_precision,
    records.outcome_type,
    records.recipient_type,
    records.euthanasia_category,
    records.counterpart_facility,
    records.observed_date,
    records.source_id,
    records.source_object,
    records.source_row,
    records.load_id,
    records.municipality_code,
    records.fiscal_year,
    {{ list_to_text('records.dq_flags') }} as dq_flags,
    cast(records.ingested_at as timestamp) as ingested_at
from {{ source('normalized', 'outcome') }} as records
{{ only_visible('records') }}
where {{ rebuilt('records') }}
