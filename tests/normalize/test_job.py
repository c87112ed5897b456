"""The job by its command line: figures, verdicts, corrections, withdrawals, and what is never lost."""

import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from catdata.loads import Ledger, layout
from catdata.loads.record import LoadRecord
from catdata.storage import Storage

from .lake import HEADER, contracts_folder, row, run, visible, write_ledger

__all__ = ["contracts_folder"]
pytestmark = pytest.mark.usefixtures("contracts")


def head(lake: Path, name: str) -> LoadRecord:
    record = Ledger(Storage(str(lake))).head("test-ledger", f"raw/test-ledger/{name}")
    assert record is not None
    return record


def quarantined(lake: Path) -> list[dict[str, object]]:
    storage = Storage(str(lake))
    keys = [i.key for i in storage.list("quarantine") if layout.parse_data_file(i.key)]
    return [r for key in keys for r in pq.read_table(storage.open(key)).to_pylist()]


def test_every_row_is_accepted_rejected_or_excluded_with_its_reason(tmp_path: Path) -> None:
    path = write_ledger(
        tmp_path / "ledger_202304.csv",
        [
            row(1),
            row(2, 収容日="令和5年2月30日"),
            row(3, 収容日=""),
            row(4, 種類="犬"),
            HEADER,
            ",,,,,,,,,",
            "小計 2頭,,,,,,,,,",
            row(5, 収容区分="謎の区分"),
            row(6),
            "合計,3頭,,,,,,,,",
            "（注）数値は速報,,,,,,,,,",
        ],
    )
    lake = tmp_path / "lake"
    result = run("ingest", path, "--lake", lake, "--engine", "local")
    assert result.exit_code == 0, result.output
    record = head(lake, "ledger_202304.csv")
    assert (record.rows_in, record.rows_accepted, record.rows_rejected, record.rows_excluded) == (
        11,
        3,
        2,
        6,
    )
    assert json.loads(record.reasons) == {
        "BLANK_ROW": 1,
        "INVALID_DATE": 1,
        "MISSING_VALUE": 1,
        "NOTE_ROW": 1,
        "OTHER_SPECIES": 1,
        "REPEATED_HEADER": 1,
        "TOTAL_ROW": 2,
    }
    assert json.loads(record.unknown_codes) == {"収容区分": {"謎の区分": 1}}
    assert json.loads(record.entity_rows) == {"outcome": 2, "shelter_intake": 3}
    assert [(q["source_row"], q["reason_code"], q["field"]) for q in quarantined(lake)] == [
        (3, "INVALID_DATE", "intake_date"),
        (4, "MISSING_VALUE", "intake_date"),
        (5, "OTHER_SPECIES", None),
        (6, "REPEATED_HEADER", None),
        (7, "BLANK_ROW", None),
        (8, "TOTAL_ROW", None),
        (11, "TOTAL_ROW", None),
        (12, "NOTE_ROW", None),
    ]
    assert "山田" not in str(quarantined(lake))


def test_totals_are_compared_with_their_parts(tmp_path: Path) -> None:
    path = write_ledger(
        tmp_path / "ledger_202304.csv",
        [row(1), row(2), "小計 2頭,,,,,,,,,", row(3), "小計 2頭,,,,,,,,,", "合計 3頭,,,,,,,,,"],
    )
    lake = tmp_path / "lake"
    run("ingest", path, "--lake", lake, "--engine", "local")
    record = head(lake, "ledger_202304.csv")
    assert (record.totals_found, record.totals_differing) == (3, 1)
    wrong = [t for t in json.loads(record.totals) if t["published"] != t["computed"]]
    assert [(t["row"], t["published"], t["computed"]) for t in wrong] == [(6, 2, 1)]


def test_values_become_canonical_with_flags(tmp_path: Path) -> None:
    path = write_ledger(
        tmp_path / "ledger_202304.csv",
        [row(1, 収容日="R6.3.31", 毛色="長毛キジトラ", 性別="去勢オス", 年齢="推定24歳")],
    )
    run("ingest", path, "--lake", tmp_path / "lake", "--engine", "local")
    [intake] = visible(tmp_path / "lake")
    assert intake["fiscal_year"] == "2023"
    assert intake["municipality_code"] == "990019"
    assert intake["intake_id"] == "test-ledger/C0001"
    assert (intake["coat"], intake["hair_length"]) == ("brown_tabby", "long")
    assert (intake["sex"], intake["neuter_status"]) == ("male", "neutered")
    assert (intake["age_months_min"], intake["age_months_max"]) == (288, 299)
    assert intake["life_stage"] == "adult"
    assert "AGE_OUTLIER" in list(intake["dq_flags"])  # type: ignore[call-overload]
    [outcome] = visible(tmp_path / "lake", "outcome")
    assert outcome["outcome_type"] == "rehomed"
    assert outcome["fiscal_year"] == "2023"
    assert "OUTCOME_BEFORE_INTAKE" in list(outcome["dq_flags"])  # type: ignore[call-overload]


def test_the_same_object_again_changes_nothing(tmp_path: Path) -> None:
    path, lake = write_ledger(tmp_path / "ledger_202304.csv", [row(1), row(2)]), tmp_path / "lake"
    run("ingest", path, "--lake", lake, "--engine", "local")
    before = sorted((i.key, i.size) for i in Storage(str(lake)).list())
    result = run("ingest", path, "--lake", lake, "--engine", "local")
    assert result.exit_code == 0
    assert sorted((i.key, i.size) for i in Storage(str(lake)).list()) == before


def test_a_corrected_object_replaces_its_own_rows_only(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    first = write_ledger(tmp_path / "ledger_202304.csv", [row(1), row(2)])
    other = write_ledger(tmp_path / "ledger_202305.csv", [row(3)])
    run("ingest", first, other, "--lake", lake, "--engine", "local")
    corrected = write_ledger(tmp_path / "new" / "ledger_202304.csv", [row(2), row(4)])
    run("ingest", corrected, "--lake", lake, "--engine", "local")
    assert [r["management_no"] for r in visible(lake)] == ["C0002", "C0004", "C0003"]
    assert head(lake, "ledger_202304.csv").object_version == 2


def test_a_changed_contract_loads_the_object_again(tmp_path: Path, contracts: Path) -> None:
    lake, path = tmp_path / "lake", write_ledger(tmp_path / "ledger_202304.csv", [row(1), row(2)])
    run("ingest", path, "--lake", lake, "--engine", "local")
    contract = contracts / "test-ledger.yaml"
    contract.write_text(contract.read_text("utf-8").replace("種類: 犬", "管理番号: C0001"), "utf-8")
    run("normalize", "--lake", lake, "--engine", "local")
    assert [r["management_no"] for r in visible(lake)] == ["C0002"]


def test_a_withdrawn_object_takes_its_rows_away_and_can_come_back(tmp_path: Path) -> None:
    lake, path = tmp_path / "lake", write_ledger(tmp_path / "ledger_202304.csv", [row(1)])
    run("ingest", path, "--lake", lake, "--engine", "local")
    result = run("withdraw", "raw/test-ledger/ledger_202304.csv", "--lake", lake)
    assert result.exit_code == 0 and visible(lake) == []
    run("normalize", "--lake", lake, "--engine", "local")
    assert visible(lake) == [], "a run over the whole lake brought a withdrawn file back"
    again = run("withdraw", "raw/test-ledger/ledger_202304.csv", "--lake", lake)
    assert again.exit_code == 1
    wrong = run("withdraw", "ledger_202304.csv", "--lake", lake)
    assert wrong.exit_code == 2 and "raw/SOURCE/FILE" in wrong.output
    run("ingest", path, "--lake", lake, "--engine", "local")
    assert len(visible(lake)) == 1


def test_a_bad_file_stops_alone_and_keeps_the_old_figures(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    good = write_ledger(tmp_path / "ledger_202304.csv", [row(1)])
    run("ingest", good, "--lake", lake, "--engine", "local")
    bad = tmp_path / "bad" / "ledger_202304.csv"
    bad.parent.mkdir()
    bad.write_bytes(good.read_bytes().replace("収容日".encode("cp932"), "受付日".encode("cp932")))
    other = write_ledger(tmp_path / "bad" / "ledger_202306.csv", [row(7)])
    result = run("ingest", bad, other, "--lake", lake, "--engine", "local")
    assert result.exit_code == 1
    assert "収容日" in result.output and "受付日" in result.output
    assert result.output.count("取込契約の列がありません") == 1
    assert [r["management_no"] for r in visible(lake)] == ["C0001", "C0007"]
    assert head(lake, "ledger_202304.csv").object_version == 1


def test_a_file_that_no_contract_matches_is_kept_and_reported(tmp_path: Path) -> None:
    stray = tmp_path / "猫の写真.csv"
    stray.write_text("a,b\n1,2\n", "utf-8")
    result = run("ingest", stray, "--lake", tmp_path / "lake", "--engine", "local")
    assert result.exit_code == 1
    assert "猫の写真.csv" in result.output
    kept = tmp_path / "lake" / "raw" / "unmatched" / "猫の写真.csv"
    assert kept.read_bytes() == stray.read_bytes()


def test_two_files_of_one_name_in_a_batch_are_refused(tmp_path: Path) -> None:
    a = write_ledger(tmp_path / "a" / "ledger_202304.csv", [row(1)])
    b = write_ledger(tmp_path / "b" / "ledger_202304.csv", [row(2)])
    result = run("ingest", a, b, "--lake", tmp_path / "lake", "--engine", "local")
    assert result.exit_code == 2
    assert "ledger_202304.csv" in result.output
    assert not (tmp_path / "lake" / "raw").exists()


def test_an_archive_is_one_object_whatever_files_it_holds(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    with zipfile.ZipFile(tmp_path / "4月分.zip", "w") as archive:
        for n in (4, 5):
            path = write_ledger(tmp_path / f"ledger_20230{n}.csv", [row(n), row(10 * n)])
            archive.write(path, f"台帳/{path.name}")
        archive.writestr("台帳/readme.txt", "x")
    result = run("ingest", tmp_path / "4月分.zip", "--lake", lake, "--engine", "local")
    assert result.exit_code == 0, result.output
    record = head(lake, "4月分.zip")
    assert (record.rows_in, record.rows_accepted) == (4, 4)
    assert {r["management_no"] for r in visible(lake)} == {"C0004", "C0005", "C0040", "C0050"}


def test_an_archive_without_a_file_of_any_contract_is_kept_and_reported(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "写真.zip", "w") as archive:
        archive.writestr("neko.jpg", b"x")
    result = run("ingest", tmp_path / "写真.zip", "--lake", tmp_path / "lake", "--engine", "local")
    assert result.exit_code == 1
    assert (tmp_path / "lake" / "raw" / "unmatched" / "写真.zip").exists()
