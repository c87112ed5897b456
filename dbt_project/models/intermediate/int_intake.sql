{{ config(materialized='view') }}

select
    intakes.*,
    coalesce(bodies.fiscal_year_start_month, 4) as fiscal_year_start_month
from {{ ref('int_intake_observed') }} as intakes
inner join {{ ref('int_stay_segment') }} as segments
    on
        intakes.source_id = segments.source_id
        and intakes.intake_id = segments.intake_id
        and segments.segment_no = 1
left join {{ ref('stg_ref_body') }} as bodies
    on intakes.municipality_code = bodies.municipality_code
