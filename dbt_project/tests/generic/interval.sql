{#- A rate and its interval: the bounds stand on either side of it and within 0 and 1. -#}
{% test interval(model, rate) %}
select {{ rate }}, {{ rate }}_low, {{ rate }}_high
from {{ model }}
where
    {{ rate }} < 0
    or {{ rate }}_low < 0
    or {{ rate }}_low > {{ rate }}
    or {{ rate }}_high < {{ rate }}
    or {{ rate }}_high > 1
    or ({{ rate }}_low is null and {{ rate }} <= 1)
{% endtest %}
