"""Every wrong use of a command, and every file with a bad name, gets a sentence; no trace of Python."""

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catdata.cli import commands
from catdata.storage import Storage

HEADER = "管理番号,収容日,収容区分,収容場所,種類,毛色,性別,年齢,首輪,転帰,転帰日,譲渡先,殺処分区分"
ROW = "A-1,R5.4.1,所有者不明,花見町1丁目,猫,キジトラ,オス,3歳,なし,譲渡,R5.5.1,個人,"
GOOD = "収容台帳_令和5年度_風待市.csv"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder over a lake there; whatever ends it is an exit."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CATDATA_LAKE", str(tmp_path / "lake"))

    def command(*arguments: object) -> Result:
        result = CliRunner().invoke(commands, [os.fspath(str(a)) for a in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return command


def csv(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join((header, *rows, "")).encode("cp932"))
    return path


@pytest.mark.parametrize(
    "lake", ["", "s3://", "s3:///prefix", "http://host/lake", "s3a://bucket/lake"]
)
def test_a_place_that_is_no_lake(run: Run, tmp_path: Path, lake: str) -> None:
    result = run("init", "--lake", lake)
    assert result.exit_code == 2 and " / " in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_bad_name_in_a_folder_does_not_hold_up_the_others(run: Run, tmp_path: Path) -> None:
    csv(tmp_path / "in" / GOOD, ROW)
    for name in (b"a\nb.csv", b"back\\slash.csv", b"\xff_sonoma.csv"):
        (Path(os.fsdecode(bytes(tmp_path) + b"/in/" + name))).write_text("x")
    result = run("ingest", tmp_path / "in", "--summary", tmp_path / "run.json")
    assert result.exit_code == 1
    objects = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["objects"]
    assert sorted(o["status"] for o in objects) == ["committed", "failed", "failed", "failed"]
    assert all(o["error_ja"] and o["error_en"] for o in objects if o["status"] == "failed")
    assert run("report", "--out", tmp_path / "report").exit_code == 0
    assert run("normalize", "--engine", "local").exit_code == 0


def test_a_name_that_is_no_utf8_in_the_lake_is_told(run: Run, tmp_path: Path) -> None:
    csv(tmp_path / GOOD, ROW)
    assert run("ingest", tmp_path / GOOD).exit_code == 0
    raw = bytes(tmp_path / "lake" / "raw" / "us-sonoma")
    os.mkdir(raw)
    Path(os.fsdecode(raw + b"/\xff_sonoma.csv")).write_text("x")
    assert run("normalize", "--engine", "local", "--summary", tmp_path / "s.json").exit_code == 1
    assert run("report", "--out", tmp_path / "report").exit_code == 0


def test_a_pipe_is_no_file(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    result = run("ingest", tmp_path / "pipe.csv")
    assert result.exit_code == 1 and "ファイルではありません" in result.output


def test_a_file_has_one_name_on_every_system(run: Run, tmp_path: Path) -> None:
    name = "自治体収容数データ_月別.csv"
    for form in ("NFD", "NFC"):
        (tmp_path / form).mkdir()
        (tmp_path / form / unicodedata.normalize(form, name)).write_text("x")
        run("ingest", tmp_path / form)
    keys = [info.key for info in Storage(str(tmp_path / "lake")).list("raw")]
    assert keys == [f"raw/unmatched/{unicodedata.normalize('NFC', name)}"]


def test_keys_that_come_twice_or_are_gone(run: Run, tmp_path: Path) -> None:
    csv(tmp_path / GOOD, ROW)
    run("ingest", tmp_path / GOOD)
    key = f"raw/sample-kazemachi-intake/{GOOD}"
    storage = Storage(str(tmp_path / "lake"))
    storage.put("manifest.json", json.dumps([key, key, "raw/us-sonoma/gone.csv"]).encode())
    result = run("normalize", "--engine", "local", "--reload", "--manifest", "manifest.json")
    assert result.exit_code == 1 and "確定 1" in result.output and "失敗 1" in result.output
    for content in (b"{", b'{"a": 1}', b"[1]", b"\xff"):
        storage.put("manifest.json", content)
        assert run("normalize", "--engine", "local", "--manifest", "manifest.json").exit_code == 2
    assert run("normalize", "--engine", "local", "--objects", "manifest.json").exit_code == 2


def test_what_cannot_be_written_is_told_before_the_run(run: Run, tmp_path: Path) -> None:
    csv(tmp_path / GOOD, ROW)
    for summary in (tmp_path, "/proc/none/summary.json"):
        assert run("ingest", tmp_path / GOOD, "--summary", summary).exit_code == 2
    assert not (tmp_path / "lake").exists()
    assert run("report", "--out", "/proc/none").exit_code == 2


def test_figures_of_a_file_that_is_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database")
    assert "DuckDB" in run("figures", "--database", tmp_path / "x").output
    assert run("figures", "--database", tmp_path / "x", "--years", 0).exit_code == 2


@pytest.mark.parametrize("renamed", ["収容区分", "備考"])
def test_headers_are_scrubbed_where_they_are_told(run: Run, tmp_path: Path, renamed: str) -> None:
    header = f"{HEADER},備考".replace(renamed, "担当 花子様 090-1234-5678")
    csv(tmp_path / GOOD, f"{ROW},x", header=header)
    result = run("ingest", tmp_path / GOOD, "--summary", tmp_path / "run.json")
    told = result.output + (tmp_path / "run.json").read_text(encoding="utf-8")
    assert "〔削除〕" in told and "1234-5678" not in told and "花子" not in told
