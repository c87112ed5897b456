{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

-- An animal without a number is known by its intake alone.
with segments as (
    select
        source_id,
        intake_id,
        municipality_code,
        intake_date,
        source_object,
        source_row,
        is_continued,
        coalesce('n' || management_no, 'i' || intake_id) as animal
    from {{ ref('int_intake_observed') }}
    where {{ rebuilt() }}
),

-- Few animals were ever moved: the stays of all others are their intakes.
moved as (
    select distinct
        source_id,
        municipality_code,
        animal
    from segments
    where is_continued
),

numbered as (
    select
        segments.*,
        sum(case when segments.is_continued then 0 else 1 end) over (
            partition by segments.source_id, segments.municipality_code, segments.animal
            order by
                segments.intake_date asc,
                segments.is_continued asc,
                segments.source_object asc,
                segments.source_row asc
            rows between unbounded preceding and current row
        ) as stay_no
    from segments
    inner join moved
        on
            segments.source_id = moved.source_id
            and segments.municipality_code = moved.municipality_code
            and segments.animal = moved.animal
),

placed as (
    select
        *,
        row_number() over (
            partition by source_id, municipality_code, animal, stay_no
            order by intake_date asc, is_continued asc, source_object asc, source_row asc
        ) as segment_no,
        count(*) over (partition by source_id, municipality_code, animal, stay_no) as segments
    from numbered
)

select
    source_id,
    intake_id,
    max(case when segment_no = 1 then intake_id end) over (
        partition by source_id, municipality_code, animal, stay_no
    ) as stay_intake_id,
    segment_no,
    segment_no = segments as is_last_segment
from placed
union all
select
    segments.source_id,
    segments.intake_id,
    segments.intake_id as stay_intake_id,
    1 as segment_no,
    true as is_last_segment
from segments
left join moved
    on
        segments.source_id = moved.source_id
        and segments.municipality_code = moved.municipality_code
        and segments.animal = moved.animal
where moved.animal is null
