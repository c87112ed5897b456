{#- Tables on Athena (docs/decisions/0008). It has no transactions: the adapter's own materializations drop a
    table, or delete partitions, before the new rows are there, and a build that dies between leaves nothing.
    Here every table is made in a folder of its own and published by one update of its entry in the catalog.
    What an incremental model does not make anew is copied into the new folder. -#}

{% materialization table, adapter='athena', supported_languages=['sql'] -%}
    {{ return(publish_table(compiled_code)) }}
{%- endmaterialization %}

{% materialization incremental, adapter='athena', supported_languages=['sql'] -%}
    {%- if is_whole() -%}
        {{ return(publish_table(compiled_code)) }}
    {%- endif -%}
    {{ return(publish_table(with_kept_rows(compiled_code, this))) }}
{%- endmaterialization %}

{#- The part that a model gives, and the rows of its table that are no part of it. -#}
{% macro with_kept_rows(part, table) -%}
    {%- set columns = adapter.get_columns_in_relation(table) | map(attribute='quoted') | join(', ') -%}
    select {{ columns }}
    from (
        {{ part }}
    ) as part
    union all
    select {{ columns }}
    from {{ table }}
    where not ({{ part_of(ref('int_changed_object')) }})
{%- endmacro %}

{% macro publish_table(sql) -%}
    {%- set table = this.incorporate(type='table') -%}
    {%- set made = api.Relation.create(
        database=this.database, schema=this.schema, identifier=this.identifier ~ '__dbt_tmp',
        s3_path_table_part=this.identifier, type='table'
    ) -%}
    {%- set existing = load_relation(this) -%}
    {%- do forget(load_relation(made), existing) -%}

    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.is_view -%}
        {%- do drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- set result = safe_create_table_as(
        false, table if existing is none else made, sql, 'sql', config.get('force_batch', false)
    ) -%}
    {%- if existing is not none -%}
        {%- do adapter.swap_table(made, table) -%}
        {%- do adapter.delete_from_glue_catalog(made) -%}
        {#- Queries that chose an older folder find it through some builds more. -#}
        {%- do adapter.expire_glue_table_versions(table, config.get('versions_to_keep', 4), true) -%}
    {%- endif -%}
    {{ set_table_classification(table) }}
    {% call statement('main') -%}
        select '{{ result }}'
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(table, model) -%}
    {{ return({'relations': [table]}) }}
{%- endmacro %}

{#- What a dead build left: with its files, unless the table has them already. -#}
{% macro forget(made, table) -%}
    {%- if made is not none -%}
        {%- if table is not none and location_of(made) == location_of(table) -%}
            {%- do adapter.delete_from_glue_catalog(made) -%}
        {%- else -%}
            {%- do drop_relation(made) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro location_of(relation) -%}
    {{ return(adapter.get_glue_table(relation).Table.StorageDescriptor.Location) }}
{%- endmacro %}
