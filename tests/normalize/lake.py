"""A small lake for the job's tests: one contract of its own, files of a few rows, and what is visible."""

import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from catdata.cli import commands
from catdata.loads import Ledger, layout
from catdata.storage import Storage

CONTRACT = r"""
source_id: test-ledger
title: 試験台帳
title_en: Test ledger
publisher: 試験市
body: {code: "990019", name: 試験市, kind: city, fictional: true}
tables:
  - name: ledger
    file: 'ledger_(?P<period>\d{6}).*\.csv'
    format: csv
    columns:
      管理番号: {parser: identifier, as: management_no}
      収容日: {parser: date, as: intake_date}
      収容区分: {parser: code, as: intake_type}
      毛色: {parser: coat}
      性別: {parser: sex}
      年齢: {parser: age}
      転帰: {parser: code, as: outcome_type}
      転帰日: {parser: date, as: outcome_date}
      種類: {use: true}
      拾得者: {personal: name}
    exclude:
      - {when: {種類: 犬}, reason: OTHER_SPECIES}
    totals: {label: 管理番号, counts: rows}
    records:
      - {entity: shelter_intake, id: [管理番号]}
      - {entity: outcome, id: [管理番号], when: {転帰: filled}}
"""
HEADER = "管理番号,収容日,収容区分,種類,毛色,性別,年齢,転帰,転帰日,拾得者"


def row(number: int, **cells: str) -> str:
    """Return one line of a ledger; cells not given are ordinary."""
    values = {
        "管理番号": f"C{number:04d}",
        "収容日": f"令和5年{number % 12 + 1}月{number % 28 + 1}日",
        "収容区分": "所有者不明",
        "種類": "猫",
        "毛色": "キジトラ",
        "性別": "メス",
        "年齢": "約3か月",
        "転帰": "譲渡" if number % 2 else "",
        "転帰日": "2024/02/01" if number % 2 else "",
        "拾得者": "山田花子",
    } | cells
    return ",".join(values[name] for name in HEADER.split(","))


def write_ledger(path: Path, rows: Iterable[str], encoding: str = "cp932") -> Path:
    """Write a ledger file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join([HEADER, *rows]) + "\r\n").encode(encoding))
    return path


@pytest.fixture(name="contracts")
def contracts_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test contract, found by the product beside its own."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "test-ledger.yaml").write_text(CONTRACT, encoding="utf-8")
    monkeypatch.setenv("CATDATA_CONTRACTS", str(folder))
    return folder


def run(*arguments: str | Path) -> Result:
    """Run the product's command line in this process."""
    return CliRunner().invoke(commands, [os.fspath(a) for a in arguments], catch_exceptions=False)


def visible(lake: Path, entity: str = "shelter_intake") -> list[dict[str, object]]:
    """Return the rows of an entity that a reader sees by the rule of decision 0001."""
    storage = Storage(str(lake))
    heads = [head for head in Ledger(storage).heads() if head.visible]
    loads = {(head.source_object, head.load_id) for head in heads}
    rows: list[dict[str, object]] = []
    for info in storage.list(f"{layout.NORMALIZED}/{entity}"):
        table = pq.read_table(storage.open(info.key))
        partition = dict(part.split("=") for part in info.key.split("/") if "=" in part)
        rows += [
            r | partition for r in table.to_pylist() if (r["source_object"], r["load_id"]) in loads
        ]
    return sorted(rows, key=lambda r: (str(r["source_object"]), int(str(r["source_row"]))))
