select
    months.facility_id,
    facilities.municipality_code,
    months.month_start,
    months.opening,
    months.intakes,
    months.transfers_in,
    months.outcomes,
    months.closing,
    months.opening + months.intakes + months.transfers_in - months.outcomes - months.closing as residual,
    months.unplaced_stays
from {{ ref('int_facility_month') }} as months
inner join {{ ref('dim_facility') }} as facilities
    on months.facility_id = facilities.facility_id
