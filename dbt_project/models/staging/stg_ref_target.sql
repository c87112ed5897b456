select
    municipality_code,
    measure,
    base_year,
    base_value,
    target_year,
    target_value,
    note
from {{ source('reference', 'ref_target') }}
