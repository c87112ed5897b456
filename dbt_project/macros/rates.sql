{#- Exact figures on every engine. A ratio is rounded half up in integers and becomes a decimal by one
    exact multiplication, so that no engine's division or rounding of decimals is asked. -#}

{% macro integer_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('integer_quotient')(numerator, denominator)) }}
{%- endmacro %}

{#- On Athena and Redshift `/` of whole numbers drops the rest. -#}
{% macro default__integer_quotient(numerator, denominator) -%}
    (({{ numerator }}) / ({{ denominator }}))
{%- endmacro %}

{#- On DuckDB `/` gives a floating number; `//` is the division of whole numbers. -#}
{% macro duckdb__integer_quotient(numerator, denominator) -%}
    (({{ numerator }}) // ({{ denominator }}))
{%- endmacro %}

{#- numerator / denominator of whole numbers that are not negative, `places` decimals, rounded half up;
    null when the denominator is 0 or either is null. -#}
{% macro ratio(numerator, denominator, places=6, precision=12) -%}
    {#- The type stands outside of the case: a case without an else has no scale on every engine. -#}
    cast(
        case
            when {{ denominator }} > 0 then
                cast({{ integer_quotient(
                    '2 * cast(' ~ numerator ~ ' as bigint) * ' ~ 10 ** places ~ ' + (' ~ denominator ~ ')',
                    '2 * cast(' ~ denominator ~ ' as bigint)'
                ) }} as decimal(18, 0))
                * cast('{{ '0.' ~ '0' * (places - 1) ~ '1' }}' as decimal({{ places + 1 }}, {{ places }}))
        end as decimal({{ precision }}, {{ places }})
    )
{%- endmacro %}

{#- A floating number to six decimals, rounded half up by the same two steps on every engine. -#}
{% macro to_rate(expression) -%}
    cast(cast(floor(({{ expression }}) * 1000000 + 0.5) as bigint) as decimal(18, 0))
    * cast('0.000001' as decimal(7, 6))
{%- endmacro %}

{% macro double_type() -%}
    {{ return(adapter.dispatch('double_type')()) }}
{%- endmacro %}

{#- The standard's name; in DuckDB a float has 32 bits. -#}
{% macro default__double_type() -%}
    double precision
{%- endmacro %}

{#- Athena's manual lists the type by its short name only. -#}
{% macro athena__double_type() -%}
    double
{%- endmacro %}

{#- One bound of the Wilson score interval at 95 % (E. B. Wilson, JASA 22, 1927), z = 1.959964.
    Null when there is no denominator, or more successes than trials (outcomes may exceed intakes). -#}
{% macro wilson_bound(successes, trials, sign) -%}
    {%- set double = double_type() -%}
    {%- set z = "cast('1.959963984540054' as " ~ double ~ ")" -%}
    {%- set n = 'cast(' ~ trials ~ ' as ' ~ double ~ ')' -%}
    {%- set p = '(cast(' ~ successes ~ ' as ' ~ double ~ ') / ' ~ n ~ ')' -%}
    cast(
        case
        when {{ trials }} > 0 and {{ successes }} <= {{ trials }} then {{ to_rate(
            '(' ~ p ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / (2 * ' ~ n ~ ') ' ~ sign ~ ' ' ~ z ~ ' * sqrt('
            ~ p ~ ' * (1 - ' ~ p ~ ') / ' ~ n ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / (4 * ' ~ n ~ ' * ' ~ n ~ ')))'
            ~ ' / (1 + ' ~ z ~ ' * ' ~ z ~ ' / ' ~ n ~ ')'
        ) }}
        end as decimal(12, 6)
    )
{%- endmacro %}

{#- Three columns: the rate and its Wilson interval. -#}
{% macro rate_columns(name, successes, trials) -%}
    {{ ratio(successes, trials) }} as {{ name }},
    {{ wilson_bound(successes, trials, '-') }} as {{ name }}_low,
    {{ wilson_bound(successes, trials, '+') }} as {{ name }}_high
{%- endmacro %}
