with ranked as (
    select
        *,
        row_number() over (
            partition by source_id, application_id
            order by ingested_at desc, source_object desc, source_row desc
        ) as newest_first
    from {{ ref('stg_tnr_case') }}
)

select
    source_id,
    application_id,
    municipality_code,
    fiscal_year,
    coalesce(area, 'unknown') as area,
    coalesce(sex, 'unknown') as sex,
    heads,
    subsidy_yen,
    surgery_date,
    applied_date,
    status
from ranked
where
    newest_first = 1
    -- A surgery counts once it was done: an application alone may come to nothing.
    and coalesce(status, 'unknown') not in ('withdrawn', 'rejected')
    and (surgery_date is not null or coalesce(status, 'unknown') in ('completed', 'paid', 'unknown'))
