-- What Redshift has and PostgreSQL lacks: functions, system views, and the byte length of varchar.
-- Run once by the superuser in the new database, with allow_system_table_mods; everything stands in
-- pg_catalog, so that it is found whatever the search path is.

create function pg_catalog.refuse(message text) returns text language plpgsql as $$
begin
    raise exception '%', message using errcode = '0A000';
end $$;

-- varchar(n) counts bytes. Too long is an error, unless the rest is blanks; an explicit cast cuts, and
-- never within a character.
-- https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
create function pg_catalog.varchar_of_bytes(value varchar, typmod integer, explicit boolean)
returns varchar language plpgsql immutable strict as $$
declare
    bytes constant integer := typmod - 4;
    cut varchar := value;
begin
    if bytes < 0 or octet_length(value) <= bytes then
        return value;
    end if;
    cut := left(value, bytes);
    while octet_length(cut) > bytes loop
        cut := left(cut, -greatest((octet_length(cut) - bytes) / 4, 1));
    end loop;
    if explicit or rtrim(substr(value, length(cut) + 1), ' ') = '' then
        return cut;
    end if;
    raise exception 'Value too long for character type: % bytes for varchar(%)',
        octet_length(value), bytes using errcode = '22001';
end $$;

update pg_catalog.pg_cast
set castfunc = 'pg_catalog.varchar_of_bytes(varchar, integer, boolean)'::regprocedure
where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;

-- Dates. Units come in PostgreSQL's spelling: sql.py sees to that.

create function pg_catalog.getdate() returns timestamp language sql stable
return date_trunc('second', current_timestamp at time zone 'UTC');

-- PostgreSQL's own takes a date for a time in the session's zone, and gives a time with one.
create function pg_catalog.date_trunc(unit text, day date) returns timestamp language sql immutable
return date_trunc(unit, day::timestamp);

create function pg_catalog.dateadd(unit text, amount bigint, moment timestamp)
returns timestamp language sql immutable
return moment + case unit
    when 'quarter' then amount * 3 * interval '1 month'
    else amount * ('1 ' || unit)::interval
end;

create function pg_catalog.dateadd(unit text, amount bigint, day date)
returns timestamp language sql immutable
return pg_catalog.dateadd(unit, amount, day::timestamp);

-- Boundaries of the unit that lie between, not whole units.
create function pg_catalog.datediff(unit text, first timestamp, last timestamp)
returns bigint language plpgsql immutable strict as $$
declare
    months constant bigint := (extract(year from last) - extract(year from first)) * 12
        + extract(month from last) - extract(month from first);
begin
    return case unit
        when 'year' then extract(year from last) - extract(year from first)
        when 'quarter' then
            (extract(year from last) - extract(year from first)) * 4
            + extract(quarter from last) - extract(quarter from first)
        when 'month' then months
        when 'day' then last::date - first::date
        when 'hour' then
            extract(epoch from date_trunc('hour', last) - date_trunc('hour', first)) / 3600
        when 'minute' then
            extract(epoch from date_trunc('minute', last) - date_trunc('minute', first)) / 60
        when 'second' then
            extract(epoch from date_trunc('second', last) - date_trunc('second', first))
        else pg_catalog.refuse('datediff of ' || unit || ' is not covered here')::numeric
    end;
end $$;

create function pg_catalog.last_day(moment timestamp) returns date language sql immutable
return (date_trunc('month', moment) + interval '1 month' - interval '1 day')::date;

-- Unlike dateadd, the last day of a month becomes the last day of the other.
create function pg_catalog.add_months(moment timestamp, months bigint)
returns timestamp language sql immutable
return case
    when moment::date = pg_catalog.last_day(moment)
        then pg_catalog.last_day(moment + months * interval '1 month') + moment::time
    else moment + months * interval '1 month'
end;

create function pg_catalog.trunc(moment timestamp) returns date language sql immutable
return moment::date;

create function pg_catalog.convert_timezone(zone text, moment timestamp)
returns timestamp language sql immutable
return moment at time zone 'UTC' at time zone zone;

create function pg_catalog.convert_timezone(source text, target text, moment timestamp)
returns timestamp language sql immutable
return moment at time zone source at time zone target;

-- Texts and numbers.

create function pg_catalog.len(value text) returns integer language sql immutable
return length(value);

create function pg_catalog.charindex(part text, whole text) returns integer language sql immutable
return position(part in whole);

create function pg_catalog.nvl2(value anyelement, present anycompatible, absent anycompatible)
returns anycompatible language sql immutable
as $$ select case when value is not null then present else absent end $$;

create function pg_catalog.median_of(numeric[]) returns numeric language sql immutable
as $$ select (percentile_cont(0.5) within group (order by value))::numeric from unnest($1) as value $$;

create aggregate pg_catalog.median(numeric) (
    sfunc = array_append, stype = numeric[], finalfunc = pg_catalog.median_of, initcond = '{}'
);

create function pg_catalog.json_extract_path_text(document text, variadic path text[])
returns text language sql immutable
as $$ select coalesce(pg_catalog.json_extract_path_text(document::json, variadic path), '') $$;

-- External schemas. spectrum.py reads the first table and fills the second; an external table is a
-- view over rows that it keeps in the schema of the same name.

create schema spectrum;
grant usage on schema spectrum to public;

create table spectrum.schemas (schemaname text primary key, databasename text not null);
grant select, insert, delete on spectrum.schemas to public;

create table spectrum.tables (
    schemaname text, tablename text, columns text, state text, primary key (schemaname, tablename)
);

-- By oid, which a view keeps when it is renamed.
create table spectrum.late_binding_views (view oid primary key, query text not null);
grant select, insert, update on spectrum.late_binding_views to public;

-- What every view reads. Unlike pg_views it waits for no lock: a session that has just renamed a view
-- and goes on would wait for itself.
create view spectrum.readers as
select views.relname::text as viewname, registered.query as reads
from spectrum.late_binding_views as registered
inner join pg_class as views on registered.view = views.oid
union all
select views.relname::text as viewname, string_agg(behind.relname::text, ' ') as reads
from pg_class as views
inner join pg_namespace as namespaces on views.relnamespace = namespaces.oid
inner join pg_rewrite as rules on views.oid = rules.ev_class
inner join pg_depend as dependencies
    on rules.oid = dependencies.objid
    and dependencies.classid = 'pg_rewrite'::regclass
    and dependencies.refclassid = 'pg_class'::regclass
inner join pg_class as behind on dependencies.refobjid = behind.oid
where
    views.relkind = 'v'
    and views.oid <> behind.oid
    and namespaces.nspname not in ('pg_catalog', 'information_schema', 'spectrum')
    and namespaces.nspname not in (select schemaname from spectrum.schemas)
group by views.oid, views.relname;

create procedure pg_catalog.create_external_schema(
    name text, database text, if_not_exists boolean
) language plpgsql as $$
begin
    if if_not_exists and exists (select from pg_namespace where nspname = name) then
        return;
    end if;
    execute format('create schema %I', name);
    delete from spectrum.schemas where schemaname = name;
    insert into spectrum.schemas values (name, database);
end $$;

-- A late-binding view keeps the text of its query and reads by name whenever it is asked: what it
-- reads may be dropped and made again. Its columns are those at the time it was made.

create function pg_catalog.late_binding(query text) returns setof record language plpgsql as $$
begin
    return query execute query;
end $$;

create procedure pg_catalog.create_late_binding_view(name text, or_replace boolean, query text)
language plpgsql as $$
declare
    declared text;
    typed text;
begin
    execute 'create temporary view pg_late_binding_probe as ' || query;
    select
        string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum),
        string_agg(
            format('cast(%I as %s)', attname, format_type(atttypid, atttypmod)), ', ' order by attnum
        )
    into declared, typed
    from pg_attribute
    where attrelid = 'pg_temp.pg_late_binding_probe'::regclass and attnum > 0;
    drop view pg_temp.pg_late_binding_probe;
    execute format(
        'create %s view %s as select * from pg_catalog.late_binding(%L) as columns (%s)',
        case when or_replace then 'or replace' else '' end,
        name,
        format('select %s from (%s) as query', typed, query),
        declared
    );
    insert into spectrum.late_binding_views values (name::regclass, query)
    on conflict (view) do update set query = excluded.query;
end $$;

-- The system views call them views, and so they are listed once.
create function pg_catalog.pg_get_late_binding_view_cols() returns setof record language plpgsql
as $$ begin end $$;

-- A nested column can be selected as text only by a session that asks for it.
-- https://docs.aws.amazon.com/redshift/latest/dg/serializing-complex-JSON.html
create function pg_catalog.serialized(value varchar) returns varchar language plpgsql stable as $$
begin
    if lower(coalesce(current_setting('redshift.json_serialization_enable', true), ''))
        not in ('true', 'on') then
        raise exception
            'a column of complex type needs SET json_serialization_enable TO true'
            using errcode = '0A000';
    end if;
    return value;
end $$;

create view pg_catalog.svv_external_schemas as
select
    namespaces.oid as esoid,
    1 as eskind,
    schemas.schemaname,
    namespaces.nspowner as esowner,
    schemas.databasename,
    '{"IAM_ROLE":"default"}'::text as esoptions
from spectrum.schemas as schemas
inner join pg_namespace as namespaces on schemas.schemaname = namespaces.nspname;

-- Empty, as external tables are found as the views that they are here.
create view pg_catalog.svv_external_columns as
select
    null::text as schemaname,
    null::text as tablename,
    null::text as columnname,
    null::text as external_type,
    null::integer as columnnum,
    null::integer as part_key
where false;

create view pg_catalog.svv_table_info as
select
    current_database()::text as database,
    namespaces.nspname::text as schema,
    tables.oid as table_id,
    tables.relname::text as "table",
    'Y, AUTO(ENCODE)'::text as encoded,
    null::text as diststyle,
    null::text as sortkey1,
    null::integer as max_varchar,
    null::text as sortkey1_enc,
    0 as sortkey_num,
    ceil(pg_total_relation_size(tables.oid) / 1048576.0)::bigint as size,
    null::numeric as pct_used,
    0 as empty,
    null::numeric as unsorted,
    null::numeric as stats_off,
    greatest(tables.reltuples, 0)::numeric as tbl_rows,
    null::numeric as skew_sortkey1,
    null::numeric as skew_rows
from pg_class as tables
inner join pg_namespace as namespaces on tables.relnamespace = namespaces.oid
where tables.relkind = 'r' and namespaces.nspname not in ('pg_catalog', 'information_schema', 'spectrum');

create view pg_catalog.svv_relation_privileges as
select
    namespaces.nspname::text as namespace_name,
    relations.relname::text as relation_name,
    privileges.privilege_type::text,
    grantees.rolname::text as identity_name,
    case when grantees.rolcanlogin then 'user' else 'role' end as identity_type
from pg_class as relations
inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
cross join lateral aclexplode(relations.relacl) as privileges
inner join pg_roles as grantees on privileges.grantee = grantees.oid;

grant select on
    pg_catalog.svv_external_schemas,
    pg_catalog.svv_external_columns,
    pg_catalog.svv_table_info,
    pg_catalog.svv_relation_privileges
to public;
