{{ config(materialized='incremental', meta={'rebuilt_by': 'partition'}) }}

select
    records.application_id,
    records.applicant_key,
    records.applied_date,
    records.approved_date,
    records.surgery_date,
    records.paid_date,
    records.area,
    records.sex,
    records.heads,
    records.subsidy_yen,
    records.clinic,
    records.ear_tip,
    records.status,
    records.source_id,
    records.source_object,
    records.source_row,
    records.load_id,
    records.municipality_code,
    records.fiscal_year,
    {{ list_to_text('records.dq_flags') }} as dq_flags,
    cast(records.ingested_at as timestamp) as ingested_at
from {{ source('normalized', 'tnr_case') }} as records
{{ only_visible('records') }}
where {{ rebuilt('records') }}
