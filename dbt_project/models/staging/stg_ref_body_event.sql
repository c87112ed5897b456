select
    predecessor_code,
    successor_code,
    event_date,
    note
from {{ source('reference', 'ref_body_event') }}
