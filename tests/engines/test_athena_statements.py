"""Athena's statements as the stand-in understands them."""

import pytest

from standins.athena import actions
from standins.athena.actions import Query, Table
from standins.athena.problems import StatementError
from standins.athena.statements import translate

T = Table("d", "t")


def understood(sql: str) -> actions.Action:
    return translate(sql, "d", "s3://b/unnamed/")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select '`a`' as \"b\" -- c", Query("select '`a`' as \"b\" -- c")),
        ("-- /* dbt */\nselect 1;", Query("-- /* dbt */\nselect 1")),
        ("show tables in `x`", Query('show tables in "x"')),
        ("drop table if exists `x`.`T`", actions.DropTable(Table("x", "t"), True)),
        ("drop table awsdatacatalog.x.t", actions.DropTable(Table("x", "t"), False)),
        ("create schema if not exists `x`", actions.CreateDatabase("x", None, True)),
        (
            "create database x comment 'c' location 's3://b/x/'",
            actions.CreateDatabase("x", "s3://b/x/", False),
        ),
        ("drop schema if exists x cascade", actions.DropDatabase("x", True, True)),
        ("msck repair table t", actions.RepairPartitions(T)),
        ("show partitions `d`.`t`", actions.ShowPartitions(T)),
        ("vacuum t", actions.Nothing()),
        ("optimize t rewrite data using bin_pack", actions.AlterIceberg(T, "execute optimize")),
        (
            "optimize t rewrite data using bin_pack where x = 'a b'",
            actions.AlterIceberg(T, "execute optimize where x = 'a b'"),
        ),
        (
            "alter table `d`.`t` set tblproperties ('classification' = 'parquet', 'a,b' = 'c)')",
            actions.SetProperties(T, {"classification": "parquet", "a,b": "c)"}),
        ),
        ("alter table t set location 's3://b/y'", actions.SetLocation(T, "s3://b/y")),
        (
            "alter table `d`.`t` rename to `e`.`u`",
            actions.AlterIceberg(T, 'rename to "e"."u"'),
        ),
        ("alter table t drop column `c`", actions.AlterIceberg(T, 'drop column "c"')),
        (
            "alter table t add columns (`a` decimal(6, 1), b array<string> comment 'x, y')",
            actions.ChangeColumns(
                T,
                (
                    {"Name": "a", "Type": "decimal(6,1)"},
                    {"Name": "b", "Type": "array<string>", "Comment": "x, y"},
                ),
                False,
            ),
        ),
        (
            "alter table t replace columns (a struct<b:int,c:string>)",
            actions.ChangeColumns(T, ({"Name": "a", "Type": "struct<b:int,c:string>"},), True),
        ),
        (
            "alter table t add if not exists partition (c = '01', y = 2024) location 's3://b/p/' "
            "partition (c = '02', y = 2025)",
            actions.AddPartitions(
                T,
                (({"c": "01", "y": "2024"}, "s3://b/p/"), ({"c": "02", "y": "2025"}, None)),
                True,
            ),
        ),
        (
            "alter table t drop if exists partition (c = '01'), partition (c = '02')",
            actions.DropPartitions(T, ({"c": "01"}, {"c": "02"}), True),
        ),
        (
            "create or replace view d.t as select 1 as a",
            actions.CreateView("create or replace view d.t as select 1 as a", T),
        ),
        (
            "insert into t select 1",
            Query(
                "insert into t select 1",
                {"awsdatacatalog.insert_existing_partitions_behavior": "APPEND"},
            ),
        ),
    ],
)
def test_statements_are_understood(sql: str, expected: actions.Action) -> None:
    assert understood(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected", "session"),
    [
        (
            "create table t as select ')' as a",
            'create table awsdatacatalog."d"."t" with (external_location = \'s3://b/unnamed/\', '
            "format = 'PARQUET') as select ')' as a",
            {},
        ),
        (
            """create table "awsdatacatalog"."d"."t"
            with (
              table_type='hive', is_external=true, external_location='s3://b/x',
              partitioned_by=ARRAY['c', 'y'], write_compression='snappy', format='parquet'
            ) as select 'with (' as a, (1) as c, 2 as y""",
            'create table awsdatacatalog."d"."t" with (external_location = \'s3://b/x\', '
            "partitioned_by = ARRAY['c', 'y'], format = 'parquet') "
            "as select 'with (' as a, (1) as c, 2 as y",
            {"awsdatacatalog.compression_codec": "SNAPPY"},
        ),
        (
            "create table t with (format = 'TEXTFILE', field_delimiter = ',', "
            "external_location = 's3://b/x') as select 1 as a",
            'create table awsdatacatalog."d"."t" with (format = \'TEXTFILE\', '
            "textfile_field_separator = ',', external_location = 's3://b/x') as select 1 as a",
            {},
        ),
        (
            "create table t with (table_type='iceberg', is_external=false, location='s3://b/x/', "
            "partitioning=ARRAY['bucket(a, 4)'], vacuum_max_snapshot_age_seconds=1, "
            "format='parquet') as select 1 as a",
            'create table iceberg."d"."t" with (location = \'s3://b/x\', '
            "partitioning = ARRAY['bucket(a, 4)'], format = 'parquet') as select 1 as a",
            {},
        ),
        (
            "create table if not exists t (`a` string, b bigint) partitioned by (bucket(4, a), day(b), b)"
            " location 's3://b/x/' tblproperties ('table_type' = 'ICEBERG', 'format' = 'parquet')",
            'create table if not exists iceberg."d"."t" ("a" varchar, "b" bigint) with '
            "(partitioning = ARRAY['bucket(a, 4)', 'day(b)', 'b'], location = 's3://b/x', "
            "format = 'PARQUET')",
            {},
        ),
    ],
)
def test_new_tables_go_to_the_connector_that_has_them(
    sql: str, expected: str, session: dict[str, str]
) -> None:
    assert understood(sql) == Query(expected, session)


def test_an_external_table_of_json_is_glues_table() -> None:
    action = understood(
        """create external table if not exists `d`.`t` (
            `a` string comment 'it''s, (a)', b decimal(6, 1), c array<struct<x:int,y:string>>
        )
        comment 'of test'
        partitioned by (code string, year int)
        row format serde 'org.openx.data.jsonserde.JsonSerDe'
        with serdeproperties ('ignore.malformed.json' = 'true')
        stored as textfile
        location 's3://b/x/'
        tblproperties ('projection.enabled' = 'true', 'projection.year.range' = '2020,2024')"""
    )
    assert isinstance(action, actions.CreateExternal)
    assert action.table == T
    assert action.if_not_exists
    assert action.input["PartitionKeys"] == [
        {"Name": "code", "Type": "string"},
        {"Name": "year", "Type": "int"},
    ]
    assert action.input["Parameters"] == {
        "EXTERNAL": "TRUE",
        "comment": "of test",
        "projection.enabled": "true",
        "projection.year.range": "2020,2024",
    }
    storage = action.input["StorageDescriptor"]
    assert storage["Columns"] == [
        {"Name": "a", "Type": "string", "Comment": "it's, (a)"},
        {"Name": "b", "Type": "decimal(6,1)"},
        {"Name": "c", "Type": "array<struct<x:int,y:string>>"},
    ]
    assert storage["Location"] == "s3://b/x/"
    assert storage["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"serialization.format": "1", "ignore.malformed.json": "true"},
    }


@pytest.mark.parametrize(
    ("clauses", "serde", "parameters"),
    [
        ("stored as parquet", "parquet.serde.ParquetHiveSerDe", {}),
        ("stored as orc", "orc.OrcSerde", {}),
        (
            "row format delimited fields terminated by '\\t' escaped by '\\\\' "
            "lines terminated by '\\n'",
            "LazySimpleSerDe",
            {"field.delim": "\t", "escape.delim": "\\", "line.delim": "\n"},
        ),
    ],
)
def test_formats_of_external_tables(clauses: str, serde: str, parameters: dict[str, str]) -> None:
    action = understood(f"create external table t (a int) {clauses} location 's3://b/x/'")
    assert isinstance(action, actions.CreateExternal)
    info = action.input["StorageDescriptor"]["SerdeInfo"]
    assert info["SerializationLibrary"].endswith(serde)
    assert info["Parameters"] == {"serialization.format": "1"} | parameters


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "empty"),
        (" -- nothing\n", "empty"),
        ("create external table t (a int) stored as parquet", "LOCATION"),
        ("create external table t (a int) stored as avro location 's3://b/'", "PARQUET"),
        ("create external table t (a int) clustered by (a) location 's3://b/'", "clustered"),
        ("create table t (a int) location 's3://b/'", "EXTERNAL"),
        ("create table t with (format = 'PARQUET'", "expecting )"),
        ("alter table t enable stats", "enable"),
        ("alter table t add", "PARTITION"),
        ("drop table 'a'", "a name"),
    ],
)
def test_what_is_not_understood_is_refused(sql: str, reason: str) -> None:
    with pytest.raises(StatementError, match="FAILED") as raised:
        understood(sql)
    assert reason in str(raised.value)
