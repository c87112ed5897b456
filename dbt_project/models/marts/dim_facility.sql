with facilities as (
    select
        facility_id,
        municipality_code,
        facility,
        intake_date
    from {{ ref('int_stay') }}
    union all
    select
        facility_id,
        municipality_code,
        cast(null as varchar(1024)) as facility,
        intake_date
    from {{ ref('fct_outcome') }}
    where not has_intake
)

select
    facility_id,
    max(municipality_code) as municipality_code,
    max(facility) as facility_name,
    min(intake_date) as first_intake_date,
    max(intake_date) as last_intake_date
from facilities
group by facility_id
