{#- Codes that their list does not have; null passes. -#}
{% test in_code_list(model, column_name, code_list) %}
select records.{{ column_name }}
from (
    select distinct {{ column_name }}
    from {{ model }}
) as records
left join {{ ref('stg_ref_code') }} as codes
    on
        codes.code_list = '{{ code_list }}'
        and records.{{ column_name }} = codes.code
where
    records.{{ column_name }} is not null
    and codes.code is null
{% endtest %}
