{#- A list of codes travels as text ("A,B", empty when none) from staging on: arrays are read with a
    different syntax on every engine and cannot be stored on Redshift, text is the same everywhere. -#}

{% macro list_to_text(column) -%}
    {{ return(adapter.dispatch('list_to_text')(column)) }}
{%- endmacro %}

{#- DuckDB: null for an empty list, as its aggregate of no elements is null. -#}
{% macro default__list_to_text(column) -%}
    coalesce(array_to_string({{ column }}, ','), '')
{%- endmacro %}

{#- Athena names the function array_join. -#}
{% macro athena__list_to_text(column) -%}
    coalesce(array_join({{ column }}, ','), '')
{%- endmacro %}

{#- Redshift shows an array of an external table as JSON text, as session_settings asks for; codes hold
    no brackets, quotes or blanks. -#}
{% macro redshift__list_to_text(column) -%}
    coalesce(translate({{ column }}, '[]" ', ''), '')
{%- endmacro %}

{% macro list_has(text, code) -%}
    (strpos(',' || {{ text }} || ',', {{ code }}) > 0)
{%- endmacro %}

{% macro has_flag(text, flag) -%}
    (strpos(',' || {{ text }} || ',', ',{{ flag }},') > 0)
{%- endmacro %}

{% macro with_flag(text, flag, condition) -%}
    case
        when not ({{ condition }}) or {{ has_flag(text, flag) }} then {{ text }}
        when {{ text }} = '' then '{{ flag }}'
        else {{ text }} || ',{{ flag }}'
    end
{%- endmacro %}
