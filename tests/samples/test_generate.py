"""The generator: same seed same bytes, figures that add up, files as messy as they claim."""

import io
import re
import unicodedata
from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from catdata.samples import spelling
from catdata.samples.__main__ import main
from catdata.samples.bodies import BODIES, with_check_digit
from catdata.samples.bulk import BLOCK_ROWS, write_ledger
from catdata.samples.generate import CORRECTED, FIRST, SampleFile, generate
from catdata.samples.statistics import MEASURES, edition_name

Samples = tuple[list[SampleFile], dict[str, Any]]


@pytest.mark.parametrize("code", ["131016", "011002", "010006", "221309", "473821", "282219"])
def test_check_digit_of_real_codes(code: str) -> None:
    assert with_check_digit(code[:5]) == code


def test_bodies_lie_outside_japan() -> None:
    assert {b.code[:2] for b in BODIES} == {"99"}


def test_same_seed_same_bytes_and_other_seed_other_bytes(samples: Samples) -> None:
    files, truth = samples
    again, truth_again = generate(truth["seed"], truth["scale"])
    assert [(f.folder, f.name, f.content) for f in again] == [
        (f.folder, f.name, f.content) for f in files
    ]
    assert truth_again == truth
    other, _ = generate(truth["seed"] + 1, truth["scale"])
    assert all(a.content != b.content for a, b in zip(files, other, strict=True))


def test_command_line_writes_what_generate_returns(samples: Samples, tmp_path: Any) -> None:
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 0
    files, _ = samples
    written = {p.relative_to(tmp_path).as_posix(): p for p in tmp_path.rglob("*") if p.is_file()}
    assert set(written) == {f"{f.folder}/{f.name}" for f in files} | {"truth.json"}
    assert all(written[f"{f.folder}/{f.name}"].read_bytes() == f.content for f in files)


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_scale_multiplies_the_records(scale: float) -> None:
    _, truth = generate(1, scale)
    intakes = sum(y["intake_rows"] for y in truth["shelter_years"][FIRST])
    assert 4000 * scale < intakes < 6000 * scale


def _rows(truth: dict[str, Any], entity: str, *, corrected: bool = False) -> int:
    """Entity rows of all files; a corrected file stands in the place of the one it replaces."""
    files = {f["path"].split("/")[1]: f for f in truth["files"] if f["path"].startswith(FIRST)}
    if corrected:
        files |= {
            f["path"].split("/")[1]: f for f in truth["files"] if not f["path"].startswith(FIRST)
        }
    return sum(f["entity_rows"].get(entity, 0) for f in files.values())


@pytest.mark.parametrize("stage", [FIRST, CORRECTED])
def test_figures_of_the_years_are_the_rows_of_the_files(samples: Samples, stage: str) -> None:
    _, truth = samples
    years = truth["shelter_years"][stage]
    corrected = stage == CORRECTED
    assert sum(y["intake_rows"] for y in years) == _rows(
        truth, "shelter_intake", corrected=corrected
    )
    assert sum(y["outcome_rows"] for y in years) == _rows(truth, "outcome", corrected=corrected)


@pytest.mark.parametrize(
    ("entity", "table", "column"),
    [
        ("tnr_case", "tnr_years", "lines"),
        ("complaint", "complaint_years", "cases"),
        ("carcass_pickup", "carcass_years", "reported"),
    ],
)
def test_figures_of_the_registers_are_their_rows(
    samples: Samples, entity: str, table: str, column: str
) -> None:
    _, truth = samples
    assert sum(y[column] for y in truth[table]) == _rows(truth, entity)


def test_annual_figures_are_their_rows(samples: Samples) -> None:
    _, truth = samples
    assert len(truth["annual_reports"]) == _rows(truth, "annual_report", corrected=True)
    assert {a["value_status"] for a in truth["annual_reports"]} == {"observed", "zero", "unknown"}


@pytest.mark.parametrize("stage", [FIRST, CORRECTED])
def test_parts_of_a_year_add_up(samples: Samples, stage: str) -> None:
    for year in samples[1]["shelter_years"][stage]:
        measures = year["measures"]
        assert sum(year["intakes_by_type"].values()) == year["intake_rows"]
        assert sum(year["outcomes_by_type"].values()) == year["outcome_rows"]
        assert year["intake_rows"] == (
            measures["intakes"] + measures["injured_intakes"] + measures["transfers_in"]
        )
        assert measures["known_outcomes"] + measures["unknown_outcomes"] == year["outcome_rows"]
        assert measures["kittens"] <= measures["intakes_of_known_age"] <= measures["intakes"]
        if "euthanized_1" in measures:
            categories = sum(measures[f"euthanized_{n}"] for n in (1, 2, 3))
            assert categories == measures["euthanized"]
        for numerator, denominator in year["rates"].values():
            assert 0 <= numerator <= denominator


def test_the_correction_changes_its_own_year_only(samples: Samples) -> None:
    _, truth = samples
    key = ("municipality_code", "fiscal_year")
    before, after = (
        {tuple(y[k] for k in key): y["intake_rows"] for y in truth["shelter_years"][stage]}
        for stage in (FIRST, CORRECTED)
    )
    changed = {k: after[k] - before[k] for k in after if after[k] != before[k]}
    assert changed == {("991007", 2024): 5}


def test_every_file_adds_up_and_has_what_it_is_for(samples: Samples) -> None:
    reasons: Counter[str] = Counter()
    for file in samples[1]["files"]:
        assert file["rows_in"] == (
            file["rows_accepted"] + file["rows_rejected"] + file["rows_excluded"]
        )
        assert sum(file["reasons"].values()) == file["rows_rejected"] + file["rows_excluded"]
        assert file["rows_accepted"] > 0
        reasons.update(file["reasons"])
    assert set(reasons) >= {
        "INVALID_DATE", "MISSING_VALUE", "MALFORMED_COUNT", "NEGATIVE_COUNT",
        "TOTAL_ROW", "NOTE_ROW", "REPEATED_HEADER", "BLANK_ROW", "OTHER_SPECIES",
    }  # fmt: skip


def test_rehoming_rises_and_euthanasia_falls(samples: Samples) -> None:
    years = [
        y for y in samples[1]["shelter_years"][CORRECTED] if y["municipality_code"] == "991007"
    ]
    rates = [{k: n / d for k, (n, d) in y["rates"].items()} for y in years]
    assert [y["fiscal_year"] for y in years] == list(range(2019, 2026))
    assert rates[-1]["return_rehome"] > rates[0]["return_rehome"] + 0.15
    assert rates[-1]["euthanasia"] < rates[0]["euthanasia"] - 0.15


def test_csv_is_cp932_and_not_shift_jis(samples: Samples) -> None:
    ledger = next(f for f in samples[0] if f.source_id == "sample-kazemachi-intake")
    text = ledger.content.decode("cp932")
    assert all(sign in text for sign in "①髙㈱（注）")
    with pytest.raises(UnicodeDecodeError):
        ledger.content.decode("shift_jis")


def test_spreadsheets_open_with_their_merged_header(samples: Samples) -> None:
    report = next(f for f in samples[0] if f.source_id == "sample-kaku-report")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(report.content)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[2][1] == "引取り数" and rows[3][1] == "飼い主から" and rows[4][1] == "成熟"
    assert ((2, 0), (4, 0)) in (sheet.merged_cell_ranges or [])
    bodies, total = rows[5 : 5 + len(BODIES)], rows[5 + len(BODIES)]
    assert total[0] == "総数"
    for column in range(1, len(MEASURES) + 1):
        known = [row[column] for row in bodies if isinstance(row[column], float)]
        assert sum(known) == total[column]
    signs = {cell for row in bodies for cell in row if isinstance(cell, str)}
    assert {"…", "－", ""} <= signs and any(s.startswith("△") for s in signs)


@pytest.mark.parametrize(
    ("year", "edition"), [(2018, "令和元年度版"), (2022, "令和5年度版"), (2024, "令和7年度版")]
)
def test_an_edition_is_named_by_the_year_after_its_figures(year: int, edition: str) -> None:
    assert edition_name(year) == edition


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 4, 30), ("平成", "H", 31)),
        (date(2019, 5, 1), ("令和", "R", 1)),
        (date(1989, 1, 7), ("昭和", "S", 64)),
        (date(1989, 1, 8), ("平成", "H", 1)),
        (date(2026, 3, 31), ("令和", "R", 8)),
    ],
)
def test_era_of_a_day(day: date, expected: tuple[str, str, int]) -> None:
    assert spelling.era_year(day) == expected


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers())
def test_a_day_is_spelled_with_its_own_numbers(day: date, seed: int) -> None:

    text = unicodedata.normalize("NFKC", spelling.spell_date(Random(seed), day)).replace("元", "1")
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    assert numbers[1:] == [day.month, day.day]
    assert numbers[0] in (day.year, spelling.era_year(day)[2])


def test_planted_people_stand_in_the_files_and_nowhere_in_the_figures(samples: Samples) -> None:
    files, truth = samples
    texts = [f.content.decode(e) for f in files if f.name.endswith(".csv")
             for e in ["utf-8-sig" if "申請台帳" in f.name else "cp932"]]  # fmt: skip
    found = [p for p in truth["personal"] if any(p in t for t in texts)]
    assert len(found) > 5000
    figures = str({k: v for k, v in truth.items() if k != "personal"})
    assert not [p for p in truth["personal"] if p in figures]


def test_bulk_ledger_has_the_rows_it_says(tmp_path: Any) -> None:
    path = tmp_path / "bulk.csv"
    write_ledger(path, 2 * BLOCK_ROWS)
    lines = path.read_bytes().decode("cp932").split("\r\n")
    assert len(lines) == 2 + 2 * BLOCK_ROWS + 1
    assert len({line.split(",")[0] for line in lines if line.startswith("K")}) == 2 * (
        BLOCK_ROWS - 3
    )
    with pytest.raises(ValueError, match="expected a multiple of 100000"):
        write_ledger(path, 10)
