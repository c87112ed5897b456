"""A large CP932 ledger for the benchmark: a block of distinct rows repeated under new numbers."""

from pathlib import Path
from random import Random

from catdata.samples.bodies import KAZEMACHI
from catdata.samples.ledgers import CSV_HEADER, csv_cells
from catdata.samples.sheet import Sheet, to_csv
from catdata.samples.world import ALL_YEARS, animals, with_defects

BLOCK_ROWS = 100_000
# A repeated header, a subtotal and a blank row (at the end of the file: the total).
_SPECIAL_ROWS = 3


def write_ledger(path: Path, rows: int, seed: int = 20260401) -> None:
    """Write a ledger of 13 columns and that many source rows below its header.

    Every block of 100,000 rows has the same cells but its own 管理番号, all seven fiscal years,
    56 rows with a defect, a repeated header and a subtotal. Raises ValueError where `rows` is no
    multiple of the block.
    """
    if rows % BLOCK_ROWS or rows <= 0:
        raise ValueError(f"rows: found {rows}, expected a multiple of {BLOCK_ROWS}")
    tails = _tails(seed)
    head = f"令和７年度　収容台帳　{KAZEMACHI.facilities[0]}{',' * (len(CSV_HEADER) - 1)}\r\n"
    header = ",".join(CSV_HEADER) + "\r\n"
    blanks = "," * (len(CSV_HEADER) - 2)
    subtotal = f"小計,{len(tails)}頭{blanks}\r\n".encode("cp932")
    total = f"合計,{len(tails) * (rows // BLOCK_ROWS)}頭{blanks}\r\n".encode("cp932")
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write((head + header).encode("cp932"))
        for block in range(rows // BLOCK_ROWS):
            first = block * BLOCK_ROWS
            file.write(b"".join(b"K%08d%b" % (first + n, tail) for n, tail in enumerate(tails)))
            file.write(subtotal)
            last = first + BLOCK_ROWS == rows
            file.write(total if last else b"," * (len(CSV_HEADER) - 1) + b"\r\n")
            file.write(header.encode("cp932"))
    partial.replace(path)


def _tails(seed: int) -> list[bytes]:
    """Return the rows of one block without their first cell, as CP932 lines."""
    rng = Random(f"{seed}:bulk")
    wanted = BLOCK_ROWS - _SPECIAL_ROWS
    stays = animals(rng, KAZEMACHI, 1.1 * wanted / (KAZEMACHI.yearly_intakes * len(ALL_YEARS)))
    while len(stays) < wanted:
        stays += stays
    chosen = sorted(rng.sample(range(len(stays)), wanted))
    stays = with_defects(rng, [stays[i] for i in chosen], ALL_YEARS)
    sheet = Sheet()
    sheet.head(*(["", *csv_cells(rng, KAZEMACHI, stay)[1:]] for stay in stays))
    return to_csv(sheet, "cp932").splitlines(keepends=True)
