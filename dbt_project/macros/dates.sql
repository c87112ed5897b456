{#- Dates in, dates out. dbt's own macros know each engine's spelling but return timestamps on some. -#}

{% macro month_start(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{% macro month_end(day) -%}
    cast({{ dbt.last_day(day, 'month') }} as date)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{#- Days of the calendar. Of times, Athena would count whole spans of 24 hours: both become dates first. -#}
{% macro days_between(first_day, last_day) -%}
    cast({{ dbt.datediff('cast(' ~ first_day ~ ' as date)', 'cast(' ~ last_day ~ ' as date)', 'day') }} as bigint)
{%- endmacro %}

{#- The fiscal year of a day, named by the calendar year it starts in. -#}
{% macro fiscal_year_of(day, start_month) -%}
    cast(
        extract(year from {{ day }})
        - case when extract(month from {{ day }}) < {{ start_month }} then 1 else 0 end
        as integer
    )
{%- endmacro %}
