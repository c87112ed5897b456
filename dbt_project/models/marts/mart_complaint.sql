with mentions as (
    select
        complaints.municipality_code,
        complaints.month_start,
        complaints.fiscal_year,
        complaints.area,
        codes.code as category,
        complaints.distinct_case
    from {{ ref('int_complaint') }} as complaints
    inner join {{ ref('stg_ref_code') }} as codes
        on
            codes.code_list = 'complaint_category'
            and {{ list_has('complaints.categories', "',' || codes.code || ','") }}
    where coalesce(complaints.received_date_precision, 'day') <> 'year'
),

areas as (
    select
        municipality_code,
        month_start,
        max(fiscal_year) as fiscal_year,
        area,
        category,
        count(distinct distinct_case) as cases,
        count(*) as mentions
    from mentions
    group by municipality_code, month_start, area, category
),

judged as (
    {{ small_cells('areas', 'municipality_code, month_start, category', 'area', 'cases') }}
)

-- An area has no row over all categories: with it a hidden category could be worked out.
select
    municipality_code,
    month_start,
    max(fiscal_year) as fiscal_year,
    'municipality' as level,
    'all' as area,
    category,
    count(distinct distinct_case) as cases,
    count(*) as mentions,
    'observed' as value_status
from mentions
group by municipality_code, month_start, category
union all
select
    municipality_code,
    month_start,
    max(fiscal_year) as fiscal_year,
    'municipality' as level,
    'all' as area,
    'all' as category,
    count(distinct distinct_case) as cases,
    count(*) as mentions,
    'observed' as value_status
from mentions
group by municipality_code, month_start
union all
select
    municipality_code,
    month_start,
    fiscal_year,
    'area' as level,
    area,
    category,
    case when not is_suppressed then cases end as cases,
    case when not is_suppressed then mentions end as mentions,
    case when is_suppressed then 'suppressed' else 'observed' end as value_status
from judged
where not is_withheld
union all
select
    municipality_code,
    month_start,
    max(fiscal_year) as fiscal_year,
    'area' as level,
    'withheld' as area,
    category,
    cast(null as bigint) as cases,
    cast(null as bigint) as mentions,
    'suppressed' as value_status
from judged
where is_withheld
group by municipality_code, month_start, category
