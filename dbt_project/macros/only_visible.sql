{#- The rule of docs/decisions/0001: a row counts when the head of its object is committed and names
    the row's load. All three columns are compared, as a compaction is one load of many objects. -#}
{% macro only_visible(records) -%}
inner join {{ ref('stg_load') }} as loads
    on
        {{ records }}.source_id = loads.source_id
        and {{ records }}.source_object = loads.source_object
        and {{ records }}.load_id = loads.load_id
        and loads.is_visible
{%- endmacro %}
