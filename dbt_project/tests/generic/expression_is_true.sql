{#- Rows for which the expression is false; an expression that is null says nothing and passes. -#}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
