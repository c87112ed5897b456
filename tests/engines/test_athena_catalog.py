"""The lake as Athena's engine reads it, through the tables that `catdata register` makes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from catdata.catalog import LAYERS
from catdata.cli import commands
from catdata.contracts.load import load_contracts
from catdata.entities import ENTITIES, LOADS, QUARANTINE, Entity, Type
from catdata.entities.derive import arrow_schema
from catdata.loads import Ledger, LoadRecord, initialise, layout
from catdata.loads.parquet import as_file
from catdata.normalize.reference import publish
from catdata.storage import Storage

pytestmark = [pytest.mark.engines]

NOW = datetime(2026, 4, 1, 1, 2, 3, 456789, UTC)
# A value of every type as the lake keeps it, and as Athena writes it.
VALUES: dict[Type, tuple[Any, str]] = {
    Type.STRING: ('髙 "①"', '髙 "①"'),
    Type.INT: (7, "7"),
    Type.BIGINT: (1 << 40, str(1 << 40)),
    Type.BOOLEAN: (True, "true"),
    Type.DATE: (date(2024, 2, 29), "2024-02-29"),
    # Athena's times have milliseconds; it rounds.
    Type.TIMESTAMP: (NOW, "2026-04-01 01:02:03.457"),
    Type.MONTHS: (Decimal("12.5"), "12.5"),
    Type.STRINGS: (["a", "b"], "[a, b]"),
}
LOAD = LoadRecord(
    load_id="a-load",
    source_id="a-source",
    source_object="raw/a-source/1.csv",
    object_version=1,
    status="committed",
    entity_rows='{"shelter_intake": 1, "outcome": 1, "tnr_case": 1, "complaint": 1, '
    '"carcass_pickup": 1, "annual_report": 1}',
    fiscal_years='[["131016", 2024]]',
    started_at=NOW,
    committed_at=NOW,
)
FOLDERS = {
    "municipality_code": "131016",
    "fiscal_year": "2024",
    "source_id": "a-source",
    "load_id": "a-load",
}


@pytest.fixture
def lake(athena, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """Give a lake with one row in every table, registered in databases of its own."""
    for layer in LAYERS:
        monkeypatch.setenv(f"CATDATA_SCHEMA_{layer.upper()}", f"{athena.database}_{layer}")
    storage = Storage(f"{athena.place}/lake")
    initialise(storage)
    publish(storage, load_contracts())
    for entity in ENTITIES.values():
        key = layout.normalized_file(entity.name, "131016", 2024, "a-load", 0, 0)
        storage.put(key, one_row(entity))
    storage.put(layout.quarantine_file("a-source", "a-load", 0), one_row(QUARANTINE))
    assert Ledger(storage).commit(LOAD)
    register(storage)
    return storage


def one_row(entity: Entity) -> bytes:
    schema = arrow_schema(entity, with_partitions=False)
    row = {name: VALUES[entity.column(name).type][0] for name in schema.names}
    return as_file(pa.Table.from_pylist([row], schema))


def register(lake: Storage) -> None:
    result = CliRunner().invoke(commands, ["register", "--lake", lake.url])
    assert result.exit_code == 0, result.output


def test_every_column_of_every_table_is_read(athena, lake: Storage) -> None:
    for layer, entities in LAYERS.items():
        for entity in entities:
            if layer == "reference" or entity is LOADS:
                continue
            names = [c.name for c in entity.columns]
            expected = tuple(
                FOLDERS.get(c.name, VALUES[c.type][1])
                if c.name in entity.partitions
                else VALUES[c.type][1]
                for c in entity.columns
            )
            table = f"{athena.database}_{layer}.{entity.name}"
            assert athena.rows(f"select {', '.join(names)} from {table}") == [expected], table


def test_reference_tables_are_read(athena, lake: Storage) -> None:
    for entity in LAYERS["reference"]:
        names = ", ".join(f"max({c.name})" for c in entity.columns)
        table = f"{athena.database}_reference.{entity.name}"
        [(count, *_)] = athena.rows(f"select count(*), {names} from {table}")
        assert int(str(count)) > 0 or entity.name == "ref_target", table


def test_the_ledger_is_read_with_its_times_and_nulls(athena, lake: Storage) -> None:
    names = ", ".join(c.name for c in LOADS.columns)
    [row] = athena.rows(f"select {names} from {athena.database}_operations.loads")
    told = dict(zip((c.name for c in LOADS.columns), row, strict=True))
    assert told["load_id"] == "a-load"
    assert told["object_version"] == "1"
    assert told["entity_rows"] == LOAD.entity_rows
    assert told["committed_at"] == "2026-04-01 01:02:03.456"
    assert told["compacted_at"] is None
    assert told["observed_date"] is None


# Beside the year 2024 of 131016: one that keeps the table projected, and one that does not.
@pytest.mark.parametrize(("body", "year"), [("131016", 2025), ("999999", 2031)])
def test_a_new_year_is_invisible_until_it_is_registered(
    athena, lake: Storage, body: str, year: int
) -> None:
    entity, name = ENTITIES["complaint"], f"{athena.database}_normalized.complaint"
    key = layout.normalized_file(entity.name, body, year, "b-load", 0, 0)
    lake.put(key, one_row(entity))
    record = LoadRecord(
        load_id="b-load",
        source_id="a-source",
        source_object="raw/a-source/2.csv",
        object_version=1,
        status="committed",
        entity_rows='{"complaint": 1}',
        fiscal_years=f'[["{body}", {year}]]',
        started_at=NOW,
        committed_at=NOW,
    )
    assert Ledger(lake).commit(record)
    count = f"select count(*) from {name}"
    assert athena.rows(count) == [("1",)]
    register(lake)
    assert athena.rows(count) == [("2",)]


def test_a_year_of_a_body_is_read_alone(athena, lake: Storage) -> None:
    name = f"{athena.database}_normalized.shelter_intake"
    whole = athena.read(f"select count(intake_id) from {name}")
    nothing = athena.read(f"select count(intake_id) from {name} where fiscal_year = 1999")
    assert whole > 0
    assert nothing == 0
