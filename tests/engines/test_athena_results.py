"""Values, types and files of results as Athena writes them."""

from typing import Any

import pytest

from standins.athena.api import kind
from standins.athena.results import Result, as_text, base_type
from standins.athena.types import to_hive, to_trino


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("varchar", "日本語", "日本語"),
        ("varchar(3)", None, None),
        ("bigint", 7, "7"),
        ("boolean", True, "true"),
        ("decimal(12,6)", "1.500000", "1.500000"),
        ("double", 1.0, "1.0"),
        ("double", 0.0, "0.0"),
        ("double", -9999999.5, "-9999999.5"),
        ("double", 1e7, "1.0E7"),
        ("double", -12345678.5, "-1.23456785E7"),
        ("double", 1e300, "1.0E300"),
        ("double", 0.001, "0.001"),
        ("real", 0.00012, "1.2E-4"),
        ("double", 1.25e-7, "1.25E-7"),
        ("double", float("nan"), "NaN"),
        ("double", float("-inf"), "-Infinity"),
        ("timestamp(3)", "2024-04-01 00:00:00.000", "2024-04-01 00:00:00.000"),
        ("array(varchar)", ["a", None], "[a, null]"),
        ("map(varchar, integer)", {"a": 1, "b": None}, "{a=1, b=null}"),
        ("row(a integer, b array(boolean))", [1, [False]], "{a=1, b=[false]}"),
        ("row(integer, varchar)", [1, "x"], "{field0=1, field1=x}"),
        ("varbinary", b"\x0a\xff", "0a ff"),
    ],
)
def test_values_are_written_as_athena_does(type_: str, value: Any, expected: str | None) -> None:
    assert as_text(value, type_) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("varchar(64)", "varchar"),
        ("decimal(12, 6)", "decimal"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
        ("array(varchar(3))", "array"),
        ("row(a integer)", "row"),
        ("bigint", "bigint"),
    ],
)
def test_column_information_has_the_bare_type(type_: str, expected: str) -> None:
    assert base_type(type_) == expected


@pytest.mark.parametrize(
    ("trino", "hive"),
    [
        ("varchar", "string"),
        ("varchar(64)", "varchar(64)"),
        ("integer", "int"),
        ("decimal(12,6)", "decimal(12,6)"),
        ("timestamp(3)", "timestamp"),
        ("array(row(a integer, b timestamp(6)))", "array<struct<a:int,b:timestamp>>"),
    ],
)
def test_views_show_types_of_hive(trino: str, hive: str) -> None:
    assert to_hive(trino) == hive


def test_new_columns_of_iceberg_get_types_of_trino() -> None:
    assert to_trino("map<string,array<int>>") == "map(varchar, array(integer))"


def test_a_table_is_written_as_csv_with_its_names() -> None:
    result = Result(["a", "b"], ["varchar", "varchar"], [['x "y"', None], ["", "2"]], is_table=True)
    assert result.file() == (".csv", b'"a","b"\n"x ""y""",\n"","2"\n')


def test_a_utility_answers_plain_lines() -> None:
    result = Result(["tab_name"], ["varchar"], [["t"], ["u"]])
    assert result.file() == (".txt", b"t\nu")
    assert result.lines == [["t"], ["u"]]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("-- dbt\nselect 1", "DML"),
        ("with a as (select 1) select * from a", "DML"),
        ("insert into t select 1", "DML"),
        ("CREATE TABLE t as select 1", "DDL"),
        ("/* x */ alter table t add columns (a int)", "DDL"),
        ("show tables", "UTILITY"),
        ("describe t", "UTILITY"),
    ],
)
def test_kinds_of_statements(sql: str, expected: str) -> None:
    assert kind(sql) == expected
