select
    municipality_code,
    country,
    prefecture,
    name,
    name_kana,
    name_en,
    kind,
    fiscal_year_start_month,
    population,
    population_year,
    latitude,
    longitude,
    valid_from,
    valid_to,
    is_fictional
from {{ source('reference', 'ref_body') }}
