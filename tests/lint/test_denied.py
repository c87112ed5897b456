"""Each entry of the deny-lists: a statement that it refuses, and one near it that it lets pass."""

import pytest

from lint import athena, redshift
from lint.denied import findings

DENIED = {"athena": athena.DENIED, "redshift": redshift.DENIED}
ROWS = "rows between unbounded preceding and current row"
CASES = {
    "redshift": {
        "distinct_on": ("select distinct on (a) a, b from t", "select distinct a, b from t"),
        "aggregate_filter": (
            "select count(*) filter (where a > 1) from t",
            "select sum(case when a > 1 then 1 end) from t",
        ),
        "unsupported_function": (
            "select string_agg(a, ',') from t",
            "select listagg(a, ',') within group (order by a) from t where b = 'string_agg('",
        ),
        "unsupported_type": ("select cast(a as jsonb) from t", "select cast(a as super) from t"),
        "array_constructor": ("select array[1, 2] from t", "select array(1, 2) from t"),
        "lateral": (
            "select * from t cross join lateral (select t.a) as s",
            "select * from t cross join (select 1 as a) as s",
        ),
        "values_table": (
            "select * from (values (1), (2)) as v (a)",
            "insert into t values (1), (2)",
        ),
        "window_frame_missing": (
            "select sum(a) over (partition by b order by c) from t",
            f"select sum(a) over (order by c {ROWS}), row_number() over (order by c),"
            " sum(a) over (partition by b) from t",
        ),
        "window_frame_kind": (
            f"select sum(a) over (order by c {ROWS.replace('rows', 'range')}) from t",
            f"select sum(a) over (order by c {ROWS}) from t",
        ),
        "offset_default": (
            "select lag(a, 1, 0) over (order by b) from t",
            "select coalesce(lag(a, 1) over (order by b), 0) from t",
        ),
        "concat_many": ("select concat('a', b, 'c') from t", "select concat('a', b) || 'c' from t"),
        "collation": (
            "select a from t order by a collate \"C\"",
            "select a as collate_1 from t order by a",
        ),
        "row_constructor": (
            "select * from t where row(a, b) = row(1, 2)",
            "select row_number() over (order by a) as row from t",
        ),
        "case_blind_regex": (
            "select a from t where a ~* 'cat'",
            "select a from t where lower(a) ~ 'cat'",
        ),
        "window_distinct": (
            "select count(distinct a) over (partition by b) from t",
            "select count(distinct a), count(b) over (partition by b) from t",
        ),
        "named_window": (
            "select sum(a) over w from t window w as (partition by b)",
            "select sum(a) over (partition by b) from t",
        ),
        "recursion": (
            "with recursive r as (select 1 as a union all select a + 1 from r) select * from r",
            "with recursive r (a) as (select 1 union all select a + 1 from r where a < 9)"
            " select * from r",
        ),
        "materialized_cte": (
            "with c as materialized (select 1 as a) select * from c",
            "with c as (select 1 as a) select * from c",
        ),
        "fetch_first": (
            "select a from t order by a fetch first 3 rows only",
            "select a from t order by a limit 3",
        ),
        "distinct_from": ("select a is distinct from b from t", "select a <> b from t"),
        "tablesample": ("select a from t tablesample system (10)", "select a from t"),
        "row_lock": ("select a from t for update", "update t set a = 1"),
        "on_conflict": (
            "insert into t values (1) on conflict do nothing",
            "insert into t values (1)",
        ),
        "returning": ("delete from t where a = 1 returning a", "delete from t where a = 1"),
        "boolean_as_text": (
            "select cast((a = 1 or b) as varchar) from t",
            "select cast(case when a = 1 then 'yes' end as varchar(3)) from t",
        ),
        "unsupported_statement": ("create index i on t (a)", "create table i (a integer)"),
        "table_partitioning": (
            "create table t (a int) partition by range (a)",
            "create table t (a int) diststyle even",
        ),
    },
    "athena": {
        "with_function": (
            "with function f(x bigint) returns bigint return x + 1 select f(1)",
            "with function as (select 1 as a) select a from function",
        ),
        "with_session": (
            "with session query_max_run_time = '1h' select 1",
            "with session as (select 1 as a) select a from session",
        ),
        "call": ("call system.sync_partition_metadata('a', 'b', 'ADD')", "msck repair table t"),
        "create_function": (
            "create function f(x int) returns int return x",
            "create view f as select 1 as a",
        ),
        "comment": ("comment on table t is 'x'", "create table t as select 'comment on' as a"),
        "materialized_view": (
            "create materialized view v as select 1 as a",
            "create or replace view v as select 1 as a",
        ),
        "replace_table": (
            "create or replace table t as select 1 as a",
            "create table t as select 1 as a",
        ),
        "table_like": ("create table t (like s)", "create table t as select * from s"),
        "describe_prepared": ("describe output p", "describe t"),
        "transaction": ("start transaction", "select 1 as start_transaction"),
        "roles": ("grant select on t to user x", "select a as grant_no from t"),
        "session": ("set session a = 1", "alter table t set tblproperties ('a' = '1')"),
        "catalogs": ("create catalog c using hive", "create schema c"),
        "table_maintenance": ("alter table t execute optimize", "optimize t rewrite data using bin_pack"),
        "truncate": ("truncate table t", "delete from t where a = 1"),
        "execute_immediate": ("execute immediate 'select 1'", "execute p using 1"),
        "type_not_stored": (
            "create table t as select cast(a as timestamp with time zone) as b from s",
            "create table t as select cast(at_timezone(a, 'UTC') as timestamp) as b from s",
        ),
        "newer_than_engine_3": (
            "select * from json_table(a, 'lax $' columns(b int path 'x'))",
            "select json_extract_scalar(a, '$.x') from t",
        ),
        "type_of_trino_only": (
            "select cast(a as hyperloglog) as b from t",
            "select cast(a as varchar) as b from t",
        ),
    },
}  # fmt: skip
EACH = [(engine, name) for engine, cases in CASES.items() for name in cases]


def names(sql: str, engine: str) -> list[str]:
    return [finding.name for finding in findings(sql, engine, DENIED[engine])]


@pytest.mark.parametrize(("engine", "name"), EACH)
def test_an_entry_refuses_and_lets_pass(engine: str, name: str) -> None:
    refused, near = CASES[engine][name]
    assert name in names(refused, engine)
    assert names(near, engine) == []


@pytest.mark.parametrize("engine", DENIED)
def test_every_entry_has_a_case_a_reason_and_a_section(engine: str) -> None:
    assert [entry.name for entry in DENIED[engine]] == list(CASES[engine])
    assert all(entry.why and entry.section for entry in DENIED[engine])


FUNCTIONS = ["array_agg(a)", "generate_series(1, 3)", "unnest(a)", "regexp_matches(a, 'b')", "encode(a, 'hex')", "format('%s', a)", "every(a)"]  # fmt: skip


@pytest.mark.parametrize("call", FUNCTIONS)
def test_functions_that_redshift_lacks(call: str) -> None:
    assert names(f"select {call} from t", "redshift") == ["unsupported_function"]
    assert names(f"select {call.partition('(')[0]} from t", "redshift") == []


@pytest.mark.parametrize(
    "sql",
    [
        "select a at time zone 'UTC' as b from t",
        "select current_timestamp as b",
        "select 1 as a union all select cast('x' as json) as a",
        "insert into t select cast(a as time) as b from s",
        "create table t (a timestamp with time zone)",
    ],
)
def test_values_that_athena_does_not_store(sql: str) -> None:
    assert names(sql, "athena") == ["type_not_stored"]


def test_inside_of_a_query_athena_knows_the_type() -> None:
    sql = "select a from (select cast(b as json) as a, current_timestamp as c from t) as s"
    assert names(sql, "athena") == []
    assert names(f"with s as ({sql}) select a from s", "athena") == []


@pytest.mark.parametrize("function", ["sum", "count", "max", "first_value", "bool_or"])
def test_every_aggregate_needs_its_frame_on_redshift(function: str) -> None:
    assert names(f"select {function}(a) over (order by b) from t", "redshift") == [
        "window_frame_missing"
    ]


@pytest.mark.parametrize("function", ["row_number()", "rank()", "lag(a)", "lead(a, 1)", "ntile(4)"])
def test_ranks_need_none(function: str) -> None:
    assert names(f"select {function} over (order by b) from t", "redshift") == []


def test_a_second_statement_is_looked_at_too() -> None:
    assert names("select 1; select distinct on (a) a from t;", "redshift") == ["distinct_on"]


def test_quotes_and_comments_hold_no_words() -> None:
    sql = """select 'a;b' as "array [" -- string_agg(
        /* unnest(a); */ from t where a = 'it''s encode('"""
    assert names(sql, "redshift") == []


def test_what_no_dialect_reads_is_told() -> None:
    assert names("select from where )", "redshift") == ["unreadable"]
