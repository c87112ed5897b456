{#- Not a mart: what it holds depends on when it was built. A build whose tests fail does not reach it. -#}
{% snapshot figure_history %}
{{ config(unique_key='figure_id', strategy='check', check_cols='all', hard_deletes='invalidate') }}

select
    municipality_code || '/' || cast(fiscal_year as varchar(4)) || '/' || basis || '/' || body_scope
        as figure_id,
    municipality_code,
    fiscal_year,
    basis,
    body_scope,
    intakes,
    intakes_owner,
    intakes_stray,
    injured_intakes,
    returned,
    rehomed,
    returned_and_rehomed,
    euthanized,
    euthanized_1,
    euthanized_2,
    euthanized_3
from {{ ref('mart_municipality_fiscal_year') }}

{% endsnapshot %}
