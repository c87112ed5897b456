{{ config(materialized='view') }}

select
    date_day as month_start,
    {{ month_end('date_day') }} as month_end,
    {{ days_between('date_day', month_end('date_day')) }} + 1 as days_in_month
from {{ ref('int_calendar') }}
where extract(day from date_day) = 1
