with start_months as (
    select 4 as fiscal_year_start_month
    union
    select fiscal_year_start_month
    from {{ ref('stg_ref_body') }}
),

days as (
    select
        calendar.date_day,
        start_months.fiscal_year_start_month,
        {{ fiscal_year_of('calendar.date_day', 'start_months.fiscal_year_start_month') }} as fiscal_year,
        cast(extract(year from calendar.date_day) as integer) as calendar_year,
        cast(extract(month from calendar.date_day) as integer) as calendar_month
    from {{ ref('int_calendar') }} as calendar
    cross join start_months
)

select
    date_day,
    cast(fiscal_year_start_month as integer) as fiscal_year_start_month,
    fiscal_year,
    cast(mod(calendar_month - fiscal_year_start_month + 12, 12) + 1 as integer) as fiscal_month,
    cast(
        {{ integer_quotient('mod(calendar_month - fiscal_year_start_month + 12, 12)', '3') }} + 1
        as integer
    ) as fiscal_quarter,
    calendar_year,
    calendar_month,
    {{ month_start('date_day') }} as month_start,
    -- 1 January 1900 was a Monday: weekdays are numbered differently on every engine.
    cast(mod({{ days_between("cast('1900-01-01' as date)", 'date_day') }}, 7) + 1 as integer) as iso_weekday
from days
