{#- Incremental builds: which part of a model is made anew (docs/decisions/0008).

    A model says in meta.rebuilt_by what its part is: `partition` (municipality_code and fiscal_year, as
    the lake is laid out) or `source` (whole stays, which cross fiscal years but never sources). It reads
    its input `where rebuilt(…)`; the rows that it holds of the same part are replaced by what it gives. -#}

{#- The condition that a row belongs to the part; `records` is the alias of the table, where it has one.
    A unit test gives a model's inputs and nothing else. -#}
{% macro rebuilt(records='') -%}
    {%- set prefix = records ~ '.' if records else '' -%}
    {%- set everything = prefix ~ 'source_id is not null' -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ everything }}
    {%- else -%}
        {#- Named before anything else, so that dbt knows the dependency when it only parses. -#}
        {%- set changed_objects = ref('int_changed_object') -%}
        {{ everything if is_whole() else part_of(changed_objects, prefix) }}
    {%- endif -%}
{%- endmacro %}

{#- Everything is made where there is nothing to keep. -#}
{% macro is_whole() -%}
    {{ return(not can_ask() or flags.FULL_REFRESH or load_relation(this) is none) }}
{%- endmacro %}

{#- `dbt parse` and `dbt compile --no-introspect` have no engine to ask. -#}
{% macro can_ask() -%}
    {{ return(execute and flags.INTROSPECT is not false) }}
{%- endmacro %}

{#- Names are written out as literals: only then does an engine skip the other partitions of the lake. -#}
{% macro part_of(changed_objects, prefix='') -%}
    {%- set versions = run_query('select distinct source_id, fiscal_years from ' ~ changed_objects) -%}
    {%- if model.config.meta.rebuilt_by == 'source' -%}
        {{ one_of(prefix ~ 'source_id', versions.columns[0].values()) }}
    {%- else -%}
        {%- set years = {} -%}
        {%- for listed in versions.columns[1].values() -%}
            {%- for code, year in fromjson(listed) -%}
                {%- do years.setdefault(code, {}).update({year: true}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {{ partitions_of(years, prefix) }}
    {%- endif -%}
{%- endmacro %}

{#- A statement of Athena holds 256 KB: of very many partitions the bodies are named alone. -#}
{% macro partitions_of(years, prefix) -%}
    {%- set pairs = years.values() | map('length') | sum -%}
    {%- if pairs == 0 or pairs > 2000 -%}
        {{ one_of(prefix ~ 'municipality_code', years.keys()) }}
    {%- else -%}
        (
        {%- for code, of_code in years.items() | sort -%}
            {{ '\n            or ' if not loop.first }}{{ prefix }}municipality_code = '{{ code }}'
            and {{ prefix }}fiscal_year in ({{ of_code.keys() | sort | join(', ') }})
        {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}

{% macro one_of(column, names) -%}
    {%- set distinct_names = names | unique | sort -%}
    {{ column ~ " in ('" ~ distinct_names | join("', '") ~ "')" if distinct_names else '1 = 0' }}
{%- endmacro %}

{#- dbt's incremental strategy `changed_part`: out with the part, in with its rows, in one transaction. -#}
{% macro get_incremental_changed_part_sql(arguments) -%}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments.target_relation }} where {{ part_of(ref('int_changed_object')) }};
    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments.temp_relation }}
{%- endmacro %}

{#- The rows of int_built_load as the last build left them, none before the first. The table is looked up,
    not referred to, as that model is the end of the graph and this is read at its beginning. -#}
{% macro built_loads(loads) -%}
    {%- set built = load_relation(api.Relation.create(
        database=this.database, schema=this.schema, identifier='int_built_load'
    )) if can_ask() and not flags.FULL_REFRESH -%}
    select
        source_id,
        source_object,
        load_id,
        {{ 'fingerprint' if built else "cast('' as varchar(32)) as fingerprint" }}
    from {{ built or loads }}
    where {{ 'load_id is not null' if built else '1 = 0' }}
{%- endmacro %}

{#- What else than loads the kept rows depend on: the SQL of the models, and reference tables. Macros are
    not in dbt's graph: after a change of one, `dbt build --full-refresh`. -#}
{% macro fingerprint() -%}
    {#- Named before anything else, as in rebuilt(). -#}
    {%- set references = [ref('stg_ref_body'), ref('stg_ref_source')] -%}
    {%- if can_ask() -%}
        {%- set parts = [] -%}
        {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
                | sort(attribute='unique_id') -%}
            {%- do parts.append(node.checksum.checksum) -%}
        {%- endfor -%}
        {%- for reference in references -%}
            {%- for row in run_query('select * from ' ~ reference ~ ' order by 1, 2').rows -%}
                {%- do parts.append(row.values() | join('|')) -%}
            {%- endfor -%}
        {%- endfor -%}
        {{ return(local_md5(parts | join('\n'))) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether this run builds every model that keeps rows: only then is the ledger's state reached. -#}
{% macro builds_all_parts() -%}
    {%- set missing = [] -%}
    {%- if can_ask() -%}
        {%- for node in graph.nodes.values() | selectattr('config.materialized', 'equalto', 'incremental')
                if node.unique_id not in selected_resources -%}
            {%- do missing.append(node.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(missing | length == 0) }}
{%- endmacro %}
