with areas as (
    select
        municipality_code,
        fiscal_year,
        place_area as area,
        count(*) as heads
    from {{ ref('int_stay') }}
    where place_area is not null
    group by municipality_code, fiscal_year, place_area
),

judged as (
    {{ small_cells('areas', 'municipality_code, fiscal_year', 'area', 'heads') }}
)

select
    municipality_code,
    fiscal_year,
    area,
    heads,
    is_suppressed,
    is_withheld
from judged
