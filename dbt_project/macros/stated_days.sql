{#- How much the day of a record says, for numbers that a ledger uses again (int_reused_number). -#}

{% macro precision_of(precision) -%}
    coalesce({{ precision }}, 'day')
{%- endmacro %}

{#- Whether an intake's day is that of a listing, or of a movement within a stay. -#}
{% macro is_listed_day(records) -%}
    (
        {{ records }}.observed_date is not null
        or {{ has_flag(records ~ '.dq_flags', 'DATE_FROM_LISTING') }}
        or {{ has_flag(records ~ '.dq_flags', 'STAY_CONTINUED') }}
    )
{%- endmacro %}

{#- A month is kept as its first day, a year too: the last day that may be meant. -#}
{% macro last_day_meant(day, precision) -%}
    case {{ precision_of(precision) }}
        when 'month' then {{ month_end(day) }}
        when 'year' then {{ month_end(add_months(day, 11)) }}
        else {{ day }}
    end
{%- endmacro %}

{#- Joins a row of stg_shelter_intake to the one row of int_reused_number that speaks of it. -#}
{% macro is_of_number(records, numbers) -%}
    {{ records }}.source_id = {{ numbers }}.source_id
    and {{ records }}.intake_id = {{ numbers }}.intake_id
    and {{ records }}.intake_date = {{ numbers }}.intake_date
    and {{ precision_of(records ~ '.intake_date_precision') }} = {{ numbers }}.intake_date_precision
    and {{ is_listed_day(records) }} = {{ numbers }}.is_listed_day
{%- endmacro %}
