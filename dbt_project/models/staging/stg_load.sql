{{ config(materialized='table') }}

with versions as (
    select
        load_id,
        source_id,
        source_object,
        object_version,
        status,
        content_sha256,
        contract_sha256,
        size_bytes,
        rows_in,
        rows_accepted,
        rows_rejected,
        rows_excluded,
        entity_rows,
        reasons,
        flags,
        unknown_codes,
        totals_found,
        totals_differing,
        totals,
        fiscal_years,
        observed_date,
        files,
        cast(started_at as timestamp) as started_at,
        cast(committed_at as timestamp) as committed_at,
        cast(compacted_at as timestamp) as compacted_at,
        row_number() over (
            partition by source_id, source_object order by object_version desc
        ) as newest_first
    from {{ source('operations', 'loads') }}
)

select
    load_id,
    source_id,
    source_object,
    object_version,
    status,
    content_sha256,
    contract_sha256,
    size_bytes,
    rows_in,
    rows_accepted,
    rows_rejected,
    rows_excluded,
    entity_rows,
    reasons,
    flags,
    unknown_codes,
    totals_found,
    totals_differing,
    totals,
    fiscal_years,
    observed_date,
    files,
    started_at,
    committed_at,
    compacted_at,
    newest_first = 1 as is_head,
    newest_first = 1 and status = 'committed' as is_visible
from versions
