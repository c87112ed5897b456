"""The comparison on real marts: seeded faults are caught, a lake on S3 gives the same figures."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
import pyarrow as pa
import pytest
from click.testing import CliRunner
from parity_lake import ROOT, Built, write_lake

from parity import __main__ as command
from parity.__main__ import parity
from parity.compare import compare
from parity.engines import read_duckdb, read_target
from parity.figures import Figures, Mart
from parity.keep import keep, kept
from parity.manifest import read_marts


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parity") / "lake"
    write_lake(folder)
    return folder


@pytest.fixture(scope="module")
def built(lake: Path) -> Built:
    return Built(str(lake), lake.parent)


@dataclass(frozen=True)
class Fault:
    """What an engine that differs would make of a model: the SQL as it is, and as it would act."""

    name: str
    model: str
    key: tuple[str, ...]
    column: str
    pattern: str
    healthy: str
    faulty: str


YEAR = ("municipality_code", "fiscal_year", "basis", "body_scope")
STAYS = ("facility_id", "stay_state", "month_start", "age_group")
QUOTIENT = r"\(2 \* cast\((\w+\.\w+) as bigint\) \* 1000000 \+ \((\w+\.\w+)\)\) // \(2 \* cast\(\2 as bigint\)\)"
LOADS = ("source_id", "source_object", "object_version")
FAULTS = [
    Fault(
        "integer division",
        "mart_municipality_fiscal_year", YEAR, "euthanasia_rate",
        r" // ", " // ", " / ",
    ),
    Fault(
        "null order",
        "int_intake_observed", ("source_id", "intake_id"), "sex",
        r"observed_date asc nulls first",
        "observed_date asc nulls first", "observed_date asc nulls last",
    ),
    Fault(
        "time zone",
        "mart_data_quality", LOADS, "committed_at",
        r"timed\.committed_at,",
        "timed.committed_at,",
        "timezone('Asia/Tokyo', timezone('UTC', timed.committed_at)) as committed_at,",
    ),
    Fault(
        "half up, half even",
        "mart_municipality_fiscal_year", YEAR, "return_rehome_rate",
        QUOTIENT, r"\g<0>", r"round_even(\1 * 1000000 / \2, 0)",
    ),
    Fault(
        "length in bytes",
        "dim_municipality", ("municipality_code",), "name",
        r"bodies\.name,", "bodies.name,", "decode(encode(bodies.name)[1:6]) as name,",
    ),
    Fault(
        "collation",
        "mart_complaint", ("municipality_code", "month_start", "level", "area", "category"), "cases",
        r"end asc, area asc", "end asc, area asc", "end asc, area collate ja asc",
    ),
    Fault(
        "empty string, null",
        "mart_municipality_fiscal_year", YEAR, "body_scope",
        r"figures\.body_scope,", "figures.body_scope,", "nullif(figures.body_scope, '') as body_scope,",
    ),
    Fault(
        "order of a float sum",
        "mart_length_of_stay", STAYS, "p90_days",
        r"min\(case when 10 \* place >= 9 \* stays then days end\)",
        "sum(cast(days as double) / 10 order by days asc)",
        "sum(cast(days as double) / 10 order by days desc)",
    ),
]  # fmt: skip


def _figures(built: Built, sql: str, key: tuple[str, ...]) -> Figures:
    with built.connect() as connection:
        return read_duckdb(connection, Mart("copy", f"({sql}) as copy", "main", key))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_caught(built: Built, fault: Fault) -> None:
    sql = built.compiled(fault.model)
    assert re.search(fault.pattern, sql)
    healthy = _figures(built, re.sub(fault.pattern, fault.healthy, sql), fault.key)
    faulty = _figures(built, re.sub(fault.pattern, fault.faulty, sql), fault.key)
    again = _figures(built, re.sub(fault.pattern, fault.healthy, sql), fault.key)
    assert compare("copy", healthy, again).is_same
    found = compare("copy", healthy, faulty)
    assert not found.is_same
    assert not found.types, "the values must differ, not only their types"
    # A fault in a column of the key shows as rows that only one side has.
    assert found.changed_cells.get(fault.column) or (fault.column in fault.key and all(found.only))


# The small lake of these tests has no area with five animals in a year.
EMPTY = {"mart_cat_area"}


def test_a_mart_equals_its_own_compiled_sql(built: Built) -> None:
    for mart in read_marts(built.target):
        with built.connect() as connection:
            table = read_duckdb(connection, mart)
        found = compare(mart.name, table, _figures(built, built.compiled(mart.name), mart.key))
        # The contract casts the columns of the table; a select alone has its own types.
        assert not any(found.only) and not found.changed, found
        assert table.rows.num_rows or mart.name in EMPTY, mart.name


def test_a_lake_on_s3_gives_the_same_figures(
    built: Built, lake: Path, s3_url: str, tmp_path: Path
) -> None:
    bucket, _, prefix = s3_url.removeprefix("s3://").partition("/")
    client = boto3.client("s3")
    for path in (p for p in lake.rglob("*") if p.is_file()):
        client.upload_file(str(path), bucket, f"{prefix}/{path.relative_to(lake).as_posix()}")
    on_s3 = Built(s3_url, tmp_path)
    with built.connect() as local, on_s3.connect() as remote:
        for mart in read_marts(built.target):
            theirs = Mart(mart.name, f"main.{mart.name}", "main", mart.key)
            found = compare(mart.name, read_duckdb(local, theirs), read_duckdb(remote, theirs))
            assert found.is_same and (found.rows[0] or mart.name in EMPTY), found


@pytest.fixture
def here(built: Built, monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CATDATA_DUCKDB", str(built.database))
    return built


def _run(built: Built, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(parity, ["--builds", str(built.builds), *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_reading_a_target_by_the_profile(here: Built) -> None:
    read = dict(read_target("local", ROOT, read_marts(here.target)))
    assert len(read) == len(list((ROOT / "dbt_project/models/marts").glob("*.sql")))
    assert read["mart_tnr"].kinds["fiscal_year"] == "integer"
    assert read["mart_tnr"].key == ("municipality_code", "fiscal_year", "level", "area")


def test_two_targets_that_agree(here: Built) -> None:
    shutil.copytree(here.target, here.builds / "again", dirs_exist_ok=True)
    code, out, _ = _run(here, "--targets", "local,local")
    assert (code, out.count("同一 / same")) == (0, len(read_marts(here.target)))


def test_a_mart_that_one_target_lacks_is_a_difference(
    here: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = command._figures("local", here.builds)
    part = {name: figures for name, figures in whole.items() if name != "mart_cat"}
    for left, right, without in ((whole, part, "athena"), (part, whole, "local")):
        found = {"local": left, "athena": right, "redshift": left}
        monkeypatch.setattr(command, "_figures", lambda target, builds, found=found: found[target])
        code, out, said = _run(here, "--targets", "local,athena,redshift")
        assert code == 1
        assert f"mart_cat: {without} にありません / it is missing on {without}" in said
        assert ("ない / missing" in out) == (without == "athena")


def test_what_a_change_does_to_the_figures(here: Built, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert _run(here, "--targets", "local", "--keep", str(folder))[0] == 0
    code, out, _ = _run(here, "--targets", "local", "--against", str(folder))
    assert (code, "変化なし / no change" in out) == (0, True)

    before = kept(folder)
    table = before["mart_target"]
    place = table.rows.column_names.index("path_value")
    other = pa.compute.add(table.rows["path_value"], 1)
    rows = table.rows.set_column(place, "path_value", other)
    keep(folder, before | {"mart_target": Figures(table.key, table.declared, rows)})
    code, out, _ = _run(here, "--targets", "local", "--against", str(folder))
    assert code == 1
    assert f"| `path_value` | {table.rows.num_rows} |" in out
    assert "変化なし / no change: 16 / 17" in out


def test_a_mart_that_is_new(here: Built, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert _run(here, "--targets", "local", "--keep", str(folder))[0] == 0
    (folder / "mart_tnr.parquet").unlink()
    code, out, _ = _run(here, "--targets", "local", "--against", str(folder))
    assert (code, "new mart: `mart_tnr`" in out) == (1, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b, m: m.setenv("CATDATA_DUCKDB", str(b.database) + ".none"), "could not be compared"),
        (lambda b, m: m.setenv("AWS_REGION", ""), "no kept figures"),
    ],
    ids=["no database", "nothing kept"],
)  # fmt: skip
def test_what_could_not_run_is_told(
    here: Built,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    change: Callable[[Built, pytest.MonkeyPatch], None],
    message: str,
) -> None:
    change(here, monkeypatch)
    arguments = ["--against", str(tmp_path)] if "kept" in message else []
    code, out, err = _run(here, "--targets", "local", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_the_manifest_names_the_key_of_every_mart(built: Built) -> None:
    manifest = json.loads((built.target / "manifest.json").read_text("utf-8"))
    by_name = {mart.name: mart.key for mart in read_marts(built.target)}
    for node in manifest["nodes"].values():
        if node["name"] in by_name:
            grain = node["description"].rpartition("Grain: ")[2].rstrip(".")
            assert set(by_name[node["name"]]) == set(re.split(r",\s*", grain)), node["name"]
