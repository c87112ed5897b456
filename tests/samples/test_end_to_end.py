"""All samples through the real job and the real marts, against the figures that must come out."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from catdata.loads import Ledger
from catdata.samples.bodies import BODIES
from catdata.samples.generate import CORRECTED, FIRST, SampleFile
from catdata.storage import Storage

Samples = tuple[list[SampleFile], dict[str, Any]]
ROOT = Path(__file__).resolve().parents[2]
SAMPLE_FLAGS = ("INVALID_DATE", "OUTCOME_BEFORE_INTAKE", "UNKNOWN_CODE")
RATES = {
    "return_rehome": "return_rehome_rate",
    "euthanasia": "euthanasia_rate",
    "live_release": "live_release_rate",
    "kitten_share": "kitten_share",
}


@dataclass(frozen=True)
class Stage:
    """What stood in the lake and the marts after the first files, or after the corrections."""

    ledger: dict[str, dict[str, Any]]
    marts: Path
    output: str

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query over the marts."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            result = connection.execute(query)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples") / "lake"


@pytest.fixture(scope="module")
def stages(samples: Samples, lake: Path) -> dict[str, Stage]:
    """Both stages, loaded and built one after the other in one lake."""
    return {stage: _load(stage, samples[0], lake) for stage in (FIRST, CORRECTED)}


def _load(stage: str, files: list[SampleFile], lake: Path) -> Stage:
    folder = lake.parent / stage
    folder.mkdir()
    for file in files:
        if file.folder == stage:
            (folder / file.name).write_bytes(file.content)
    marts = lake.parent / f"{stage}.duckdb"
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "glue"),
        "CATDATA_APPLICANT_KEY": "a key of the tests",
        "CATDATA_LAKE": str(lake),
        "CATDATA_DUCKDB": str(marts),
    }
    ingest = [sys.executable, "-m", "catdata.cli", "ingest", str(folder), "--lake", str(lake)]
    dbt = [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", str(ROOT)]
    target = ["--target-path", str(lake.parent / "dbt"), "--log-path", str(lake.parent / "logs")]
    output = ""
    for command in (ingest, dbt + target):
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        output += done.stdout + done.stderr
        assert done.returncode == 0, output[-4000:]
    heads = Ledger(Storage(str(lake))).heads()
    return Stage({h.source_object: _as_truth(h) for h in heads if h.visible}, marts, output)


def _as_truth(head: Any) -> dict[str, Any]:
    flags = json.loads(head.flags)
    return {
        "rows_in": head.rows_in,
        "rows_accepted": head.rows_accepted,
        "rows_rejected": head.rows_rejected,
        "rows_excluded": head.rows_excluded,
        "reasons": json.loads(head.reasons),
        "entity_rows": json.loads(head.entity_rows),
        "flags": {name: flags[name] for name in SAMPLE_FLAGS if name in flags},
        "totals_found": head.totals_found,
        "totals_differing": head.totals_differing,
    }


def _expected(files: list[dict[str, Any]], stage: str) -> dict[str, dict[str, Any]]:
    """The conservation line of each object; what is sent again replaces what was sent first."""
    expected = {}
    for file in files:
        folder, name = file["path"].split("/")
        if folder in (FIRST, stage):
            line = {k: v for k, v in file.items() if k not in ("path", "source_id")}
            expected[f"raw/{file['source_id']}/{name}"] = line
    return expected


@pytest.mark.parametrize("stage", [FIRST, CORRECTED])
def test_every_file_is_conserved_as_the_truth_says(
    samples: Samples, stages: dict[str, Stage], stage: str
) -> None:
    expected = _expected(samples[1]["files"], stage)
    found = stages[stage].ledger
    assert found.keys() == expected.keys()
    assert {k: v for k, v in found.items() if v != expected[k]} == {}


@pytest.mark.parametrize("stage", [FIRST, CORRECTED])
def test_years_of_the_shelters(samples: Samples, stages: dict[str, Stage], stage: str) -> None:
    found = {
        (r["municipality_code"], r["fiscal_year"]): r
        for r in stages[stage].rows(
            "select * from mart_municipality_fiscal_year where basis = 'records'"
        )
    }
    for year in samples[1]["shelter_years"][stage]:
        row = found[year["municipality_code"], year["fiscal_year"]]
        assert {name: row[name] for name in year["measures"]} == year["measures"]
        for rate, column in RATES.items():
            numerator, denominator = year["rates"][rate]
            assert float(row[column]) == pytest.approx(numerator / denominator, abs=1e-6)


@pytest.mark.parametrize("entity", ["intake", "outcome"])
def test_rows_by_kind_are_those_of_the_corrected_records(
    samples: Samples, stages: dict[str, Stage], entity: str
) -> None:
    years = samples[1]["shelter_years"][CORRECTED]
    expected = {
        (y["municipality_code"], y["fiscal_year"], kind): count
        for y in years
        for kind, count in y[f"{entity}s_by_type"].items()
    }
    rows = stages[CORRECTED].rows(
        f"select municipality_code, fiscal_year, {entity}_type, count(*) as rows"
        f" from fct_{entity} where municipality_code like '99%' group by all"
    )
    assert {tuple(r.values())[:3]: r["rows"] for r in rows} == expected


def test_subsidies(samples: Samples, stages: dict[str, Stage], lake: Path) -> None:
    years = samples[1]["tnr_years"]
    marts = {
        (r["municipality_code"], r["fiscal_year"]): r["heads"]
        for r in stages[CORRECTED].rows("select * from mart_tnr where level = 'municipality'")
    }
    lines = stages[CORRECTED].rows("select * from stg_tnr_case")
    assert len(lines) == sum(y["lines"] for y in years)
    for year in years:
        key = (year["municipality_code"], year["fiscal_year"])
        rows = [r for r in lines if (r["municipality_code"], r["fiscal_year"]) == key]
        assert marts[key] == year["heads_done"]
        assert sum(r["heads"] for r in rows) == year["heads"]
        assert sum(r["heads"] for r in rows if r["sex"] == "female") == year["female_heads"]
        assert sum(r["subsidy_yen"] for r in rows) == year["subsidy_yen"]
        assert len({r["applicant_key"] for r in rows}) == year["applicants"]
        by_area: Counter[str] = Counter()
        for r in rows:
            by_area[r["area"]] += r["heads"]
        assert by_area == year["heads_by_area"]


def test_complaints(samples: Samples, stages: dict[str, Stage]) -> None:
    rows = stages[CORRECTED].rows(
        "select c.fiscal_year, codes.code, count(*) as mentions"
        " from stg_complaint as c, stg_ref_code as codes"
        " where codes.code_list = 'complaint_category'"
        " and contains(',' || c.categories || ',', ',' || codes.code || ',') group by all"
    )
    found = {(r["fiscal_year"], r["code"]): r["mentions"] for r in rows}
    marts = {
        r["fiscal_year"]: r["complaints"]
        for r in stages[CORRECTED].rows(
            "select * from mart_municipality_fiscal_year where complaints is not null"
        )
    }
    for year in samples[1]["complaint_years"]:
        mine = {code: n for (fy, code), n in found.items() if fy == year["fiscal_year"]}
        assert mine == year["mentions"]
        assert marts[year["fiscal_year"]] == year["distinct_cases"]


def test_carcasses(samples: Samples, stages: dict[str, Stage]) -> None:
    found: dict[tuple[str, int], Counter[str]] = {}
    rows = stages[CORRECTED].rows("select * from stg_carcass_pickup")
    for r in rows:
        months = found.setdefault((r["municipality_code"], r["fiscal_year"]), Counter())
        months[str(r["period_start"].month)] += r["heads"]
        assert (r["period_start"].month, r["period_start"].day) == (r["period_end"].month, 1)
    expected = {
        (y["municipality_code"], y["fiscal_year"]): y["heads_by_month"]
        for y in samples[1]["carcass_years"]
    }
    assert {k: dict(v) for k, v in found.items()} == expected


def test_annual_figures_of_every_edition(samples: Samples, stages: dict[str, Stage]) -> None:
    names = list(samples[1]["annual_reports"][0])
    rows = stages[CORRECTED].rows(f"select {', '.join(names)} from stg_annual_report")
    expected = [tuple(a.values()) for a in samples[1]["annual_reports"]]
    assert Counter(tuple(r.values()) for r in rows) == Counter(expected)


def test_a_bad_cell_of_a_month_goes_to_quarantine_alone(
    stages: dict[str, Stage], lake: Path
) -> None:
    assert stages[CORRECTED].ledger
    bad = [
        row
        for path in (lake / "quarantine" / "source_id=sample-kazemachi-carcass").rglob("*.parquet")
        for row in pq.ParquetFile(path).read().to_pylist()
        if row["reason_code"] == "MALFORMED_COUNT"
    ]
    assert len(bad) == 5
    assert all("29.955" in row["raw_text"] for row in bad)


def test_bodies_are_marked_fictional(stages: dict[str, Stage]) -> None:
    rows = stages[CORRECTED].rows(
        "select municipality_code, name, kind from stg_ref_body where is_fictional"
    )
    assert {tuple(r.values()) for r in rows} == {(b.code, b.name, b.kind) for b in BODIES}


def _cells(rows: list[dict[str, Any]]) -> set[str]:
    return {str(cell) for row in rows for cell in row.values()}


def test_collars_lose_the_telephone_number_of_their_tag(stages: dict[str, Stage]) -> None:
    rows = stages[CORRECTED].rows("select collar, dq_flags from stg_shelter_intake")
    tagged = [r for r in rows if r["collar"] and "迷子札" in r["collar"]]
    assert len(tagged) > 20
    assert not [r for r in tagged if "0" in r["collar"] or "TEXT_SCRUBBED" not in r["dq_flags"]]


def test_nothing_personal_reaches_lake_marts_or_output(
    samples: Samples, stages: dict[str, Stage], lake: Path
) -> None:
    texts = {stage.output for stage in stages.values()}
    for path in lake.rglob("*"):
        if not path.is_file() or path.is_relative_to(lake / "raw"):
            continue
        if path.suffix == ".parquet":
            texts |= _cells(pq.ParquetFile(path).read().to_pylist())
        else:
            texts.add(path.read_bytes().decode("utf-8", errors="replace"))
    for stage in stages.values():
        for table in stage.rows("select table_name from information_schema.tables"):
            texts |= _cells(stage.rows(f'select * from "{table["table_name"]}"'))
    texts |= {p.read_text() for p in (lake.parent / "logs").rglob("*.log")}
    everything = "\n".join(texts)
    assert "風待市動物愛護センター" in everything
    # Only what has all its runs of three letters somewhere can be there as a whole.
    runs = {everything[i : i + 3] for i in range(len(everything) - 2)}
    personal = samples[1]["personal"]
    assert min(map(len, personal)) >= 3
    likely = [p for p in personal if all(p[i : i + 3] in runs for i in range(len(p) - 2))]
    assert [p for p in likely if p in everything] == []
