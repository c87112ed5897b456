"""Glue's tables of the lake: derived from the one schema, widened from the ledger."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from catdata.catalog import LAYERS, listed, table_input
from catdata.catalog.partitions import projection
from catdata.catalog.register import CatalogError, register
from catdata.catalog.tables import location, partition_input
from catdata.cli import commands
from catdata.entities import ENTITIES, LOADS, QUARANTINE, REFERENCES, TABLES
from catdata.loads import Ledger, LoadRecord, initialise, layout
from catdata.storage import Storage

SOURCES = Path(__file__).parents[2] / "dbt_project/models/sources.yml"
LAKE = "s3://b/lake"
INTAKE = ENTITIES["shelter_intake"]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def load(number: int, **values: Any) -> LoadRecord:
    given: dict[str, Any] = {
        "load_id": f"load-{number}",
        "source_id": "a-source",
        "source_object": f"raw/a-source/{number}.csv",
        "object_version": 1,
        "status": "committed",
        "started_at": NOW,
        "committed_at": NOW,
    }
    return LoadRecord(**(given | values))


def of(table: str) -> frozenset[tuple[str, ...]]:
    return listed(
        [
            load(
                1,
                entity_rows='{"shelter_intake": 3, "outcome": 1}',
                fiscal_years='[["131016", 2023], ["131016", 2024]]',
            ),
            load(2, entity_rows='{"shelter_intake": 1}', fiscal_years='[["131024", 2019]]'),
            load(3, status="withdrawn", fiscal_years='[["999999", 1999]]'),
        ]
    )[table]


def test_the_ledger_lists_the_folders_of_each_entity() -> None:
    assert of("shelter_intake") == {("131016", "2023"), ("131016", "2024"), ("131024", "2019")}
    assert of("outcome") == {("131016", "2023"), ("131016", "2024")}
    assert of("complaint") == frozenset()
    assert of("quarantine") == {("a-source", "load-1"), ("a-source", "load-2")}


def test_the_projection_spans_what_is_listed() -> None:
    assert projection(INTAKE, of("shelter_intake"), "s3://b/x/") == {
        "projection.enabled": "true",
        "projection.municipality_code.type": "enum",
        "projection.municipality_code.values": "131016,131024",
        "projection.fiscal_year.type": "integer",
        "projection.fiscal_year.range": "2019,2024",
        "storage.location.template": (
            "s3://b/x/municipality_code=${municipality_code}/fiscal_year=${fiscal_year}/"
        ),
    }


def test_an_empty_lake_projects_the_folder_that_it_has() -> None:
    empty = projection(INTAKE, frozenset(), "s3://b/x/")
    key = layout.empty_files()[INTAKE.name]
    code, year = re.search(r"municipality_code=(\w+)/fiscal_year=(\d+)/", key).groups()  # type: ignore[union-attr]
    assert empty["projection.municipality_code.values"] == code
    assert empty["projection.fiscal_year.range"] == f"{year},{year}"


@pytest.mark.parametrize("entity", TABLES.values(), ids=lambda e: e.name)
def test_every_column_of_the_schema_is_glues_once(entity) -> None:
    table = table_input(entity, LAKE, frozenset())
    columns = table["StorageDescriptor"]["Columns"] + table["PartitionKeys"]
    assert sorted((c["Name"], c["Type"]) for c in columns) == sorted(
        (c.name, c.type.value) for c in entity.columns
    )
    assert [key["Name"] for key in table["PartitionKeys"]] == list(entity.partitions)
    assert all(len(c["Comment"]) <= 255 for c in columns), "Glue takes no more"


@pytest.mark.parametrize("entity", TABLES.values(), ids=lambda e: e.name)
def test_every_table_lies_where_the_lake_has_it(entity) -> None:
    key = layout.EMPTY_LEDGER if entity is LOADS else layout.empty_files()[entity.name]
    place = location(entity, LAKE)
    assert f"{LAKE}/{key}".startswith(place)
    folders = f"{LAKE}/{key}".removeprefix(place).split("/")[:-1]
    if entity is not LOADS:
        assert [f.partition("=")[0] for f in folders] == list(entity.partitions)


def test_the_databases_are_those_of_dbts_sources() -> None:
    sources = YAML(typ="safe").load(SOURCES)["sources"]
    assert {s["name"]: [t["name"] for t in s["tables"]] for s in sources} == {
        layer: [e.name for e in entities] for layer, entities in LAYERS.items()
    }
    assert sorted(e.name for entities in LAYERS.values() for e in entities) == sorted(TABLES)
    for source in sources:
        schema, environment = source["schema"], f"CATDATA_SCHEMA_{source['name'].upper()}"
        assert re.findall(r"'(\w+)'", schema) == [environment, f"catdata_{source['name']}"]
        option = next(p for p in commands.commands["register"].params if p.name == source["name"])
        assert (option.envvar, option.default) == (environment, f"catdata_{source['name']}")


def test_formats() -> None:
    serde = {
        e.name: table_input(e, LAKE, frozenset())["StorageDescriptor"]["SerdeInfo"][
            "SerializationLibrary"
        ].rpartition(".")[2]
        for e in TABLES.values()
    }
    assert serde.pop("loads") == "JsonSerDe"
    assert set(serde.values()) == {"ParquetHiveSerDe"}


def test_a_partition_lies_in_its_folder() -> None:
    partition = partition_input(INTAKE, LAKE, ("131016", "2024"))
    folder = layout.normalized_folder(INTAKE.name, "131016", 2024)
    assert partition["Values"] == ["131016", "2024"]
    assert partition["StorageDescriptor"]["Location"] == f"{LAKE}/{folder}/"


def pairs(*years_of_bodies: range) -> frozenset[tuple[str, ...]]:
    """Every year of a range for each body."""
    return frozenset(
        (f"{body:06d}", str(year)) for body, years in enumerate(years_of_bodies) for year in years
    )


@pytest.mark.parametrize(
    ("partitions", "expected"),
    [
        (frozenset(), True),
        (pairs(range(2020, 2021)), True),
        (pairs(range(2015, 2025), range(2015, 2025)), True),
        # Half of the folders of two bodies and ten years are there; then one less.
        (pairs(range(2015, 2025)) | {("000009", "2015")}, True),
        (pairs(range(2015, 2024)) | {("000009", "2024")}, True),
        (pairs(range(2015, 2023)) | {("000009", "2024")}, False),
        # A body with fifty years beside twenty with one.
        (pairs(range(1974, 2024), *[range(2023, 2024)] * 20), False),
    ],
)
def test_a_projection_is_mostly_of_folders_that_exist(
    partitions: frozenset[tuple[str, ...]], expected: bool
) -> None:
    parameters = table_input(INTAKE, LAKE, partitions)["Parameters"]
    assert ("projection.enabled" in parameters) == expected
    assert ("storage.location.template" in parameters) == expected


def test_only_entities_are_projected() -> None:
    """Of quarantine there is a folder for each load: they are registered one by one."""
    for entity in (QUARANTINE, LOADS, *REFERENCES.values()):
        assert "projection.enabled" not in table_input(entity, LAKE, frozenset())["Parameters"]


# With Glue.


@pytest.fixture
def lake(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """Give an empty lake on S3, whose databases are its own."""
    storage = Storage(s3_url)
    initialise(storage)
    for layer in LAYERS:
        name = f"{layer}_{s3_url.rpartition('/')[2]}"
        monkeypatch.setenv(f"CATDATA_SCHEMA_{layer.upper()}", name)
    return storage


def run_register(lake: Storage) -> str:
    result = CliRunner().invoke(commands, ["register", "--lake", lake.url])
    assert result.exit_code == 0, result.output
    return result.output


def glue_table(lake: Storage, layer: str, table: str) -> dict[str, Any]:
    database = f"{layer}_{lake.url.rpartition('/')[2]}"
    found = boto3.client("glue").get_table(DatabaseName=database, Name=table)
    return dict(found["Table"])


def partitions(lake: Storage, layer: str, table: str) -> set[tuple[str, ...]]:
    database = f"{layer}_{lake.url.rpartition('/')[2]}"
    found = boto3.client("glue").get_partitions(DatabaseName=database, TableName=table)
    return {tuple(p["Values"]) for p in found["Partitions"]}


def test_an_empty_lake_is_registered_whole(lake: Storage) -> None:
    output = run_register(lake)
    assert output.count("created") == len(TABLES)
    for layer, entities in LAYERS.items():
        for entity in entities:
            table = glue_table(lake, layer, entity.name)
            wanted = table_input(entity, lake.url, frozenset())
            assert {name: table[name] for name in wanted} == wanted


def test_new_bodies_and_years_widen_what_glue_knows(lake: Storage) -> None:
    ledger = Ledger(lake)
    ledger.commit(
        load(1, entity_rows='{"complaint": 1}', fiscal_years='[["131016", 2023], ["131016", 2024]]')
    )
    run_register(lake)
    ledger.commit(
        load(2, entity_rows='{"complaint": 1}', fiscal_years='[["131024", 2024], ["131024", 2025]]')
    )
    assert "created" not in run_register(lake)
    parameters = glue_table(lake, "normalized", "complaint")["Parameters"]
    assert parameters["projection.municipality_code.values"] == "131016,131024"
    assert parameters["projection.fiscal_year.range"] == "2023,2025"
    assert partitions(lake, "normalized", "complaint") == {
        ("131016", "2023"),
        ("131016", "2024"),
        ("131024", "2024"),
        ("131024", "2025"),
    }
    assert partitions(lake, "operations", "quarantine") == {
        ("a-source", "load-1"),
        ("a-source", "load-2"),
    }


def test_what_was_known_stays_known(lake: Storage) -> None:
    """A run that read the ledger before another one's load must not hide that load's rows."""
    ledger = Ledger(lake)
    ledger.commit(load(1, entity_rows='{"complaint": 1}', fiscal_years='[["131016", 2024]]'))
    databases = {layer: f"{layer}_{lake.url.rpartition('/')[2]}" for layer in LAYERS}
    late = listed(ledger.heads())
    ledger.commit(load(2, entity_rows='{"complaint": 1}', fiscal_years='[["131024", 2025]]'))
    run_register(lake)
    assert len(partitions(lake, "normalized", "complaint")) == 2
    list(register(boto3.client("glue"), lake.url, databases, late))
    parameters = glue_table(lake, "normalized", "complaint")["Parameters"]
    assert parameters["projection.municipality_code.values"] == "131016,131024"
    assert parameters["projection.fiscal_year.range"] == "2024,2025"


def test_a_changed_column_reaches_glue(lake: Storage) -> None:
    run_register(lake)
    glue = boto3.client("glue")
    database = f"normalized_{lake.url.rpartition('/')[2]}"
    old = table_input(INTAKE, lake.url, frozenset())
    old["StorageDescriptor"]["Columns"] = old["StorageDescriptor"]["Columns"][:3]
    glue.update_table(DatabaseName=database, TableInput=old)
    run_register(lake)
    table = glue_table(lake, "normalized", INTAKE.name)
    assert len(table["StorageDescriptor"]["Columns"]) + 2 == len(INTAKE.columns)


def test_a_table_that_grows_sparse_is_no_longer_projected(lake: Storage) -> None:
    ledger = Ledger(lake)
    ledger.commit(load(1, entity_rows='{"complaint": 1}', fiscal_years='[["131016", 2024]]'))
    run_register(lake)
    assert "projection.enabled" in glue_table(lake, "normalized", "complaint")["Parameters"]
    ledger.commit(load(2, entity_rows='{"complaint": 1}', fiscal_years='[["131024", 1990]]'))
    run_register(lake)
    assert "projection.enabled" not in glue_table(lake, "normalized", "complaint")["Parameters"]
    assert partitions(lake, "normalized", "complaint") == {("131016", "2024"), ("131024", "1990")}


def test_more_partitions_than_one_call_takes(lake: Storage) -> None:
    years = ", ".join(f'["131016", {year}]' for year in range(1800, 2025))
    Ledger(lake).commit(load(1, entity_rows='{"complaint": 1}', fiscal_years=f"[{years}]"))
    run_register(lake)
    assert len(partitions(lake, "normalized", "complaint")) == 225
    assert "new partitions: 0" in run_register(lake).split("complaint", 1)[1].split("\n", 1)[0]


@pytest.mark.parametrize(
    ("code", "is_refused"), [("AlreadyExistsException", False), ("InternalServiceException", True)]
)
def test_a_partition_that_another_run_made_is_no_error(
    lake: Storage, code: str, is_refused: bool
) -> None:
    class Glue:
        """Glue, but for the answer to new partitions."""

        real = boto3.client("glue")

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

        def batch_create_partition(self, **given: Any) -> dict[str, Any]:
            values = given["PartitionInputList"][0]["Values"]
            detail = {"ErrorCode": code, "ErrorMessage": "told so"}
            return {"Errors": [{"PartitionValues": values, "ErrorDetail": detail}]}

    databases = {layer: f"{layer}_{lake.url.rpartition('/')[2]}" for layer in LAYERS}
    record = load(1, entity_rows='{"complaint": 1}', fiscal_years='[["131016", 2023]]')
    done = register(Glue(), lake.url, databases, listed([record]))
    if not is_refused:
        assert len(list(done)) == len(TABLES)
        return
    with pytest.raises(CatalogError, match="told so"):
        list(done)


def test_a_corrected_load_counts_with_its_newest_years() -> None:
    first = load(1, entity_rows='{"complaint": 1}', fiscal_years='[["131016", 2023]]')
    moved = replace(first, object_version=2, load_id="load-9", fiscal_years='[["131016", 2024]]')
    assert listed([moved])["complaint"] == {("131016", "2024")}
    assert listed([moved])["quarantine"] == {("a-source", "load-9")}


def test_a_lake_on_disk_cannot_be_registered(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["register", "--lake", str(tmp_path)])
    assert result.exit_code == 2
    assert "S3 上のレイクだけ" in result.output


def test_a_refusal_of_aws_is_a_sentence(lake: Storage, denied: None) -> None:
    result = CliRunner().invoke(commands, ["register", "--lake", lake.url])
    assert result.exit_code != 0
    assert "権限" in result.output


def test_who_may_not_make_databases_registers_into_those_that_are_there(lake: Storage) -> None:
    glue = boto3.client("glue")
    databases = {layer: f"made_{uuid4().hex}_{layer}" for layer in LAYERS}
    for name in databases.values():
        glue.create_database(DatabaseInput={"Name": name})
    glue.create_database = None
    assert len(list(register(glue, lake.url, databases, {}))) == len(TABLES)
