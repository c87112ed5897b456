"""Every case of quirks.csv once more, through the real job: from a cell of a file to a row of the lake."""

import csv
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from catdata.loads import layout
from catdata.storage import Storage
from values.test_quirks import CASES, expected_fields

from .lake import run, visible

ANIMALS = r"""
source_id: quirk-animals
title: 表記の揺れ（収容）
title_en: Spellings of animals
publisher: 試験市
body: {code: "990019", name: 試験市, kind: city, fictional: true}
tables:
  - name: animals
    file: 'animals_(?P<year>\d{4}年度)\.csv'
    format: csv
    fiscal_year: "@file.year"
    columns:
      番号: {parser: identifier, as: management_no}
      date: {parser: date, as: intake_date}
      text: {parser: text, as: facility}
      age: {parser: age}
      sex: {parser: sex}
      coat: {parser: coat}
      collar: {parser: collar}
    records:
      - {entity: shelter_intake, id: [番号]}
"""
FIGURES = r"""
source_id: quirk-figures
title: 表記の揺れ（統計）
title_en: Spellings of figures
publisher: 試験市
tables:
  - name: figures
    file: figures\.csv
    format: csv
    columns:
      番号: {use: true}
      fiscal_year: {parser: fiscal_year}
      count: {parser: statistic}
      municipality: {parser: municipality}
    records:
      - entity: annual_report
        id: [番号]
        set: {edition: 試験, revision: 0, measure: intake_total, age_class: all}
"""
USUAL = {
    "animals": {"date": "2026/6/1"},
    "figures": {"fiscal_year": "2023", "count": "5", "municipality": "札幌市"},
}
COLUMNS = {
    "animals": ["番号", "date", "text", "age", "sex", "coat", "collar"],
    "figures": ["番号", "fiscal_year", "count", "municipality"],
}
# What the value functions call `*` is a column's own name in a contract.
NAMES = {"date": "intake_date", "text": "facility", "count": "value"}
SPELLINGS = [(number, case) for number, case in enumerate(CASES) if case["field"] != "row"]


def table_of(case: dict[str, str]) -> str:
    return "figures" if case["field"] in COLUMNS["figures"] else "animals"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with a row for every spelling, and the rows that are no records."""
    folder = tmp_path_factory.mktemp("quirks")
    for name, contract in (("animals", ANIMALS), ("figures", FIGURES)):
        (folder / f"quirk-{name}.yaml").write_text(contract, "utf-8")
        rows = [
            {"番号": f"Q{number:02d}"} | USUAL[name] | {case["field"]: case["raw"]}
            for number, case in SPELLINGS
            if table_of(case) == name
        ]
        if name == "animals":
            for _, case in ((n, c) for n, c in enumerate(CASES) if c["field"] == "row"):
                title = case["context"].startswith("coat")
                rows.append({c: c for c in COLUMNS[name]} if title else {"番号": case["raw"]})
        path = folder / ("animals_2023年度.csv" if name == "animals" else "figures.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name], restval="")
            writer.writeheader()
            writer.writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CATDATA_CONTRACTS", str(folder))
        files = (folder / "animals_2023年度.csv", folder / "figures.csv")
        result = run("ingest", *files, "--lake", folder / "lake", "--engine", "local")
    assert result.exit_code == 0, result.output
    return folder / "lake"


@pytest.fixture(scope="module")
def accepted(lake: Path) -> dict[str, dict[str, object]]:
    rows = {str(r["management_no"]): r for r in visible(lake)}
    figures = visible(lake, "annual_report")
    return rows | {str(r["report_id"]).rsplit("/", 1)[-1]: r for r in figures}


@pytest.fixture(scope="module")
def quarantined(lake: Path) -> list[dict[str, str]]:
    storage = Storage(str(lake))
    keys = [i.key for i in storage.list("quarantine") if layout.parse_data_file(i.key)]
    return [r for key in keys for r in pq.read_table(storage.open(key)).to_pylist()]


@pytest.mark.parametrize(
    ("number", "case"), SPELLINGS, ids=[f"{c['field']} {c['raw']}" for _, c in SPELLINGS]
)
def test_a_spelling_in_a_file(
    number: int,
    case: dict[str, str],
    accepted: dict[str, dict[str, object]],
    quarantined: list[dict[str, str]],
) -> None:
    rejected = re.search(r"rejected ([A-Z_]+)", case["expected"])
    if rejected or "INVALID_DATE" in case["expected"]:
        # A row cannot be placed without its day: the flag of the value is the reason of the row.
        [row] = [q for q in quarantined if f'"Q{number:02d}"' in q["raw_text"]]
        assert row["reason_code"] == (rejected[1] if rejected else "INVALID_DATE")
        return
    row = accepted[f"Q{number:02d}"]
    for name, value in expected_fields(case).items():
        column = NAMES.get(case["field"], name) if name == "*" else name
        found = int(str(row[column])) if column == "fiscal_year" else row[column]
        assert found == value, column
    flag = re.search(r"flag ([A-Z_]+)", case["expected"])
    assert not flag or flag[1] in row["dq_flags"]  # type: ignore[operator]
    if "precision month" in case["expected"]:
        assert row["intake_date_precision"] == "month"


def test_rows_that_are_no_records(quarantined: list[dict[str, str]]) -> None:
    excluded = [q["reason_code"] for q in quarantined if q["disposition"] == "excluded"]
    assert sorted(excluded) == sorted(
        c["expected"].split()[1] for c in CASES if c["field"] == "row"
    )
