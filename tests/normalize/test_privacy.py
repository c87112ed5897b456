"""Identities that hold personal data become hashes; all others stay as they are."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from catdata.normalize.privacy import KEY_VARIABLE, NO_HASH, ApplicantKeys
from catdata.values import PARSERS, Context, Parsed

from .lake import contracts_folder, row, run, visible, write_ledger

__all__ = ["contracts_folder"]

KEYS = ApplicantKeys(b"a key of the tests")


@pytest.mark.parametrize(
    "identity",
    [
        "a/R02-0073",
        "a/R05-0012-001",
        "a/C0001/2026-05-01",
        "a/28500/2026-06-18T17:45:00.000",
        "a/https://example.jp/page/0000077270.html#row=0",
        "a/TNR2021-004/1",
        "a/https://example.jp/detail/a1d3f7d1-5849-46e0-b090-1234cbcfc3db",
        "a/20230001234",
    ],
)
def test_an_ordinary_identity_stays(identity: str) -> None:
    assert KEYS.identities(pa.array([identity, None])).to_pylist() == [identity, None]


@pytest.mark.parametrize(
    "cell",
    [
        "392987654321098",
        "392-9876-5432-1098",
        "090-1234-5678",
        "09012345678",
        "03(1234)5678",
        "someone@example.jp",
        "山田様",
        "届出者:山田花子",
        "本町1丁目2番3号",
        "普通 1234567",
        "Mrs Smith",
    ],
)
def test_personal_data_in_an_identity_is_hashed(cell: str) -> None:
    first, again, other = KEYS.identities(pa.array([f"a/{cell}/1", f"a/{cell}/1", f"a/{cell}/2"]))
    assert cell not in first.as_py() and first.as_py().startswith("a/")
    assert first == again != other
    assert ApplicantKeys(b"another").identities(pa.array([f"a/{cell}/1"]))[0] != first
    (elsewhere,) = KEYS.identities(pa.array([f"b/{cell}/1"])).to_pylist()
    assert elsewhere.split("/")[1] != first.as_py().split("/")[1]  # bodies cannot be linked
    assert ApplicantKeys().identities(pa.array([f"a/{cell}/1", "a/K-1"])).to_pylist() == [
        NO_HASH,
        "a/K-1",
    ]


@pytest.mark.parametrize("key", ["k", "fifteen bytes.."])
def test_a_key_that_can_be_guessed_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    path = write_ledger(tmp_path / "ledger_202304.csv", [row(1)])
    result = run("ingest", path, "--lake", tmp_path / "lake")
    assert result.exit_code == 2
    assert KEY_VARIABLE in result.output and "短すぎます" in result.output
    assert (
        "too short" in result.output and key not in result.output.replace(KEY_VARIABLE, "").split()
    )
    assert not (tmp_path / "lake").exists()


def test_a_personal_identity_needs_a_key(
    contracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    number = "392987654321098"
    path = write_ledger(tmp_path / "ledger_202304.csv", [row(1), row(3, 管理番号=number)])
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    result = run("ingest", path, "--lake", lake)
    assert result.exit_code == 0
    assert "鍵を設定して取り込み直してください" in result.output and KEY_VARIABLE in result.output
    assert [r["intake_id"] for r in visible(lake)] == ["test-ledger/C0001"]
    everything = b"".join(
        p.read_bytes() for p in lake.rglob("*") if p.is_file() and "raw" not in p.parts
    )
    assert number.encode() not in everything

    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests")
    assert run("ingest", path, "--lake", lake, "--reload").exit_code == 0
    assert [r["management_no"] for r in visible(lake)] == ["C0001", None]


@pytest.mark.parametrize(
    "cell", ["佐藤様", "佐藤花子", "三浦一郎", "佐藤様12", "a@b.jp", "Mr Smith 12"]
)
def test_a_name_is_no_management_number(cell: str) -> None:
    assert PARSERS["identifier"].function(cell, Context(), {}) == Parsed({}, ("TEXT_SCRUBBED",))


@pytest.mark.parametrize(
    "cell", ["C0001", "収5-123", "令5第12号", "12番", "R5-0012-001", "A", "K/12"]
)
def test_a_management_number_stays(cell: str) -> None:
    assert PARSERS["identifier"].function(cell, Context(), {}) == Parsed({"*": cell})


def test_a_file_name_with_a_person_is_warned_of(contracts: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"ledger_202304{name}.csv" for name in ("_佐藤様", "_令和5-6年")]
    for number, path in enumerate(paths, start=1):
        write_ledger(path, [row(number)])
    out = tmp_path / "summary.json"
    result = run("ingest", *paths, "--lake", tmp_path / "lake", "--summary", out)
    assert result.exit_code == 0 and "file's name seems to hold" in result.output
    told = {o["key"]: o["warnings"] for o in json.loads(out.read_text("utf-8"))["objects"]}
    assert told["raw/test-ledger/ledger_202304_令和5-6年.csv"] == []
    assert told["raw/test-ledger/ledger_202304_佐藤様.csv"][0]["ja"].startswith("ファイル名に")


def test_the_same_bytes_under_two_names_are_warned_of(contracts: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"ledger_20230{n}.csv" for n in (4, 5)]
    for path in paths:
        write_ledger(path, [row(1)])
    lake, out = tmp_path / "lake", tmp_path / "summary.json"
    first = run("ingest", paths[0], "--lake", lake)
    assert "same content" not in first.output
    run("ingest", paths[1], "--lake", lake, "--summary", out)
    (loaded,) = json.loads(out.read_text("utf-8"))["objects"]
    assert loaded["key"] == "raw/test-ledger/ledger_202305.csv"
    assert "raw/test-ledger/ledger_202304.csv" in loaded["warnings"][0]["en"]
    run("withdraw", "raw/test-ledger/ledger_202304.csv", "--lake", lake)
    again = run("ingest", paths[1], "--lake", lake, "--reload")
    assert "same content" not in again.output
