"""What differs between Redshift and PostgreSQL and changes figures, asked by the real driver.

Each expectation is Redshift's, as its manual states it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redshift_connector
from redshift_service import Redshift, rows

pytestmark = pytest.mark.engines

VALUES = [
    # Whole numbers divide to whole numbers, toward zero.
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("cast(7 as bigint) / 2", 3),
    # An empty text is a value.
    ("'' is null", False),
    ("nvl('', 'x')", ""),
    ("coalesce(nullif('', ''), 'x')", "x"),
    ("'a' || null", None),
    # Texts are compared by their bytes.
    ("'Z' < 'a'", True),
    ("'ア' < '一'", True),
    ("'亜' < '一'", False),
    ("len('猫cat')", 4),
    ("octet_length('猫cat')", 6),
    ("charindex('c', '猫cat')", 2),
    # An explicit cast cuts at the last whole character that fits the bytes.
    ("'ねこ'::varchar(5)", "ね"),
    ("cast('ねこcat' as varchar(7))", "ねこc"),
    ("cast('cat' as varchar(3))", "cat"),
    ("'🐈'::varchar(3)", ""),
    ("'ねこ'::varchar", "ねこ"),
    # Dates.
    ("dateadd(month, 1, date '2024-01-31')", datetime(2024, 2, 29)),
    ("dateadd(quarter, -1, date '2024-05-31')", datetime(2024, 2, 29)),
    ("dateadd(day, -1, '2024-03-01 06:00:00'::timestamp)", datetime(2024, 2, 29, 6)),
    ("add_months('2024-02-29', 1)", datetime(2024, 3, 31)),
    ("datediff(day, '2024-02-28 23:59:59'::timestamp, '2024-03-01 00:00:00'::timestamp)", 2),
    ("datediff(month, date '2024-01-31', date '2024-02-01')", 1),
    ("datediff(year, date '2023-12-31', date '2024-01-01')", 1),
    ("datediff(quarter, date '2023-12-31', date '2024-01-01')", 1),
    ("datediff(hour, '2024-01-01 01:59:00'::timestamp, '2024-01-01 02:00:00'::timestamp)", 1),
    ("datediff(day, date '2024-01-02', date '2024-01-01')", -1),
    ("datediff(day, null::timestamp, date '2024-01-01')", None),
    ("date_part(dayofweek, date '2024-01-07')", 0),
    ("extract(year from date '2024-03-01') - 1", 2023),
    ("date_trunc('month', date '2024-03-15')", datetime(2024, 3, 1)),
    ("last_day(date '2024-02-01')", date(2024, 2, 29)),
    ("trunc('2024-02-01 10:00:00'::timestamp)", date(2024, 2, 1)),
    ("convert_timezone('Asia/Tokyo', '2024-01-01 00:00:00'::timestamp)", datetime(2024, 1, 1, 9)),
    ("current_setting('timezone')", "UTC"),
    # Conditions.
    ("decode(null, null, 'same', 'other')", "same"),
    ("decode(2, 1, 'one')", None),
    ("nvl2(null::int, 'has', 'none')", "none"),
    # Exact numbers.
    ("cast('0.000001' as decimal(7, 6)) * cast(333333 as decimal(18, 0))", Decimal("0.333333")),
    ("json_extract_path_text('{\"a\": {\"b\": 1}}', 'a', 'b')", "1"),
]


@pytest.fixture(scope="module")
def cursor(redshift: Redshift) -> Iterator[Any]:
    with redshift.connection() as cursor:
        yield cursor


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(cursor: Any, expression: str, expected: object) -> None:
    ((value,),) = rows(cursor, f"select {expression}")
    assert value == expected
    assert not isinstance(expected, str) or isinstance(value, str)


def test_now_is_utc_without_a_zone(cursor: Any) -> None:
    ((now, sysdate),) = rows(cursor, "select getdate(), sysdate")
    for moment in (now, sysdate):
        assert moment.tzinfo is None
        assert abs(moment - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)


def test_nulls_are_last_and_first_in_reverse(cursor: Any) -> None:
    values = "(select 1 as x union all select null union all select 2) as t"
    assert rows(cursor, f"select x from {values} order by x asc") == [(1,), (2,), (None,)]
    assert rows(cursor, f"select x from {values} order by x desc") == [(None,), (2,), (1,)]


def test_texts_are_ordered_by_their_bytes(cursor: Any) -> None:
    values = " union all ".join(
        f"select '{x}' as x" for x in ("港", "一", "亜", "カ", "か", "b", "B")
    )
    found = [x for (x,) in rows(cursor, f"select x from ({values}) as t order by x asc")]
    assert found == sorted(found, key=str.encode)
    assert found == ["B", "b", "か", "カ", "一", "亜", "港"]


def test_aggregates(cursor: Any) -> None:
    values = "(select 1 as x, 'b' as y union all select 4, 'a' union all select 4, 'a') as t"
    query = f"""select median(x), listagg(y, '+') within group (order by y asc),
        listagg(distinct y, ',') within group (order by y desc), sum(x) / count(*) from {values}"""
    assert rows(cursor, query) == [(Decimal(4), "a+a+b", "b,a", 3)]


@pytest.mark.parametrize(
    ("statement", "fits"),
    [
        ("insert into bytes_short values ('ねこ')", False),
        ("insert into bytes_short values ('neko ')", True),
        ("insert into bytes_short values ('neko      ')", True),
        ("insert into bytes_short values ('ね   ')", True),
        ("insert into bytes_short select 'ね' || 'こ'", False),
        ("insert into bytes_short select cast('ねこ' as varchar(5))", True),
        ("update bytes_short set a = 'ねこ'", False),
    ],
)
def test_a_text_longer_than_its_bytes_is_refused(cursor: Any, statement: str, fits: bool) -> None:
    cursor.execute("drop table if exists bytes_short")
    cursor.execute("create table bytes_short (a varchar(5) encode lzo) diststyle all sortkey (a)")
    cursor.execute("insert into bytes_short values ('a')")
    if fits:
        cursor.execute(statement)
        assert rows(cursor, "select max(octet_length(a)) from bytes_short") <= [(5,)]
    else:
        with pytest.raises(redshift_connector.ProgrammingError, match="Value too long"):
            cursor.execute(statement)


def test_a_table_made_of_a_query_keeps_the_lengths_in_bytes(cursor: Any) -> None:
    cursor.execute("drop table if exists bytes_made")
    cursor.execute("create table bytes_made distkey(a) as select cast('ねこ' as varchar(3)) as a")
    assert rows(cursor, "select a from bytes_made") == [("ね",)]
    with pytest.raises(redshift_connector.ProgrammingError, match="Value too long"):
        cursor.execute("insert into bytes_made values ('ねこ')")


def test_parameters_are_bound(cursor: Any) -> None:
    cursor.execute("select dateadd(day, 1, cast(%s as date)), %s", (date(2024, 2, 28), "猫's"))
    assert [tuple(row) for row in cursor.fetchall()] == [(datetime(2024, 2, 29), "猫's")]


def test_a_late_binding_view_outlives_what_it_reads(cursor: Any) -> None:
    cursor.execute("create table behind (a varchar(7), b decimal(6, 1))")
    cursor.execute("insert into behind values ('x', 1.5)")
    cursor.execute("create view late as select a, b from behind with no schema binding")
    cursor.execute("alter table late rename to late_renamed")
    cursor.execute("alter table behind rename to behind_old")
    cursor.execute("create table behind (b decimal(6, 1), a varchar(7))")
    cursor.execute("insert into behind values (2.5, 'y')")
    cursor.execute("drop table behind_old cascade")
    assert rows(cursor, "select * from late_renamed") == [("y", Decimal("2.5"))]
    types = """select data_type, character_maximum_length, numeric_scale
        from information_schema.columns where table_name = 'late_renamed' order by ordinal_position"""
    assert rows(cursor, types) == [("character varying", 7, None), ("numeric", None, 1)]
    cursor.execute("drop table behind")
    with pytest.raises(redshift_connector.ProgrammingError, match='"behind" does not exist'):
        cursor.execute("select * from late_renamed")


def test_grants_hold_for_roles(redshift: Redshift, cursor: Any) -> None:
    cursor.execute("create table granted (a int)")
    cursor.execute("create role readers_of_test")
    with redshift.connection("IAMR:dashboard") as other:
        with pytest.raises(redshift_connector.ProgrammingError, match="permission denied"):
            other.execute("select * from granted")
        cursor.execute("grant select on granted to role readers_of_test")
        cursor.execute('grant role readers_of_test to "IAMR:dashboard"')
        assert rows(other, "select * from granted") == []
        privileges = """select identity_name, identity_type, privilege_type
            from svv_relation_privileges where relation_name = 'granted'
            and identity_type = 'role'"""
        assert rows(cursor, privileges) == [("readers_of_test", "role", "SELECT")]
        cursor.execute("revoke select on granted from role readers_of_test")
        with pytest.raises(redshift_connector.ProgrammingError, match="permission denied"):
            other.execute("select * from granted")
