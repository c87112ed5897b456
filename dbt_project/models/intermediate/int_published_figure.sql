-- A figure of a part of the body (body_scope) is another figure, not a revision.
with figures as (
    select
        *,
        coalesce(body_scope, '') as scope,
        case when {{ has_flag('dq_flags', 'PARTIAL_PERIOD') }} then 1 else 0 end as is_partial
    from {{ ref('stg_annual_report') }}
),

ranked as (
    select
        *,
        -- A later edition that leaves a figure out does not take it back.
        row_number() over (
            partition by municipality_code, fiscal_year, scope, measure, age_class
            order by
                case when value is null then 1 else 0 end asc,
                is_partial asc,
                revision desc,
                published_at desc nulls last,
                edition desc,
                source_id asc,
                source_object asc,
                source_row asc
        ) as newest_first,
        row_number() over (
            partition by municipality_code, fiscal_year, scope, measure, age_class
            order by
                case when value is null then 1 else 0 end asc,
                is_partial asc,
                revision asc,
                published_at asc nulls first,
                edition asc,
                source_id asc,
                source_object asc,
                source_row asc
        ) as oldest_first
    from figures
)

select
    municipality_code,
    fiscal_year,
    scope as body_scope,
    measure,
    age_class,
    max(case when newest_first = 1 then value end) as value,
    max(case when newest_first = 1 then value_status end) as value_status,
    max(case when newest_first = 1 then revision end) as revision,
    max(case when newest_first = 1 then edition end) as edition,
    max(case when newest_first = 1 then published_at end) as published_at,
    max(case when newest_first = 1 then is_partial end) = 1 as is_partial,
    max(case when newest_first = 1 then source_id end) as source_id,
    max(case when oldest_first = 1 then value end) as first_value,
    max(case when oldest_first = 1 then edition end) as first_edition,
    count(distinct edition) as editions,
    count(distinct case when is_partial = 0 then value end) as distinct_values
from ranked
group by municipality_code, fiscal_year, scope, measure, age_class
