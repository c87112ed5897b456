select
    municipality_code,
    fiscal_year,
    body_scope,
    measure,
    age_class,
    value,
    value_status,
    revision,
    edition,
    published_at,
    is_partial,
    source_id,
    first_value,
    first_edition,
    editions,
    distinct_values > 1 as is_revised,
    value - first_value as revision_difference
from {{ ref('int_published_figure') }}
