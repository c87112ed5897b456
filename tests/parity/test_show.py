"""What people read: the page for a pull request to the letter, the table at the terminal.

CATDATA_GOLDEN=write pytest tests/parity/test_show.py writes the page anew.
"""

import io
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console

from parity.compare import Comparison, compare
from parity.figures import from_rows
from parity.show import engines_table, markdown

GOLDEN = Path(__file__).parent / "golden" / "data_diff.md"
DECLARED = {"municipality_code": "varchar", "fiscal_year": "integer", "name": "varchar", "rate": "decimal(12,6)"}  # fmt: skip
Rows = Sequence[tuple[Any, ...]]
BEFORE: Rows = [
    ("131016", 2023, "千代田区", Decimal("0.333333")),
    ("131016", 2024, "千代田区", None),
    ("141003", 2023, "横浜市", Decimal("0.5")),
    ("999001", 2023, "小|町", Decimal("0.5")),
]
AFTER: Rows = [
    ("131016", 2023, "千代田区", Decimal("0.333334")),
    ("131016", 2024, "", None),
    ("999001", 2023, None, Decimal("0.25")),
    ("999002", 2023, "新町", Decimal("1")),
]


def compared(mart: str, left: Rows, right: Rows, **types: str) -> Comparison:
    key = ("municipality_code", "fiscal_year")
    return compare(mart, from_rows(key, DECLARED, left), from_rows(key, DECLARED | types, right))


def page() -> str:
    return markdown(
        [
            compared("mart_a", BEFORE, AFTER),
            compared("mart_b", BEFORE, BEFORE),
            compared("mart_c", BEFORE, [*BEFORE, BEFORE[0]]),
        ],
        added=["mart_new"],
        removed=["mart_old"],
    )


def test_the_data_diff_to_the_letter() -> None:
    if os.environ.get("CATDATA_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(page(), "utf-8")
    assert page() == GOLDEN.read_text("utf-8")


def test_no_change() -> None:
    text = markdown([compared("mart_b", BEFORE, BEFORE)], [], [])
    assert text.splitlines()[2:] == ["変化なし / no change"]


def shown(*found: Comparison) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(engines_table("local", {"athena": found}))
    return out.getvalue()


def test_the_table_shows_differing_rows_side_by_side() -> None:
    text = shown(compared("mart_a", BEFORE, AFTER), compared("mart_b", BEFORE, BEFORE))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "mart_b 4 4 同一 / same" in lines
    assert "mart_a 4 4 相違 / differs: 行 / rows -1 +1, 値 / cells 4" in lines
    assert "mart_a: local | athena" in lines
    assert "municipality_code='131016', fiscal_year=2023: rate 0.333333 0.333334" in lines
    assert "municipality_code='999001', fiscal_year=2023: name '小|町' null" in lines
    assert "municipality_code='999002', fiscal_year=2023 行なし / no row 行あり / row" in lines


def test_the_table_shows_types_and_repeated_keys() -> None:
    text = shown(
        compared("mart_t", BEFORE[1:2], BEFORE[1:2], rate="double"),
        compared("mart_r", BEFORE, [*BEFORE, BEFORE[0]]),
    )
    assert "型 / types 1" in text and "decimal(12,6)" in text
    assert "重複 / repeated keys 1" in text


def test_text_of_the_data_is_never_markup() -> None:
    odd: Rows = [("1", 1, "[red]x[/nothing]", None)]
    assert "[red]x[/nothing]" in shown(compared("m", odd, [("1", 1, "y", None)]))
