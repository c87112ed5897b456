"""External schemas: tables of the Glue catalog as Redshift Spectrum shows them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector
from redshift_service import Redshift, rows

from catdata.catalog import table_input
from catdata.catalog.tables import partition_input
from catdata.entities import ENTITIES, LOADS
from catdata.entities.derive import arrow_schema
from catdata.storage import Storage

pytestmark = pytest.mark.engines

COMPLAINT = ENTITIES["complaint"]
ROW = {
    "case_id": "c1",
    "received_date": date(2024, 4, 1),
    "area": "猫町",
    "repeat_of": "",
    "categories": ["noise", "waste"],
    "source_id": "s",
    "source_object": "raw/s/a.csv",
    "source_row": 1,
    "load_id": "l1",
    "dq_flags": [],
    "ingested_at": datetime(2024, 4, 2, 3, 4, 5, 678901),
}
PLACE = ("131016", "2024")


class Lake:
    """A lake of one prefix with its own Glue database and external schema."""

    def __init__(self, url: str, cursor: Any) -> None:
        self.url, self.cursor = url, cursor
        self.schema = f"ext_{uuid4().hex[:8]}"
        self.glue = boto3.client("glue")
        self.glue.create_database(DatabaseInput={"Name": self.schema})
        for entity in (COMPLAINT, LOADS):
            self.glue.create_table(
                DatabaseName=self.schema, TableInput=table_input(entity, url, frozenset({PLACE}))
            )
        cursor.execute(
            f"create external schema if not exists {self.schema} from data catalog"
            f" database '{self.schema}' iam_role default"
        )

    def put(self, name: str, *changes: dict[str, object], place: tuple[str, str] = PLACE) -> None:
        table = pa.Table.from_pylist(
            [ROW | change for change in changes], arrow_schema(COMPLAINT, with_partitions=False)
        )
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        folder = f"normalized/complaint/municipality_code={place[0]}/fiscal_year={place[1]}"
        self.put_bytes(f"{folder}/{name}", sink.getvalue().to_pybytes())

    def put_bytes(self, path: str, content: bytes) -> None:
        Storage(self.url).put(path, content)

    def register(self, place: tuple[str, str] = PLACE) -> None:
        self.glue.create_partition(
            DatabaseName=self.schema,
            TableName="complaint",
            PartitionInput=partition_input(COMPLAINT, self.url, place),
        )

    def ask(self, select: str, table: str = "complaint") -> list[tuple[Any, ...]]:
        return rows(self.cursor, f"select {select} from {self.schema}.{table} order by 1")


@pytest.fixture
def lake(redshift: Redshift, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    for name, value in redshift.aws.items():
        monkeypatch.setenv(name, value)
    with redshift.connection() as cursor:
        lake = Lake(s3_url, cursor)
        yield lake
        cursor.execute(f"drop schema {lake.schema} cascade")


def test_values_of_every_type(lake: Lake) -> None:
    lake.put("a.parquet", {}, {"case_id": "c2", "area": None, "ingested_at": datetime(2024, 1, 1)})
    lake.register()
    found = lake.ask("case_id, received_date, area, repeat_of, source_row, ingested_at")
    assert found == [
        ("c1", date(2024, 4, 1), "猫町", "", 1, ROW["ingested_at"]),
        ("c2", date(2024, 4, 1), None, "", 1, datetime(2024, 1, 1)),
    ]
    assert lake.ask("municipality_code, fiscal_year + 1") == [("131016", 2025)] * 2


def test_decimals_and_booleans(lake: Lake) -> None:
    intake = ENTITIES["shelter_intake"]
    lake.glue.create_table(
        DatabaseName=lake.schema, TableInput=table_input(intake, lake.url, frozenset({PLACE}))
    )
    lake.glue.create_partition(
        DatabaseName=lake.schema,
        TableName=intake.name,
        PartitionInput=partition_input(intake, lake.url, PLACE),
    )
    row = dict.fromkeys(arrow_schema(intake, with_partitions=False).names)
    row |= {"intake_id": "i", "intake_date": date(2024, 4, 1), "age_months_min": Decimal("2.5")}
    row |= {"collar_present": True, "ear_tip": False}
    row |= {name: ROW[name] for name in ("source_id", "source_object", "source_row", "load_id")}
    row |= {name: ROW[name] for name in ("dq_flags", "ingested_at")}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([row], arrow_schema(intake, with_partitions=False)), sink)
    folder = f"normalized/{intake.name}/municipality_code=131016/fiscal_year=2024"
    lake.put_bytes(f"{folder}/a.parquet", sink.getvalue().to_pybytes())
    found = lake.ask("age_months_min, age_months_max, collar_present, ear_tip", intake.name)
    assert found == [(Decimal("2.5"), None, True, False)]


def test_only_registered_partitions_are_seen(lake: Lake) -> None:
    other = ("999999", "2023")
    lake.put("a.parquet", {})
    lake.put("a.parquet", {"case_id": "c2"}, place=other)
    assert lake.ask("case_id") == []
    lake.register()
    assert lake.ask("case_id") == [("c1",)]
    lake.register(other)
    assert lake.ask("case_id, municipality_code, fiscal_year") == [
        ("c1", "131016", 2024),
        ("c2", "999999", 2023),
    ]


def test_every_statement_sees_the_files_of_its_moment(lake: Lake) -> None:
    lake.register()
    assert lake.ask("case_id") == []
    lake.put("a.parquet", {})
    assert lake.ask("case_id") == [("c1",)]
    lake.put("b.parquet", {"case_id": "c2"})
    assert lake.ask("case_id") == [("c1",), ("c2",)]
    lake.put("a.parquet", {"case_id": "changed"})
    assert lake.ask("case_id") == [("c2",), ("changed",)]
    folder = "normalized/complaint/municipality_code=131016/fiscal_year=2024"
    Storage(lake.url).delete([f"{folder}/b.parquet"])
    assert lake.ask("case_id") == [("changed",)]


def test_views_and_open_transactions_see_new_files_too(lake: Lake) -> None:
    lake.register()
    lake.put("a.parquet", {})
    view, outer = f"v_{lake.schema}", f"w_{lake.schema}"
    late = "with no schema binding"
    lake.cursor.execute(f"create view {view} as select case_id from {lake.schema}.complaint {late}")
    lake.cursor.execute(f"create view {outer} as select case_id from {view} {late}")
    lake.cursor.execute("begin")
    # As dbt exchanges views: nothing that is asked in this transaction waits for its own locks.
    lake.cursor.execute(f"alter table {view} rename to {view}_old")
    lake.cursor.execute(f"alter table {view}_old rename to {view}")
    assert rows(lake.cursor, f"select * from {outer}") == [("c1",)]
    lake.put("b.parquet", {"case_id": "c2"})
    assert rows(lake.cursor, f"select * from {outer} order by 1") == [("c1",), ("c2",)]
    lake.cursor.execute(f"create table t_{lake.schema} as select count(*) as n from {outer}")
    lake.cursor.execute("commit")
    assert rows(lake.cursor, f"select n from t_{lake.schema}") == [(2,)]


def test_a_changed_table_keeps_the_views_over_it(lake: Lake) -> None:
    lake.register()
    lake.put("a.parquet", {})
    view = f"v_{lake.schema}"
    lake.cursor.execute(
        f"create view {view} as select case_id from {lake.schema}.complaint with no schema binding"
    )
    table = table_input(COMPLAINT, lake.url, frozenset({PLACE}))
    table["StorageDescriptor"]["Columns"].append({"Name": "added", "Type": "string"})
    lake.glue.update_table(DatabaseName=lake.schema, TableInput=table)
    assert lake.ask("case_id, added") == [("c1", None)]
    assert rows(lake.cursor, f"select * from {view}") == [("c1",)]


def test_an_array_is_text_for_a_session_that_asks(lake: Lake) -> None:
    lake.register()
    lake.put("a.parquet", {}, {"case_id": "c2", "categories": ["猫"]})
    with pytest.raises(redshift_connector.ProgrammingError, match="json_serialization_enable"):
        lake.ask("case_id, categories")
    lake.cursor.execute("set json_serialization_enable to true")
    try:
        assert lake.ask("case_id, categories, dq_flags") == [
            ("c1", '["noise","waste"]', "[]"),
            ("c2", '["猫"]', "[]"),
        ]
    finally:
        lake.cursor.execute("set json_serialization_enable to false")


def test_a_view_that_is_bound_is_refused(lake: Lake) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match="not supported in views"):
        lake.cursor.execute(f"create view b as select case_id from {lake.schema}.complaint")


def test_the_ledger_is_json_lines(lake: Lake) -> None:
    record = {column.name: None for column in LOADS.columns} | {
        "load_id": "l1",
        "object_version": 2,
        "reasons": '{"x": "猫"}',
        "observed_date": "2024-04-01",
        "committed_at": "2024-04-02 03:04:05.678901",
    }
    lake.put_bytes("loads/s/0123/00000002.json", json.dumps(record).encode() + b"\n")
    lake.put_bytes("loads/_empty/_empty/00000000.json", b"")
    lake.put_bytes("loads/s/0123/_hidden.json", b"not json")
    found = lake.ask(
        "load_id, object_version, reasons, observed_date, committed_at, compacted_at", "loads"
    )
    moment = datetime(2024, 4, 2, 3, 4, 5, 678901)
    assert found == [("l1", 2, '{"x": "猫"}', date(2024, 4, 1), moment, None)]


def test_a_damaged_file_is_named(lake: Lake) -> None:
    lake.register()
    lake.put("a.parquet", {})
    assert lake.ask("case_id") == [("c1",)]
    folder = "normalized/complaint/municipality_code=131016/fiscal_year=2024"
    lake.put_bytes(f"{folder}/b.parquet", b"PAR1")
    with pytest.raises(
        redshift_connector.ProgrammingError, match=r"Spectrum Scan Error.*b\.parquet"
    ):
        lake.ask("case_id")


def test_a_table_that_glue_lacks_does_not_exist(lake: Lake) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match="does not exist"):
        lake.ask("a", "missing")


def test_a_schema_is_made_once(lake: Lake) -> None:
    statement = f"from data catalog database '{lake.schema}' iam_role default"
    lake.cursor.execute(f"create external schema if not exists {lake.schema} {statement}")
    with pytest.raises(redshift_connector.ProgrammingError, match="already exists"):
        lake.cursor.execute(f"create external schema {lake.schema} {statement}")
    found = rows(
        lake.cursor,
        f"select databasename from svv_external_schemas where schemaname = '{lake.schema}'",
    )
    assert found == [(lake.schema,)]
