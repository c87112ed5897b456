select
    source_id,
    title,
    title_en,
    publisher,
    is_snapshot,
    is_fictional,
    warn_after_days,
    error_after_days
from {{ source('reference', 'ref_source') }}
