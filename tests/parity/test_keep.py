"""Figures kept in a folder and read again."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from parity.compare import compare
from parity.figures import Figures, from_rows
from parity.keep import NotKeptError, keep, kept

DECLARED = {
    "code": "character varying(6)",
    "share": "numeric(12,6)",
    "day": "date",
    "at": "timestamp without time zone",
    "is_open": "boolean",
    "rate": "double precision",
}
ROWS = [
    ("a", Decimal("0.333333"), date(2024, 4, 1), datetime(2024, 4, 1, 1, 2, 3, 4), True, 0.1 + 0.2),
    ("", None, None, None, None, None),
]


@pytest.fixture
def mart() -> Figures:
    return from_rows(("code",), DECLARED, ROWS)


def test_what_was_kept_comes_back(tmp_path: Path, mart: Figures) -> None:
    keep(tmp_path / "new" / "kept", {"one": mart, "two": mart})
    back = kept(tmp_path / "new" / "kept")
    assert back.keys() == {"one", "two"}
    assert (back["one"].key, back["one"].declared) == (mart.key, mart.declared)
    assert compare("one", mart, back["one"]).is_same
    assert back["one"].rows.to_pylist() == mart.rows.to_pylist()


def test_keeping_again_replaces_the_folder(tmp_path: Path, mart: Figures) -> None:
    keep(tmp_path / "kept", {"one": mart, "two": mart})
    keep(tmp_path / "kept", {"three": mart})
    assert kept(tmp_path / "kept").keys() == {"three"}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_failed_keeping_leaves_the_old_folder(
    tmp_path: Path, mart: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path / "kept", {"one": mart})

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="no space"):
        keep(tmp_path / "kept", {"two": mart})
    assert kept(tmp_path / "kept").keys() == {"one"}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("names", [[], ["notes.txt"], ["one.parquet", "notes.txt"]])
def test_a_folder_of_something_else_is_not_kept_figures(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(NotKeptError, match="保存された数値がありません"):
        kept(tmp_path)


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path, mart: Figures) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotKeptError):
        keep(tmp_path, {"one": mart})
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_parquet_file_of_another_origin(tmp_path: Path, mart: Figures) -> None:
    pq.write_table(mart.rows, tmp_path / "one.parquet")
    with pytest.raises(NotKeptError):
        kept(tmp_path)
