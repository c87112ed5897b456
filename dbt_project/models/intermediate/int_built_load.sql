-- Made last: a build that failed before leaves the old state, and the next one makes the part again.
-- depends_on: {{ ref('stg_annual_report') }}
-- depends_on: {{ ref('stg_carcass_pickup') }}
-- depends_on: {{ ref('stg_complaint') }}
-- depends_on: {{ ref('stg_tnr_case') }}
-- depends_on: {{ ref('fct_intake') }}
-- depends_on: {{ ref('fct_outcome') }}

{% if builds_all_parts() %}
select
    source_id,
    source_object,
    load_id,
    cast('{{ fingerprint() }}' as varchar(32)) as fingerprint
from {{ ref('stg_load') }}
where is_head
{% else %}
{{ built_loads(ref('stg_load')) }}
{% endif %}
