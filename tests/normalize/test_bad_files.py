"""A batch with bad files of every kind: each is named with a sentence, and the good ones are loaded."""

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catdata.loads import Ledger, layout
from catdata.storage import Storage

from .lake import CONTRACT, HEADER, contracts_folder, row, run, visible

__all__ = ["contracts_folder"]

FORMATS = ("xlsx", "xls", "json", "jsonl", "parquet")
PERSON = "山田花子"


def contract() -> str:
    """The test contract with one table more for every format, over the same columns."""
    head, tables = CONTRACT.split("tables:\n")
    more = [
        tables.replace("name: ledger", f"name: {format}")
        .replace(r".*\.csv", rf".*\.{format}")
        .replace("format: csv", f"format: {format}")
        for format in FORMATS
    ]
    return head + "tables:\n" + tables + "".join(more)


def csv(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *rows]) + "\r\n"


def xlsx(*rows: str, formula: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    for line in (HEADER, *rows):
        book.active.append(line.split(","))
    if formula is not None:
        book.active["B2"] = formula
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def parquet(*rows: str) -> bytes:
    names = HEADER.split(",")
    table = pa.Table.from_pylist([dict(zip(names, r.split(","), strict=True)) for r in rows])
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def objects(*rows: str) -> list[dict[str, str]]:
    return [dict(zip(HEADER.split(","), r.split(","), strict=True)) for r in rows]


TWO = (row(1), row(2))
GOOD: dict[str, bytes] = {
    "ledger_202304.csv": csv(*TWO).encode("cp932"),
    "ledger_202305.xlsx": xlsx(row(3), row(4)),
    "ledger_202306.json": json.dumps(objects(row(5), row(6))).encode(),
    "ledger_202307.jsonl": "\n".join(map(json.dumps, objects(row(7), row(8)))).encode(),
    "ledger_202308.parquet": parquet(row(9), row(10)),
    "ledger_202309_x.csv": csv(row(11), row(12)).encode("utf-16"),
}
LATE = csv(*(row(n) for n in range(2_000)), header=HEADER)
BAD: dict[str, tuple[bytes, str]] = {
    "ledger_202401_empty.csv": (b"", "The file is empty"),
    "ledger_202401_renamed.csv": (csv(*TWO).replace("毛色", "色", 1).encode("cp932"), "missing: 毛色"),
    "ledger_202401_headless.csv": ("\r\n".join(TWO).encode("cp932"), "missing: 管理番号"),
    "ledger_202401_mixed.csv": (csv(*TWO).encode("cp932") + b"\x81\xff", "row 4"),
    "ledger_202401_late.csv": (LATE.encode("cp932") + b"C,\x81\xff,,,,,,,,\r\n", "row 2002"),
    "ledger_202401_quote.csv": (csv(row(1), row(2, 毛色='"黒')).encode("cp932"), "row 3"),
    "ledger_202401_nul.csv": (csv(row(1, 毛色="\0")).encode(), "NUL"),
    "ledger_202401_wide.csv": (csv(*TWO, header=HEADER + ",x" * 10_000).encode(), "Too many columns"),
    "ledger_202401_huge.csv": (csv(row(1, 毛色="黒" * 1_100_000)).encode(), "too large"),
    "ledger_202401_html.xls": (f"<html><td>{PERSON}</td></html>".encode(), "a web page"),
    "ledger_202401_text.xlsx": (csv(*TWO).encode("cp932"), "text such as CSV"),
    "ledger_202401_cut.xlsx": (xlsx(*TWO)[:3_000], "cannot be opened as an Excel workbook"),
    "ledger_202401_formula.xlsx": (xlsx(*TWO, formula="=TODAY()"), "result is not stored"),
    "ledger_202401_cut.json": (json.dumps(objects(*TWO)).encode()[:-20], "not valid JSON"),
    "ledger_202401_object.json": (b'{"a": 1}', "JSON array"),
    "ledger_202401_cut.jsonl": (json.dumps(objects(*TWO)[0]).encode()[:-20], "not valid JSON"),
    "ledger_202401_cut.parquet": (parquet(*TWO)[:-9], "as Parquet"),
    "ledger_202401_bomb.zip": (zipped("ledger_202401.csv", bytes(64 << 20)), "zip bomb"),
    "ledger_202401_tricks.zip": (zipped("../ledger_202401.csv", b"x"), "leads out"),
    "ledger_202401_inside.zip": (zipped("ledger_202401.csv", b"x,y\n"), "missing"),
    "ledger_202401_none.zip": (b"PK", "cannot be opened as a zip"),
}  # fmt: skip


@pytest.mark.usefixtures("contracts")
def test_bad_files_are_named_and_the_others_loaded(tmp_path: Path, contracts: Path) -> None:
    (contracts / "test-ledger.yaml").write_text(contract(), encoding="utf-8")
    incoming, lake = tmp_path / "in", tmp_path / "lake"
    incoming.mkdir()
    for name, data in {**GOOD, **{name: data for name, (data, _) in BAD.items()}}.items():
        (incoming / name).write_bytes(data)
    summary = tmp_path / "summary.json"
    result = run(
        "ingest", incoming, "--lake", lake, "--engine", "local", "--source", "test-ledger",
        "--summary", summary,
    )  # fmt: skip
    assert result.exit_code == 1, result.output
    told = json.loads(summary.read_text(encoding="utf-8"))
    by_name = {o["key"].rpartition("/")[2]: o for o in told["objects"]}
    assert {name: o["status"] for name, o in by_name.items()} == {
        **dict.fromkeys(GOOD, "committed"), **dict.fromkeys(BAD, "failed"),
    }  # fmt: skip
    for name, (_, part) in BAD.items():
        assert part in by_name[name]["error_en"], (name, by_name[name]["error_en"])
        assert any(ord(c) > 0x3000 for c in by_name[name]["error_ja"])
        assert name in result.output
    assert PERSON not in result.output + summary.read_text(encoding="utf-8")
    assert "Traceback" not in result.output

    storage = Storage(str(lake))
    assert sorted(r["source_object"].rpartition("/")[2] for r in visible(lake)) == sorted(  # type: ignore[attr-defined]
        [*GOOD, *GOOD]
    )
    heads = list(Ledger(storage).heads())
    assert {head.source_object.rpartition("/")[2] for head in heads} == set(GOOD)
    assert all(h.rows_in == h.rows_accepted + h.rows_rejected + h.rows_excluded for h in heads)
    loads = {head.load_id for head in heads}
    files = [layout.parse_data_file(i.key) for i in storage.list("normalized")]
    left = [f for f in files if f is not None and f.load_id not in loads]
    assert left == [], "a failed load left rows behind"


@pytest.mark.usefixtures("contracts")
def test_a_correction_that_cannot_be_read_leaves_the_earlier_figures(tmp_path: Path) -> None:
    path, lake = tmp_path / "ledger_202304.csv", tmp_path / "lake"
    path.write_bytes(csv(*TWO).encode("cp932"))
    assert run("ingest", path, "--lake", lake, "--engine", "local").exit_code == 0
    before = visible(lake)
    path.write_bytes((csv(row(1)) + '2,"').encode("cp932"))
    result = run("ingest", path, "--lake", lake, "--engine", "local")
    assert result.exit_code == 1
    assert "never closed" in result.output
    assert visible(lake) == before
