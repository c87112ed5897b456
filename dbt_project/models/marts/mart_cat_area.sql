-- The whole of a body has no row: it is the number of its records in mart_cat.
select
    municipality_code,
    fiscal_year,
    area,
    case when not is_suppressed then heads end as heads,
    case when is_suppressed then 'suppressed' else 'observed' end as value_status
from {{ ref('int_cat_area') }}
where not is_withheld
union all
select
    municipality_code,
    fiscal_year,
    'withheld' as area,
    cast(null as bigint) as heads,
    'suppressed' as value_status
from {{ ref('int_cat_area') }}
where is_withheld
group by municipality_code, fiscal_year
