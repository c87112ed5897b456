"""The whole dbt project by the unmodified adapter, over the lake of the sample files."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from glue_lake import write_lake
from redshift_service import Redshift, rows

from standins.s3 import BUCKET
from standins.warehouse import upload

pytestmark = pytest.mark.engines

ROOT = Path(__file__).parents[2]
MARTS = yaml.safe_load((ROOT / "dbt_project/models/marts/marts.yml").read_text("utf-8"))["models"]
NAMES = [mart["name"] for mart in MARTS]
READERS = "catdata_readers"


@dataclass
class Build:
    """The project built on Redshift's stand-in and with DuckDB, from one lake."""

    redshift: Redshift
    folder: Path
    lake: Path

    def dbt(self, *command: str, target: str = "redshift") -> "subprocess.CompletedProcess[str]":
        """Run dbt in a process of its own."""
        place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", target]
        output = ["--target-path", str(self.folder / target), "--log-path", str(self.folder)]
        return subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", *command, *place, *output],
            env=os.environ
            | self.redshift.environment
            | {
                "CATDATA_LAKE": str(self.lake),
                "CATDATA_DUCKDB": str(self.folder / "marts.duckdb"),
                "CATDATA_READERS": f"role:{READERS}" if target == "redshift" else "",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )

    def results(self, file: str) -> Any:
        """Return what dbt wrote of its last command on Redshift."""
        return json.loads((self.folder / "redshift" / file).read_text("utf-8"))


@pytest.fixture(scope="module")
def build(redshift: Redshift, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    folder = tmp_path_factory.mktemp("redshift_dbt")
    build = Build(redshift, folder, write_lake(folder))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in redshift.aws.items():
            patch.setenv(name, value)
        upload(build.lake, f"s3://{BUCKET}/redshift_dbt")
        with redshift.connection() as cursor:
            cursor.execute(f"create role {READERS}")
        built = build.dbt("build")
        assert built.returncode == 0, built.stdout[-4000:]
        yield build


@pytest.fixture(scope="module")
def cursor(build: Build) -> Iterator[Any]:
    with build.redshift.connection() as cursor:
        cursor.execute("set search_path to catdata_marts")
        yield cursor


def test_every_node_passes(build: Build) -> None:
    statuses = {r["unique_id"]: r["status"] for r in build.results("run_results.json")["results"]}
    assert set(statuses.values()) <= {"success", "pass"}
    kinds = {name.split(".")[0] for name in statuses}
    assert kinds >= {"model", "test", "unit_test"}


def test_marts_are_those_of_duckdb_to_the_cell(build: Build, cursor: Any) -> None:
    built = build.dbt("run", target="local")
    assert built.returncode == 0, built.stdout[-4000:]
    with closing(duckdb.connect(str(build.folder / "marts.duckdb"), read_only=True)) as local:
        for mart in MARTS:
            columns = ", ".join(f'"{column["name"]}"' for column in mart["columns"])
            query = f"select {columns} from {mart['name']}"
            expected = sorted(map(repr, local.execute(query).fetchall()))
            assert expected, mart["name"]
            assert sorted(map(repr, rows(cursor, query))) == expected, mart["name"]


@pytest.mark.parametrize("mart", MARTS, ids=NAMES)
def test_texts_fit_their_bytes_with_room(cursor: Any, mart: dict[str, Any]) -> None:
    # Redshift takes 'a ' for 'a' where it compares, the other engines do not: no text may end so.
    texts = {
        column["name"]: int(column["data_type"][len("varchar(") : -1])
        for column in mart["columns"]
        if column["data_type"].startswith("varchar(")
    }
    for name, length in texts.items():
        ((longest, trailing),) = rows(
            cursor,
            f"""select max(octet_length("{name}")),
                sum(case when "{name}" like '% ' then 1 else 0 end) from {mart["name"]}""",
        )
        # Codes of a fixed length need no room.
        room = length if length < 16 else length * 3 // 4
        assert longest is None or longest <= room, (name, longest, length)
        assert not trailing, name


@pytest.mark.parametrize("mart", MARTS, ids=NAMES)
def test_columns_have_the_types_of_the_contract(cursor: Any, mart: dict[str, Any]) -> None:
    found = rows(
        cursor,
        f"""select a.attname::text, format_type(a.atttypid, a.atttypmod)
        from pg_attribute as a where a.attrelid = '{mart["name"]}'::regclass and a.attnum > 0""",
    )
    names = {
        "varchar": "character varying",
        "decimal": "numeric",
        "timestamp": "timestamp without time zone",
    }
    expected = {}
    for column in mart["columns"]:
        kind, bracket, rest = column["data_type"].replace(" ", "").partition("(")
        expected[column["name"]] = names.get(kind, kind) + bracket + rest
    assert dict(found) == expected


def test_keys_are_columns_of_their_mart(build: Build) -> None:
    nodes = build.results("manifest.json")["nodes"]
    for mart in MARTS:
        config = nodes[f"model.catdata.{mart['name']}"]["config"]
        columns = {column["name"] for column in mart["columns"]}
        sort = config["sort"] if isinstance(config["sort"], list) else [config["sort"]]
        assert set(sort) <= columns, mart["name"]
        assert config["dist"] in columns | {"all"}, mart["name"]
        ran = next((build.folder / "redshift" / "run").rglob(f"{mart['name']}.sql"))
        assert f"sortkey({','.join(sort)})" in "".join(ran.read_text("utf-8").split())


def test_the_role_reads_marts_and_no_single_animals(build: Build) -> None:
    with build.redshift.connection() as owner, build.redshift.connection("IAMR:board") as reader:
        owner.execute(f'grant role {READERS} to "IAMR:board"')
        for name in NAMES:
            query = f"select count(*) from catdata_marts.{name}"
            if name.startswith("fct_"):
                with pytest.raises(Exception, match="permission denied"):
                    reader.execute(query)
            else:
                assert rows(reader, query)[0][0] > 0, name


def test_views_bind_late(cursor: Any) -> None:
    found = rows(
        cursor, "select viewname, definition from pg_views where schemaname = 'catdata_marts'"
    )
    assert found
    assert [name for name, text in found if "late_binding" not in text] == []


def test_freshness_and_docs_run(build: Build) -> None:
    fresh = build.dbt("source", "freshness")
    (result,) = build.results("sources.json")["results"]
    assert result["status"] in ("pass", "warn", "error"), fresh.stdout
    docs = build.dbt("docs", "generate", "--static")
    assert docs.returncode == 0, docs.stdout[-4000:]
    catalog = build.results("catalog.json")
    assert {f"model.catdata.{name}" for name in NAMES} <= catalog["nodes"].keys()
    types = catalog["nodes"]["model.catdata.fct_intake"]["columns"]
    assert types["stay_id"]["type"] == "character varying(1024)"


def test_one_model_alone_can_be_built_again(build: Build) -> None:
    # What reads it stays readable: views bind late, and tables are not touched.
    built = build.dbt("run", "--select", "stg_load", "int_body", "mart_capacity")
    assert built.returncode == 0, built.stdout[-4000:]
    with build.redshift.connection() as cursor:
        cursor.execute("set json_serialization_enable to true")
        assert rows(cursor, "select count(*) from catdata_marts.int_body")[0][0] > 0
        assert rows(cursor, "select count(*) from catdata_marts.stg_complaint")[0][0] > 0
