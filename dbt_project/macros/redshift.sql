{#- What only a warehouse with sessions, users and a catalog beside it needs; DuckDB reads the lake's
    files itself, and Athena's catalog is the Glue catalog. -#}

{#- Run at the start: Redshift sees the tables of the Glue catalog through external schemas. -#}
{% macro external_schemas() -%}
    {{ return(adapter.dispatch('external_schemas')()) }}
{%- endmacro %}

{% macro default__external_schemas() -%}
{%- endmacro %}

{#- The Glue database of a source has the name of its schema. -#}
{% macro redshift__external_schemas() -%}
    {%- set role = env_var('CATDATA_REDSHIFT_IAM_ROLE', 'default') -%}
    {%- for schema in graph.get('sources', {}).values() | map(attribute='schema') | unique | sort %}
create external schema if not exists {{ schema }}
from data catalog database '{{ schema }}'
iam_role {{ role if role == 'default' else "'" ~ role ~ "'" }};
    {%- endfor %}
{%- endmacro %}

{#- Run before a model: Redshift gives a column of complex type as JSON text only to a session that
    asks for it. -#}
{% macro session_settings() -%}
    {{ return(adapter.dispatch('session_settings')()) }}
{%- endmacro %}

{% macro default__session_settings() -%}
{%- endmacro %}

{% macro redshift__session_settings() -%}
    set json_serialization_enable to true
{%- endmacro %}

{#- Run at the end: on Redshift a grant on a table is of no use without one on its schema. -#}
{% macro schema_grants() -%}
    {{ return(adapter.dispatch('schema_grants')()) }}
{%- endmacro %}

{% macro default__schema_grants() -%}
{%- endmacro %}

{% macro redshift__schema_grants() -%}
    {%- for grantee in env_var('CATDATA_READERS', '').split(',') if grantee %}
grant usage on schema {{ target.schema }} to {{ redshift__format_grantees([grantee]) | join }};
    {%- endfor %}
{%- endmacro %}
