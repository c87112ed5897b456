with ranked as (
    select
        *,
        row_number() over (
            partition by source_id, case_id
            order by ingested_at desc, source_object desc, source_row desc
        ) as newest_first
    from {{ ref('stg_complaint') }}
)

select
    source_id,
    case_id,
    -- A complaint that repeats an earlier one is a mention of the same case.
    source_id || '/' || coalesce(repeat_of, case_id) as distinct_case,
    municipality_code,
    fiscal_year,
    received_date,
    received_date_precision,
    {{ month_start('received_date') }} as month_start,
    coalesce(area, 'unknown') as area,
    case when categories = '' then 'other' else categories end as categories
from ranked
where newest_first = 1
