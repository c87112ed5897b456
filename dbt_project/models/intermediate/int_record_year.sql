with years as (
    select
        months.municipality_code,
        months.fiscal_year,
        {{ record_measures() }}
    from {{ ref('int_record_month') }} as months
    inner join {{ ref('int_record_coverage') }} as coverage
        on months.municipality_code = coverage.municipality_code
    group by months.municipality_code, months.fiscal_year
)

select
    years.*,
    cast(null as bigint) as complaints,
    cast(null as bigint) as carcasses,
    cast(null as bigint) as tnr_heads
from years
