"""A build on Athena reads the partitions of a new load only, by the engine's own statistics."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from fixture_lake import BODY, FixtureLake
from scenarios import body, intake, source

from standins.engines import services

pytestmark = pytest.mark.engines

ROOT = Path(__file__).parents[2]
MODEL = "stg_shelter_intake"
YEARS = range(2019, 2024)


@pytest.fixture
def lake(athena: Any, monkeypatch: pytest.MonkeyPatch) -> FixtureLake:
    """Give a lake with five partitions of intakes, and lead dbt to it and to places of the test."""
    run = f"bytes_{uuid4().hex[:8]}"
    own = {
        "CATDATA_LAKE": f"{athena.place}/lake",
        "CATDATA_ATHENA_DATA": f"{athena.place}/marts/",
        "CATDATA_ATHENA_RESULTS": f"{athena.place}/results/",
        "CATDATA_SCHEMA": athena.database,
        **{
            f"CATDATA_SCHEMA_{layer.upper()}": f"{run}_{layer}"
            for layer in ("normalized", "operations", "reference")
        },
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    lake = FixtureLake(own["CATDATA_LAKE"])
    lake.reference("ref_body", [body(BODY, "東京", "core_city", population=1)])
    lake.reference("ref_source", [source("paper")])
    for year in YEARS:
        load(lake, year, "a")
    return lake


def load(lake: FixtureLake, year: int, name: str) -> None:
    rows = [intake(f"{year}-{name}-{n}", f"{year}-06-01") for n in range(50)]
    lake.load("paper", f"raw/paper/{year}-{name}.csv", {"shelter_intake": rows})


def build(folder: Path, *selected: str) -> int:
    """Register the lake, build models, and return what the statement of staging intakes read."""
    subprocess.run([sys.executable, "-m", "catdata.cli", "register"], check=True)
    place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", "athena"]
    output = ["--target-path", str(folder), "--log-path", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "run", "--select", *selected, *place, *output],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    results = json.loads((folder / "run_results.json").read_text("utf-8"))["results"]
    (response,) = [r["adapter_response"] for r in results if r["unique_id"].endswith(f".{MODEL}")]
    return int(response["data_scanned_in_bytes"])


def size(location: str) -> int:
    """Return how many bytes the files below a place on S3 have."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    assert bucket == services.BUCKET
    pages = (
        boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    )
    return sum(item["Size"] for page in pages for item in page.get("Contents", []))


def size_of_table(schema: str, table: str) -> int:
    """Return how many bytes the files have that a table has now."""
    found = boto3.client("glue").get_table(DatabaseName=schema, Name=table)["Table"]
    return size(found["StorageDescriptor"]["Location"] + "/")


def test_a_small_load_into_one_partition_reads_that_partition_only(
    athena: Any, lake: FixtureLake, tmp_path: Path
) -> None:
    intakes = f"{os.environ['CATDATA_LAKE']}/normalized/shelter_intake/"
    everything = size(intakes)
    build(tmp_path, "+int_built_load")
    kept = size_of_table(athena.database, MODEL)

    load(lake, 2022, "b")
    scanned = build(tmp_path, "int_changed_object", "stg_load", MODEL)

    partition = size(f"{intakes}municipality_code={BODY}/fiscal_year=2022/")
    loads = size_of_table(athena.database, "stg_load")
    # The loads that are visible, the rows that the table keeps, and of the lake one partition.
    assert partition < scanned <= partition + loads + kept
    assert partition + loads + kept < everything + kept

    # Without its literals the same select reads the other partitions too: the figure above can fail.
    (path,) = (tmp_path / "compiled").rglob(f"{MODEL}.sql")
    pruned = path.read_text("utf-8")
    literals = rf"records\.municipality_code = '{BODY}'\s+and records\.fiscal_year in \(2022\)"
    assert len(re.findall(literals, pruned)) == 1
    assert athena.read(pruned) <= partition + loads
    assert athena.read(re.sub(literals, "1 = 1", pruned)) > partition + loads
