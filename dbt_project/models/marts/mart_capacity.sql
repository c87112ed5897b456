{%- set arrivals = '(months.intakes + months.transfers_in)' %}
select
    months.facility_id,
    facilities.municipality_code,
    months.month_start,
    cast(months.days_in_month as integer) as days_in_month,
    {{ arrivals }} as arrivals,
    months.measured_stays,
    {{ ratio(arrivals, 'months.days_in_month', places=3) }} as mean_daily_intakes,
    {{ ratio('months.stay_days', 'months.measured_stays', places=3) }} as mean_length_of_stay_days,
    -- Little's law, L = lambda x W (J. D. C. Little, Operations Research 9, 1961).
    {{ ratio(
        arrivals ~ ' * months.stay_days', '(months.days_in_month * months.measured_stays)', places=3
    ) }} as expected_occupancy,
    {{ ratio('(months.opening + months.closing)', '2', places=3) }} as mean_stock
from {{ ref('int_facility_month') }} as months
inner join {{ ref('dim_facility') }} as facilities
    on months.facility_id = facilities.facility_id
