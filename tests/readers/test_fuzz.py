"""Damaged files of every format: a sentence or rows, never another error, hanging or much memory."""

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from catdata.readers import ReadError

from .reading import read_all, table

NAMES = ["管理番号", "毛色"]
SECRET = "山田花子"
ROWS = [[f"C{i:03}", SECRET if i % 3 else "キジ\n白"] for i in range(40)]
MEMORY = 6 << 30
"""Address space of the child, most of which Arrow only reserves."""


def _csv(encoding: str) -> bytes:
    lines = [",".join(NAMES), *(f'{a},"{b}"' for a, b in ROWS)]
    return "\r\n".join(lines).encode(encoding)


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in [NAMES, *ROWS]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台帳")
    for r, row in enumerate([NAMES, *ROWS]):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    columns = {name: [row[i] for row in ROWS] for i, name in enumerate(NAMES)}
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f1.csv", _csv("cp932"))
    return buffer.getvalue()


RECORDS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
FILES: dict[str, tuple[str, str, bytes]] = {
    "cp932": ("csv", "f.csv", _csv("cp932")),
    "utf-8": ("csv", "f.csv", _csv("utf-8-sig")),
    "utf-16": ("csv", "f.csv", _csv("utf-16")),
    "xlsx": ("xlsx", "f.xlsx", _xlsx()),
    "xls": ("xls", "f.xls", _xls()),
    "json": ("json", "f.json", json.dumps(RECORDS, ensure_ascii=False).encode()),
    "jsonl": ("jsonl", "f.jsonl", "\n".join(map(json.dumps, RECORDS)).encode()),
    "parquet": ("parquet", "f.parquet", _parquet()),
    "zip": ("csv", "f.zip", _zip()),
}


def _truncated(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 30])):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwritten(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + rng.randbytes(rng.randrange(1, 60)) + data[start + 20 :]


def _random(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.choice([0, 4, 8])] + rng.randbytes(rng.randrange(1, 3000))


DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _truncated, _flipped, _overwritten, _random,
)  # fmt: skip


def fuzz(name: str, rounds: int) -> int:
    """Read damaged copies of a file; return how many were refused. Any error but ReadError is raised."""
    format, key, data = FILES[name]
    contract = table(format, NAMES)
    refused = 0
    for seed in range(rounds):
        rng = random.Random(f"{name}{seed}")
        damaged = DAMAGES[seed % len(DAMAGES)](rng, data)
        try:
            read_all(damaged, contract, key=key, split_bytes=rng.choice([100, 1 << 20]))
        except ReadError as error:
            refused += 1
            assert error.key.startswith(key), error
            assert any(ord(c) > 0x3000 for c in error.ja), error.ja
            assert error.en.isprintable(), error.en
            assert not any(word in str(error) for word in (SECRET, "Traceback", "Error("))
        except BaseException as error:
            raise AssertionError(f"{name}, seed {seed}: {type(error).__name__}") from error
    return refused


@pytest.mark.parametrize("name", FILES)
def test_a_whole_file_is_read(name: str) -> None:
    format, key, data = FILES[name]
    assert read_all(data, table(format, NAMES), key=key).rows == [tuple(row) for row in ROWS]


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_give_a_sentence(name: str) -> None:
    """In a child of bounded memory and time, since a library may abort the whole process."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))"
    code = f"{limit}\nfrom readers.test_fuzz import fuzz\nprint(fuzz({name!r}, 160))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[-1]) > 20
