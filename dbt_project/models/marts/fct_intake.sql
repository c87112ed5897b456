{{ config(materialized='incremental', meta={'rebuilt_by': 'source'}) }}

select
    stay_id,
    source_id,
    intake_id,
    municipality_code,
    facility_id,
    management_no,
    intake_date,
    intake_date_precision,
    intake_month,
    fiscal_year,
    intake_type,
    coalesce(intake_type, 'unknown') in (
        'owner_surrender', 'stray', 'ordinance', 'returned_adoption', 'unknown'
    ) as is_official_intake,
    sex,
    neuter_status,
    coat,
    hair_length,
    breed,
    body_size,
    life_stage,
    official_age_class,
    age_months_min,
    age_months_max,
    age_basis,
    ear_tip,
    microchip_present,
    collar_present,
    notice_deadline,
    observations,
    is_open,
    length_of_stay_days,
    stay_flags as dq_flags,
    source_object,
    source_row,
    load_id
from {{ ref('int_stay') }}
where {{ rebuilt() }}
