with segments as (
    select
        source_id,
        intake_id,
        municipality_code,
        intake_date,
        source_object,
        source_row,
        is_continued,
        -- An animal without a number is known by its intake alone.
        coalesce('n' || management_no, 'i' || intake_id) as animal
    from {{ ref('int_intake_observed') }}
),

numbered as (
    select
        *,
        sum(case when is_continued then 0 else 1 end) over (
            partition by source_id, municipality_code, animal
            order by intake_date asc, is_continued asc, source_object asc, source_row asc
            rows between unbounded preceding and current row
        ) as stay_no
    from segments
)

select
    source_id,
    intake_id,
    first_value(intake_id) over (
        partition by source_id, municipality_code, animal, stay_no
        order by intake_date asc, is_continued asc, source_object asc, source_row asc
        rows between unbounded preceding and current row
    ) as stay_intake_id,
    row_number() over (
        partition by source_id, municipality_code, animal, stay_no
        order by intake_date asc, is_continued asc, source_object asc, source_row asc
    ) as segment_no,
    row_number() over (
        partition by source_id, municipality_code, animal, stay_no
        order by intake_date desc, is_continued desc, source_object desc, source_row desc
    ) = 1 as is_last_segment
from numbered
