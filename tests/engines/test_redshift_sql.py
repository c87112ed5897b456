"""Redshift's SQL rewritten, and what the stand-in works out without any process."""

import xml.etree.ElementTree as ET

import pytest

from standins.redshift import signin, spectrum, sql, wire
from standins.redshift.files import Column, UnreadableFile, is_hidden, read

REWRITTEN = [
    # None: what both spell alike stays to the byte, comments and blanks too.
    ("select  a, -- dateadd(day, 1, b)\n 'sysdate', \"nvl\" from t", None),
    ("select dateadd(month, 1, d)", "select dateadd('month', 1, d)"),
    ("select DATEADD( mons , -1, f(a, b))", "select dateadd('month', -1, f(a, b))"),
    ("select datediff(days, a, b)", "select datediff('day', a, b)"),
    ("select datediff('day', a, b)", "select datediff('day', a, b)"),
    (
        "select dateadd(day, -1, dateadd(month, 1, date_trunc('month', d)))",
        "select dateadd('day', -1, dateadd('month', 1, date_trunc('month', d)))",
    ),
    ("select date_part(dayofweek, d)", "select date_part('dow', d)"),
    ("select t.dateadd from t", "select t.dateadd from t"),
    ("select nvl(a, 0), isnull(b, 1)", "select coalesce(a, 0), coalesce(b, 1)"),
    (
        "select decode(a, 1, 'x', null, 'y', 'z')",
        "select (case when a is not distinct from 1 then 'x'"
        " when a is not distinct from null then 'y' else 'z' end)",
    ),
    ("select decode(a, 1, 'x')", "select (case when a is not distinct from 1 then 'x' end)"),
    ("select decode(a, 'hex')", "select decode(a, 'hex')"),
    (
        "select listagg(x, ',') within group (order by y desc) from t",
        "select string_agg(cast(x as text), ',' order by y desc) from t",
    ),
    (
        "select listagg(distinct x, ',') within group (order by x) from t",
        "select string_agg(distinct cast(x as text), ',' order by cast(x as text)) from t",
    ),
    ("select listagg(x) from t", "select string_agg(cast(x as text), '') from t"),
    ("select sysdate", "select pg_catalog.getdate()"),
    ("create table t (a varchar(max))", "create table t (a varchar(65535))"),
    (
        "create table t (a int encode az64, b varchar(3)) backup no"
        " diststyle key distkey (a) compound sortkey(a, b)",
        "create table t (a int , b varchar(3))",
    ),
    ("create table t diststyle all sortkey(a) as (select 1)", "create table t as (select 1)"),
    # The query may well name a column like a clause.
    ("create table t as select distkey, encode from s", None),
    ("grant select on a.b to ROLE r, GROUP g, u", "grant select on a.b to r, GROUP g, u"),
    ("grant role r to role s", "grant r to s"),
    ("revoke select on a.b from role r", "revoke select on a.b from r"),
    ("set json_serialization_enable to true", "set redshift.json_serialization_enable to true"),
    ("set timezone to 'UTC'", None),
    (
        "create external schema if not exists S from data catalog database 'd' iam_role default;",
        "call pg_catalog.create_external_schema('s', 'd', true)",
    ),
    (
        "create external schema s from data catalog\ndatabase 'd' iam_role 'arn:x'",
        "call pg_catalog.create_external_schema('s', 'd', false)",
    ),
    (
        'create view "a"."v" as ( select \'x\', nvl(b, 1) from t ) with no schema binding;',
        'call pg_catalog.create_late_binding_view(\'"a"."v"\', false,'
        " '( select ''x'', coalesce(b, 1) from t )')",
    ),
    (
        "/* q */ create or replace view v as select 1 with no schema binding",
        "call pg_catalog.create_late_binding_view('v', true, 'select 1')",
    ),
    ("create view v as select 1", None),
    ("select 'not closed", None),
    ("select dateadd(day", None),
    ("", None),
    ("begin", None),
]


@pytest.mark.parametrize(("redshift", "postgres"), REWRITTEN)
def test_only_what_is_spelled_differently_changes(redshift: str, postgres: str | None) -> None:
    found = sql.to_postgres(redshift)
    if postgres is None:
        assert found == redshift
    else:
        assert found.split() == postgres.split()


@pytest.mark.parametrize(
    ("statement", "is_bound"),
    [
        ("create view v as select 1", True),
        ("/* c */ -- d\nCREATE OR REPLACE VIEW v as select 1;", True),
        ("create view v as select 1 with no schema binding ;", False),
        ("create table v as select 1", False),
        ("select 'create view'", False),
    ],
)
def test_bound_views_are_told_from_late_binding_ones(statement: str, is_bound: bool) -> None:
    assert sql.is_bound_view(statement) is is_bound


def test_what_a_statement_reads_is_followed_through_views() -> None:
    views = {"v": "select * from ext.cats", "w": "select * from v", "x": "select 1"}
    assert "cats" in spectrum.mentioned("select * from m.w", {"ext"}, views)
    assert spectrum.mentioned("select * from m.x, cats", {"ext"}, views) == set()


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("string", "varchar(65535)"),
        ("int", "integer"),
        ("decimal(6,1)", "decimal(6,1)"),
        ("array<string>", "varchar(65535)"),
        ("timestamp", "timestamp"),
    ],
)
def test_types_of_the_catalog(type_: str, expected: str) -> None:
    assert spectrum.sql_type(Column("a", type_)) == expected


def test_a_type_that_is_not_covered_is_told() -> None:
    with pytest.raises(spectrum.UncoveredTable, match="external column a has the type binary"):
        spectrum.sql_type(Column("a", "binary"))


def test_a_partitioned_table_is_its_registered_partitions() -> None:
    described = {
        "Name": "cats",
        "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "int"}],
            "Location": "s3://b/cats",
            "SerdeInfo": {"SerializationLibrary": "…parquet.serde.ParquetHiveSerDe"},
        },
        "PartitionKeys": [{"Name": "y", "Type": "int"}],
        "Parameters": {"projection.enabled": "true", "projection.y.range": "2000,2030"},
    }
    partition = {"Values": ["2024"], "StorageDescriptor": {"Location": "s3://b/cats/y=2024/"}}
    assert spectrum.table_of(described, []).folders == ()
    table = spectrum.table_of(described, [partition])
    assert table.folders == (("s3://b/cats/y=2024/", (("y", "2024"),)),)
    assert [c.name for c in table.columns] == ["a", "y"]


def test_a_format_that_is_not_covered_is_told() -> None:
    described = {
        "Name": "cats",
        "StorageDescriptor": {
            "Columns": [],
            "Location": "s3://b/cats",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde"},
        },
    }
    with pytest.raises(spectrum.UncoveredTable, match=r"cats has the serde .*OpenCSVSerde"):
        spectrum.table_of(described, [])


def test_folders_within_others_are_not_listed_twice() -> None:
    folders = ["s3://b/t/y=1/", "s3://b/t/", "s3://b/other/y=2/"]
    assert spectrum.roots(folders) == ["s3://b/other/y=2/", "s3://b/t/"]


@pytest.mark.parametrize(
    ("path", "hidden"),
    [("a/_x.parquet", True), ("a/.x", True), ("a/#x", True), ("a/x~", True), ("_a/x.json", False)],
)
def test_hidden_files(path: str, hidden: bool) -> None:
    assert is_hidden(path) is hidden


def test_json_lines_become_rows_that_tell_empty_from_null() -> None:
    columns = [Column(n, "string") for n in ("a", "b", "c", "d")] + [Column("y", "int")]
    text = '{"A": "", "b": null, "c": {"k": "猫"}}\n\n{"a": "say \\"x\\"\\nthen y", "d": 1}\n'
    assert read(text.encode(), columns, {"y": "2024"}, is_json=True).decode() == (
        '"",,"{""k"":""猫""}",,"2024"\n"say ""x""\nthen y",,,"1","2024"\n'
    )


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        read(b"PAR1 no", [Column("a", "int")], {}, is_json=False)
    with pytest.raises(UnreadableFile):
        read(b"{", [Column("a", "int")], {}, is_json=True)


def test_credentials_are_given_for_a_role_and_for_a_user() -> None:
    for form, user in (
        ("Action=GetClusterCredentialsWithIAM&DbName=catdata", "IAMR:dbt"),
        ("Action=GetClusterCredentials&DbUser=ann", "IAM:ann"),
    ):
        status, text = signin.reply(form)
        assert status == 200
        assert [e.text for e in ET.fromstring(text).iter() if e.tag.endswith("}DbUser")] == [user]
    assert signin.reply("Action=DescribeClusters")[0] == 400


def test_start_up_keeps_what_postgres_knows() -> None:
    payload = b"\0\3\0\0user\0u\0database\0catdata\0driver_version\0x\0\0"
    parameters = wire.startup_parameters(payload)
    assert parameters == {"user": "u", "database": "catdata", "driver_version": "x"}
    message = wire.startup_message(parameters, payload[:4])
    assert message == b"\0\0\0\x21\0\3\0\0user\0u\0database\0catdata\0\0"
    assert len(message) == 0x21


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (b"Q", b"select 1\0", b"SELECT 1\0"),
        (b"P", b"name\0select $1\0\0\1\0\0\0\x17", b"name\0SELECT $1\0\0\1\0\0\0\x17"),
        (b"B", b"\0select\0\0\0\0\0\0\0", b"\0select\0\0\0\0\0\0\0"),
        (b"S", b"", b""),
    ],
)
def test_only_statements_are_rewritten(kind: bytes, body: bytes, expected: bytes) -> None:
    statements = wire.Statements(lambda sql: None, str.upper)
    assert statements.passed_on(kind, body) == wire.message(kind, expected)


def test_a_statement_that_is_run_again_is_made_ready_again() -> None:
    asked: list[str] = []
    hindrances = iter([None, None, "gone"])

    def hindrance(sql: str) -> str | None:
        asked.append(sql)
        return next(hindrances)

    statements = wire.Statements(hindrance, str.upper)
    bind = b"portal\0s1\0\0\0\0\0\0\0"
    statements.passed_on(b"P", b"s1\0select a\0\0\0")
    for runs in (1, 2):
        assert statements.passed_on(b"B", bind) == wire.message(b"B", bind)
        assert asked == ["select a"] * runs
    refused = wire.message(b"P", b"refused\0select pg_catalog.refuse('gone')\0\0\0")
    again = wire.message(b"B", b"portal\0refused\0\0\0\0\0\0\0")
    assert statements.passed_on(b"B", bind) == refused + again
