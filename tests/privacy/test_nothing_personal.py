"""Personal data planted in every source reaches no byte of any output but raw/."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from catdata.contracts.load import load_contracts
from catdata.samples.generate import generate
from privacy.planting import CHIP, MARKERS, NAME, odd_files, plant, tables

ROOT = Path(__file__).resolve().parents[2]
ENCODINGS = ("utf-8", "cp932", "utf-16-le")


@dataclass(frozen=True)
class Planted:
    """Everything that the commands wrote and printed, and what was planted before.

    `folder` holds sent/ and the lake with raw/; `written` all other bytes, and Parquet and DuckDB files
    once more as text, as their bytes are compressed.
    """

    folder: Path
    summary: dict[str, object]
    personal: tuple[str, ...]

    def raw(self) -> bytes:
        """Return every byte of raw/."""
        return b"".join(p.read_bytes() for p in sorted((self.folder / "lake/raw").rglob("*.*")))

    def written(self, *texts: str) -> set[str]:
        """Return the names of the files outside raw/ that hold any of some texts, in any encoding.

        A text that stands in the name of a file counts as well.
        """
        patterns = {_bytes(text, e) for text in texts for e in ENCODINGS}
        listed = self.folder / "patterns"
        listed.write_bytes(b"\n".join(sorted(p for p in patterns if b"\n" not in p)) + b"\n")
        search = ["grep", "-raFl", "--exclude-dir=raw", "--exclude-dir=sent", "--exclude=patterns"]
        env = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [*search, "-f", listed, "."], cwd=self.folder, env=env, capture_output=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        names = {str(p.relative_to(self.folder)) for p in self.folder.rglob("*")}
        named = {n for n in names if any(text in n for text in texts)}
        return {os.fsdecode(n).removeprefix("./") for n in done.stdout.splitlines()} | {
            n for n in named if not n.startswith(("lake/raw/", "sent/"))
        }


def _decode(folder: Path) -> None:
    """Write the rows of every Parquet and DuckDB file as text beside it."""
    for path in [p for p in folder.rglob("*.parquet") if "raw" not in p.parts]:
        rows = pq.ParquetFile(path).read().to_pylist()
        path.with_suffix(".rows").write_text(repr(rows), "utf-8")
    for path in folder.rglob("*.duckdb"):
        path.with_suffix(".rows").write_bytes(_database(path))


def _database(path: Path) -> bytes:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables").fetchall()
        return "".join(
            repr(connection.execute(f'select * from "{name}"').fetchall()) for (name,) in names
        ).encode()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Run every command of the product over files full of personal data."""
    folder = tmp_path_factory.mktemp("privacy")
    samples, dirty, odd = (folder / "sent" / n for n in ("samples", "dirty", "odd"))
    for place in (samples, dirty, odd, folder / "tmp"):
        place.mkdir(parents=True)
    files, truth = generate(7, 0.2)
    for file in files:
        if file.folder == "first":
            (samples / file.name).write_bytes(file.content)
    for contract, table in tables(load_contracts()):
        plant(contract, table, dirty)
    odd_files(odd)
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "glue"),
        "CATDATA_LAKE": str(folder / "lake"),
        "CATDATA_DUCKDB": str(folder / "marts.duckdb"),
        "CATDATA_APPLICANT_KEY": "a key of the tests",
        # Whatever Spark and its workers leave behind is searched too.
        "TMPDIR": str(folder / "tmp"),
        "SPARK_LOCAL_DIRS": str(folder / "tmp"),
    }
    catdata = [sys.executable, "-m", "catdata.cli"]
    dbt = [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", str(ROOT)]
    summary = folder / "summary.json"
    steps: list[tuple[list[str], int]] = [
        ([*catdata, "ingest", str(samples), "--engine", "local"], 0),
        ([*catdata, "ingest", str(dirty), "--engine", "spark", "--summary", str(summary)], 0),
        ([*catdata, "ingest", str(odd), "--engine", "local"], 1),
        ([*catdata, "compact", "--min-files", "2"], 0),
        ([*catdata, "expire", "--keep-days", "1"], 0),
        ([*dbt, "--target-path", str(folder / "dbt"), "--log-path", str(folder / "logs")], 0),
        ([*catdata, "report", "--out", str(folder / "report")], 0),
        ([*catdata, "figures", "--database", str(folder / "marts.duckdb")], 0),
    ]
    output = ""
    for command, expected in steps:
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        output += done.stdout + done.stderr
        assert done.returncode == expected, output
    (folder / "output.txt").write_text(output, "utf-8")
    _decode(folder)
    personal = (*MARKERS, *truth["personal"])
    return Planted(folder, json.loads(summary.read_text("utf-8")), personal)


def test_the_data_was_really_planted(planted: Planted) -> None:
    raw = planted.raw()
    assert all(text.encode() in raw for text in (NAME, CHIP))
    assert NAME.encode("cp932") in raw


def test_rows_with_personal_data_were_really_loaded(planted: Planted) -> None:
    objects = planted.summary["objects"]
    assert isinstance(objects, list)
    told = {o["source_id"]: (o["status"], o["rows_accepted"] > 0) for o in objects}
    assert set(told.values()) == {("committed", True)}, told
    flags = [o["flags"].get("TEXT_SCRUBBED", 0) for o in objects]
    assert sum(flags) > 0
    assert sum(o["rows_rejected"] for o in objects) > 0


def test_no_output_holds_personal_data(planted: Planted) -> None:
    assert planted.written(*planted.personal) == set()


def test_the_search_sees_what_outputs_hold(planted: Planted) -> None:
    """What may stand, stands in every kind of output, so that the search above looks at them."""
    seen = planted.written("風待市", "990001")
    assert {"output.txt", "marts.rows", "report/index.html"} <= seen
    assert any(n.startswith("lake/normalized") for n in seen)
    assert any(n.startswith("lake/loads") for n in seen)
    scrubbed = planted.written("〔削除〕")
    assert any(n.startswith("lake/quarantine") and n.endswith(".rows") for n in scrubbed)


def _bytes(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8")
