with ranked as (
    select
        *,
        -- A later edition that leaves a figure out does not take it back.
        row_number() over (
            partition by municipality_code, fiscal_year, measure, age_class
            order by
                case when value is null then 1 else 0 end asc,
                revision desc,
                published_at desc nulls last,
                edition desc,
                source_id asc,
                source_object asc,
                source_row asc
        ) as newest_first,
        row_number() over (
            partition by municipality_code, fiscal_year, measure, age_class
            order by
                case when value is null then 1 else 0 end asc,
                revision asc,
                published_at asc nulls first,
                edition asc,
                source_id asc,
                source_object asc,
                source_row asc
        ) as oldest_first
    from {{ ref('stg_annual_report') }}
)

select
    municipality_code,
    fiscal_year,
    measure,
    age_class,
    max(case when newest_first = 1 then value end) as value,
    max(case when newest_first = 1 then value_status end) as value_status,
    max(case when newest_first = 1 then revision end) as revision,
    max(case when newest_first = 1 then edition end) as edition,
    max(case when newest_first = 1 then published_at end) as published_at,
    max(case when newest_first = 1 then body_scope end) as body_scope,
    max(case when newest_first = 1 then source_id end) as source_id,
    max(case when oldest_first = 1 then value end) as first_value,
    max(case when oldest_first = 1 then edition end) as first_edition,
    count(distinct edition) as editions,
    count(distinct value) as distinct_values
from ranked
group by municipality_code, fiscal_year, measure, age_class
