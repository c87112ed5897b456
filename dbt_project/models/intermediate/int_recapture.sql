-- A year's animals whose ears were looked at are the second catch; the operated ones among them are
-- those caught again.
select
    municipality_code,
    fiscal_year,
    place_area as area,
    count(*) as captured,
    cast(sum(case when ear_tip then 1 else 0 end) as bigint) as recaptured
from {{ ref('int_stay') }}
where
    ear_tip is not null
    and place_area is not null
    and intake_type in ('stray', 'injured', 'ordinance')
group by municipality_code, fiscal_year, place_area
