select
    code_list,
    code,
    ja,
    en,
    sort_order
from {{ source('reference', 'ref_code') }}
