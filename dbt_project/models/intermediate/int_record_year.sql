with years as (
    select
        months.municipality_code,
        months.fiscal_year,
        {{ record_measures() }}
    from {{ ref('int_record_month') }} as months
    inner join {{ ref('int_record_coverage') }} as coverage
        on months.municipality_code = coverage.municipality_code
    group by months.municipality_code, months.fiscal_year
),

complaints as (
    select
        municipality_code,
        fiscal_year,
        count(distinct distinct_case) as complaints
    from {{ ref('int_complaint') }}
    group by municipality_code, fiscal_year
),

carcasses as (
    select
        municipality_code,
        fiscal_year,
        cast(sum(heads) as bigint) as carcasses
    from {{ ref('int_carcass_pickup') }}
    group by municipality_code, fiscal_year
),

surgeries as (
    select
        municipality_code,
        fiscal_year,
        cast(sum(heads) as bigint) as tnr_heads
    from {{ ref('int_tnr_case') }}
    group by municipality_code, fiscal_year
),

body_years as (
    select
        municipality_code,
        fiscal_year
    from years
    union
    select
        municipality_code,
        fiscal_year
    from complaints
    union
    select
        municipality_code,
        fiscal_year
    from carcasses
    union
    select
        municipality_code,
        fiscal_year
    from surgeries
)

select
    body_years.municipality_code,
    body_years.fiscal_year,
    years.intakes,
    years.intakes_owner,
    years.intakes_stray,
    years.unweaned_intakes,
    years.injured_intakes,
    years.transfers_in,
    years.births_in_care,
    years.kittens,
    years.intakes_of_known_age,
    years.returned,
    years.rehomed,
    years.returned_and_rehomed,
    years.euthanized,
    years.euthanized_1,
    years.euthanized_2,
    years.euthanized_3,
    years.returned_to_field,
    years.transferred_out,
    years.escaped,
    years.injured_returned,
    years.injured_rehomed,
    years.injured_euthanized,
    years.known_outcomes,
    years.live_outcomes,
    years.unknown_outcomes,
    complaints.complaints,
    carcasses.carcasses,
    surgeries.tnr_heads
from body_years
left join years
    on
        body_years.municipality_code = years.municipality_code
        and body_years.fiscal_year = years.fiscal_year
left join complaints
    on
        body_years.municipality_code = complaints.municipality_code
        and body_years.fiscal_year = complaints.fiscal_year
left join carcasses
    on
        body_years.municipality_code = carcasses.municipality_code
        and body_years.fiscal_year = carcasses.fiscal_year
left join surgeries
    on
        body_years.municipality_code = surgeries.municipality_code
        and body_years.fiscal_year = surgeries.fiscal_year
