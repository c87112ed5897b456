"""Files with unmistakable personal data in them, made from the columns of every shipped contract."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import find
from hypothesis import strategies as st

from catdata.contracts.model import Column, Contract, Table

NAME, MAIL = "鰐淵権左衛門", "planted.marker@example.jp"
PHONE, CHIP, ACCOUNT = "090-8765-4321", "392987654321098", "7654321"
STREET = "白金坂9丁目87番地65号"
CONTACTS = f"電話 {PHONE}、{MAIL}、チップ {CHIP}、口座番号 {ACCOUNT}"
LABELLED = f"届出者：{NAME}、{NAME[:2]}様"
ALL = f"{NAME} {STREET} {CONTACTS}"
# What must be nowhere; a street's town block may stand, what follows it may not.
MARKERS = (
    NAME, NAME[:2], NAME[2:], MAIL, "planted.marker", PHONE, "8765-4321", "09087654321",
    CHIP, ACCOUNT, "87番地",
)  # fmt: skip

# Names of files whose contract takes a period from the name; others are any that the pattern allows.
_NAMES = {
    "jp-oneco": "20260601T000000.json",
    "sample-kazemachi-intake": "収容台帳_令和7年度_風待市.csv",
    "sample-kazemachi-tnr": "不妊去勢手術助成申請台帳_令和7年度_風待市.csv",
    "sample-kazemachi-complaint": "苦情受付簿_令和7年度_風待市.csv",
}
_VALUES = {
    "date": "2026-05-01",
    "fiscal_year": "令和7年度",
    "birth_date": "2025-05-01",
    "count": "2",
    "statistic": "5",
    "yen": "5000",
    "age": "3",
    "sex": "メス",
    "coat": "キジトラ",
    "place": "本町1丁目",
    "municipality": "東京都",
    "categories": "鳴き声",
}

# Columns whose ordinary cell their contract does not tell.
_ORDINARY = {
    "pref": "北海道",
    "area": "札幌市",
    "period_as_published": "平成30年度",
    "metric_as_published": "猫 引取り",
    "category": "sheltered",
    "source_url": "https://www.city.chiba.jp/cat",
    "prefecture": "千葉県",
}


def tables(contracts: dict[str, Contract]) -> Iterator[tuple[Contract, Table]]:
    """Give every table of text files whose rows are as wide as its contract's columns."""
    for contract in contracts.values():
        for table in contract.tables:
            if table.format in ("csv", "json") and table.blocks is None:
                yield contract, table


def plant(contract: Contract, table: Table, folder: Path) -> Path:
    """Write a file of ordinary rows, one for each column with personal data in that column."""
    name = _NAMES.get(contract.source_id) or find(
        st.from_regex(table.file, fullmatch=True), lambda found: found.isascii()
    )
    columns = {n: c for n, c in table.columns.items() if not n.startswith("@")}
    for source in [p.column for p in table.parts.values()] + [
        n for c in table.combined for n in c.columns
    ]:
        if not source.startswith("@"):
            columns.setdefault(source, Column(use=True))
    ordinary = {n: _ordinary(n, c, table) for n, c in columns.items()} | {"契約にない列": ""}
    rows = [ordinary | _numbered(table, 0)]
    for number, column in enumerate(ordinary, 1):
        dirty = _dirty(column, columns.get(column), table)
        rows.append(ordinary | _numbered(table, number) | {column: dirty})
    path = folder / name
    path.write_bytes(_file(rows, table))
    return path


def _ordinary(name: str, column: Column, table: Table) -> str:
    for exclusion in table.exclude:
        condition = exclusion.when.get(name)
        if isinstance(condition, str) and condition.startswith("!") and len(exclusion.when) == 1:
            return condition.strip("!/").split("|")[0]
    if column.parser in ("date", "birth_date") and column.args.get("order") == "mdy":
        return "05/01/2025"
    if name in _ORDINARY:
        return _ORDINARY[name]
    plain = [code for code in column.codes if not code.startswith("/") and code != "*"]
    return plain[0] if plain else _VALUES.get(column.parser or "", "")


def _numbered(table: Table, number: int) -> dict[str, str]:
    """Cells that keep the rows apart: those of the identity that hold no value of a kind."""
    free = {
        name
        for record in table.records
        for one in record.alternatives
        for name in one
        if name in table.columns and not name.startswith("@")
    } | {p.column for p in table.parts.values() if f"@part.{p.column}" not in table.columns}
    excluded = {name for e in table.exclude for name in e.when}
    texts = ("", "identifier", "text")
    return {
        name: f"N{number}"
        for name in sorted(free - excluded)
        if name in table.columns and (table.columns[name].parser or "") in texts
    }


def _dirty(name: str, column: Column | None, table: Table) -> str:
    if column is None or column.ignore or (column.personal and not column.parser):
        return ALL
    if column.personal == "chip":
        return CHIP
    parsers = {column.parser} | {
        table.columns[f"@part.{part}"].parser
        for part, taken in table.parts.items()
        if taken.column == name and f"@part.{part}" in table.columns
    }
    # Short texts are names of facilities and areas, where a person's name looks like any other.
    return CONTACTS if parsers & {"text", "identifier"} else f"{LABELLED}、{STREET}、{CONTACTS}"


def _file(rows: list[dict[str, str]], table: Table) -> bytes:
    if table.format == "json":
        return json.dumps(rows, ensure_ascii=False).encode()
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=table.delimiter or ",")
    writer.writeheader()
    writer.writerows(rows)
    first, *_ = rows
    blank = dict.fromkeys(first, "")
    label = next(iter(first))
    writer.writerow(blank | {label: f"（注）問合せは {NAME}様 {CONTACTS}"})
    encoding = re.sub("^utf-8$", "utf-8-sig", table.encoding or "utf-8")
    return out.getvalue().encode(encoding)


def odd_files(folder: Path) -> None:
    """Write files that fail, each with personal data where a message might quote it."""
    ledger = "収容台帳_令和{}年度_風待市.csv"
    row = f"{NAME},{PHONE},{MAIL},{STREET},{CHIP}\r\n"
    (folder / ledger.format(11)).write_bytes((row * 3).encode("cp932"))
    (folder / ledger.format(12)).write_bytes(row.encode("cp932") + b"\x81\xff\xa0\xfd" * 9)
    (folder / ledger.format(13)).write_bytes(f'管理番号,収容日\r\n"{row}'.encode("cp932"))
    (folder / "星見市_収容台帳_令和11年度.xlsx").write_bytes(b"PK\x03\x04" + row.encode())
    (folder / "架空県収容動物台帳R11.xls").write_bytes(row.encode("cp932"))
    (folder / "20260701T000000.json").write_bytes(f'[{{"species": "{NAME} {CONTACTS}'.encode())
    (folder / "誰も知らない表.csv").write_bytes(row.encode())
