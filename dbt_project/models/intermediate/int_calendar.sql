-- Every day from the first to the last year that any record speaks of, and one year more.
with bounds as (
    select
        min(first_day) as first_day,
        max(last_day) as last_day
    from (
        select
            min(intake_date) as first_day,
            max(intake_date) as last_day
        from {{ ref('int_stay') }}
        union all
        select
            min(outcome_date) as first_day,
            max(outcome_date) as last_day
        from {{ ref('int_outcome') }}
        union all
        select
            min(received_date) as first_day,
            max(received_date) as last_day
        from {{ ref('int_complaint') }}
        union all
        select
            min(period_start) as first_day,
            max(period_end) as last_day
        from {{ ref('int_carcass_pickup') }}
    ) as kinds
),

digits as (
    {% for digit in range(10) %}
    select {{ digit }} as digit{{ ' union all' if not loop.last }}
    {% endfor %}
),

numbers as (
    select
        ones.digit
        + 10 * tens.digit
        + 100 * hundreds.digit
        + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands
),

years as (
    select
        cast(cast(extract(year from first_day) as varchar(4)) || '-01-01' as date) as first_day,
        cast(cast(extract(year from last_day) + 1 as varchar(4)) || '-12-31' as date) as last_day
    from bounds
    where first_day is not null
)

select {{ add_days('years.first_day', 'numbers.number') }} as date_day
from years
inner join numbers
    on numbers.number <= {{ days_between('years.first_day', 'years.last_day') }}
