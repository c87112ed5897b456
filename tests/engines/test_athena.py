"""The stand-in of Athena, whole: its API, a real Trino, Glue and S3."""

import json
import time
from collections.abc import Callable

import boto3
import psutil
import pytest

from standins.engines import control

pytestmark = [pytest.mark.engines]

Put = Callable[[str, str], None]


def keys(place: str) -> list[str]:
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in found.get("Contents", [])]


def test_values_come_as_athena_writes_them(athena) -> None:
    assert athena.rows(
        "select cast(1 as decimal(12, 6)), 7 / 2, 1e10, 1.0 / 3, date '2024-04-01', "
        "timestamp '2024-04-01 00:00:00.5', array['a', null], null, '日本語,\"x\"', "
        "cast(row(1, 'x') as row(a integer, b varchar))"
    ) == [
        (
            "1.000000",
            "3",
            "1.0E10",
            "0.3",
            "2024-04-01",
            "2024-04-01 00:00:00.5",
            "[a, null]",
            None,
            '日本語,"x"',
            "{a=1, b=x}",
        )
    ]


def test_the_answer_tells_names_types_and_kind(athena) -> None:
    execution = athena.run("select cast('x' as varchar(64)) as a, 1.50 as b, true as c")
    assert execution["StatementType"] == "DML"
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    result = athena.client.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    info = result["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert [(c["Name"], c["Type"]) for c in info] == [
        ("a", "varchar"),
        ("b", "decimal"),
        ("c", "boolean"),
    ]


def test_the_result_also_lies_on_s3(athena) -> None:
    execution = athena.run("select 'a \"b\"' as x, null as y")
    bucket, _, key = (
        execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
    )
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert body == b'"x","y"\n"a ""b""",\n'


def test_long_answers_come_in_pages(athena) -> None:
    rows = athena.rows("select n from unnest(sequence(1, 2500)) as t(n)")
    assert [int(row[0]) for row in rows] == list(range(1, 2501))


def test_parameters_are_bound_and_not_pasted(athena) -> None:
    assert athena.rows("select ? || '?', ?", "'it''s'", "3") == [("it's?", "3")]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select * from nowhere", "TABLE_NOT_FOUND: line 1:15"),
        ("selec 1", "SYNTAX_ERROR: line 1:1"),
        ("select 1 / 0", "DIVISION_BY_ZERO"),
        ("select '1' = 1", "TYPE_MISMATCH"),
        ("drop table nowhere", "FAILED: SemanticException"),
        ("alter table nowhere set location 's3://x/'", "FAILED: SemanticException"),
    ],
)
def test_refusals_have_the_engines_own_reason(athena, sql: str, reason: str) -> None:
    assert reason in athena.refusal(sql)


def test_a_query_can_be_stopped(athena) -> None:
    endless = athena.start(
        "select count(*) from unnest(sequence(1, 9999)) a(x), unnest(sequence(1, 9999)) b(y), "
        "unnest(sequence(1, 9999)) c(z) where x * y = z + 0.5"
    )
    while (
        athena.client.get_query_execution(QueryExecutionId=endless)["QueryExecution"]["Status"][
            "State"
        ]
        == "QUEUED"
    ):
        time.sleep(0.05)
    athena.client.stop_query_execution(QueryExecutionId=endless)
    assert athena.wait(endless)["Status"]["State"] == "CANCELLED"
    running = "select count(*) from system.runtime.queries where state = 'RUNNING' and query like '%z + 0.5%' and query not like '%runtime%'"
    while athena.rows(running) != [("0",)]:
        time.sleep(0.05)


def test_bytes_scanned_are_those_of_the_columns_and_partitions_read(athena) -> None:
    # Files of more than 3 MB: the engine reads smaller ones whole.
    athena.run(
        "create table t with (external_location = '{here}/t/', partitioned_by = array['y']) as "
        "select n, sha256(cast(cast(n as varchar) as varbinary)) as h, n % 2 as y "
        "from unnest(sequence(1, 500)) as a(i), unnest(sequence(i * 500, i * 500 + 499)) as s(n)"
    )
    whole = athena.read("select max(n), max(h) from t")
    column = athena.read("select max(n) from t where n > 0")
    partition = athena.read("select max(n), max(h) from t where y = 1")
    assert whole > 250_000 * 32
    assert 0 < column < whole / 3
    assert 0.45 * whole < partition < 0.55 * whole
    assert athena.read("select 1") == 0


def test_more_than_a_hundred_partitions_at_once_are_refused(athena) -> None:
    ctas = (
        "create table t{0} with (external_location = '{{here}}/t{0}/', partitioned_by = array['y'])"
        " as select n, n as y from unnest(sequence(1, {0})) as s(n)"
    )
    athena.run(ctas.format(100))
    assert "HIVE_TOO_MANY_OPEN_PARTITIONS" in athena.refusal(ctas.format(101))


def test_a_table_without_a_place_gets_one_beside_the_results(athena) -> None:
    athena.run("create table t as select 1 as a")
    storage = boto3.client("glue").get_table(DatabaseName=athena.database, Name="t")["Table"]
    assert storage["StorageDescriptor"]["Location"].startswith(f"{athena.place}/results/tables/")
    assert athena.rows("select a from t") == [("1",)]


def test_a_dropped_table_leaves_its_files(athena) -> None:
    athena.run("create table t with (external_location = '{here}/t/') as select 1 as a")
    files = keys(f"{athena.place}/t/")
    assert files
    athena.run("drop table t")
    assert keys(f"{athena.place}/t/") == files
    assert "TABLE_NOT_FOUND" in athena.refusal("select * from t")


def test_a_view_shows_its_columns_in_glue(athena) -> None:
    athena.run("create view v as select cast('a' as varchar(64)) as a, array[1] as b, now() as c")
    table = boto3.client("glue").get_table(DatabaseName=athena.database, Name="v")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]] == [
        ("a", "varchar(64)"),
        ("b", "array<int>"),
        ("c", "timestamp"),
    ]
    assert athena.rows("select a, b from v") == [("a", "[1]")]


def test_json_lines_are_read_in_folders_below_the_tables_place(athena, put: Put) -> None:
    put("j/a/1.json", json.dumps({"a": "猫", "b": "2024-04-01 10:00:00.123456"}) + "\n")
    put("j/b/c/2.json", json.dumps({"a": None, "b": None}) + "\n")
    athena.run(
        "create external table j (a string, b timestamp) "
        "row format serde 'org.openx.data.jsonserde.JsonSerDe' location '{here}/j/'"
    )
    assert athena.rows("select a, b from j order by a nulls last") == [
        ("猫", "2024-04-01 10:00:00.123"),
        (None, None),
    ]


def test_partitions_are_registered_by_hand_or_found(athena, put: Put) -> None:
    for year in (2023, 2024, 2025):
        put(f"p/y={year}/1.csv", f"{year}a\n")
    athena.run(
        "create external table p (a string) partitioned by (y int) "
        "row format delimited fields terminated by ',' location '{here}/p/'"
    )
    assert athena.rows("select a from p") == []
    athena.run("alter table p add partition (y = 2023)")
    assert athena.rows("select a, y from p") == [("2023a", "2023")]
    athena.run("msck repair table p")
    assert sorted(athena.rows("show partitions p")) == [("y=2023",), ("y=2024",), ("y=2025",)]
    athena.run("alter table p drop partition (y = 2024)")
    assert athena.rows("select a from p order by a") == [("2023a",), ("2025a",)]
    assert "AlreadyExists" in athena.refusal("alter table p add partition (y = 2023)")


def test_projected_partitions_need_no_registering(athena, put: Put) -> None:
    for year in (2023, 2024, 2025):
        put(f"p/y={year}/1.csv", f"{year}a\n")
    athena.run(
        "create external table p (a string) partitioned by (y int) "
        "row format delimited fields terminated by ',' location '{here}/p/' "
        "tblproperties ('projection.enabled' = 'true', 'projection.y.type' = 'integer', "
        "'projection.y.range' = '2023,2024')"
    )
    assert athena.rows("select a from p order by a") == [("2023a",), ("2024a",)]


def test_columns_of_a_table_change(athena, put: Put) -> None:
    put("c/1.csv", "1,2\n")
    athena.run(
        "create external table c (a string) "
        "row format delimited fields terminated by ',' location '{here}/c/'"
    )
    athena.run("alter table c add columns (b int)")
    assert athena.rows("select a, b from c") == [("1", "2")]
    athena.run("alter table c replace columns (x int)")
    assert athena.rows("select * from c") == [("1",)]


def test_iceberg_tables_are_merged_renamed_and_dropped_with_their_files(athena) -> None:
    athena.run(
        "create table i with (table_type = 'iceberg', is_external = false, location = '{here}/i/', "
        "format = 'parquet') as select 1 as id, 'old' as x union all select 2, 'old'"
    )
    merged = athena.run(
        "merge into i using (select 2 as id, 'new' as x union all select 3, 'new') as s "
        "on i.id = s.id when matched then update set x = s.x "
        "when not matched then insert (id, x) values (s.id, s.x)"
    )
    answer = athena.client.get_query_results(QueryExecutionId=merged["QueryExecutionId"])
    assert answer["UpdateCount"] == 2
    athena.run("alter table i add columns (y string)")
    athena.run(f"alter table `{athena.database}`.`i` rename to `{athena.database}`.`k`")
    assert athena.rows("select id, x, y from k order by id") == [
        ("1", "old", None),
        ("2", "new", None),
        ("3", "new", None),
    ]
    athena.run("drop table k")
    assert keys(f"{athena.place}/i/") == []


def test_an_iceberg_table_made_by_columns_takes_rows_and_is_tidied(athena) -> None:
    athena.run(
        "create table i (id bigint, d date, x array<string>) partitioned by (year(d)) "
        "location '{here}/i/' tblproperties ('table_type' = 'ICEBERG', 'format' = 'parquet')"
    )
    athena.run("insert into i values (1, date '2024-04-01', array['a'])")
    athena.run("insert into i values (2, date '2025-04-01', null)")
    athena.run("optimize i rewrite data using bin_pack where d < date '2025-01-01'")
    athena.run("vacuum i")
    athena.run("delete from i where id = 2")
    assert athena.rows("select * from i") == [("1", "2024-04-01", "[a]")]


def test_databases_come_and_go(athena) -> None:
    name = f"{athena.database}_b"
    athena.run(f"create database {name} location '{{here}}/b/'")
    assert "already exists" in athena.refusal(f"create schema {name}")
    athena.run(f"create schema if not exists {name}")
    athena.run(f"create table {name}.t as select 1 as a")
    athena.run(f"drop schema {name} cascade")
    assert "SCHEMA_NOT_FOUND" in athena.refusal(f"select * from {name}.t")


def test_queries_leave_no_connections_open(athena) -> None:
    state = control.recorded()
    assert state is not None
    service = psutil.Process(state.processes["aws"].pid)
    athena.rows("select 1")
    before = service.num_fds()
    for _ in range(30):
        athena.rows("select 1")
    athena.refusal("select * from nowhere")
    assert service.num_fds() < before + 10
