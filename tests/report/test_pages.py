"""The report pages as a reader gets them: by the real commands, over a lake of several stories."""

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from catdata.cli import commands
from catdata.contracts.load import load_contracts
from catdata.loads import Ledger
from catdata.report.pages import pages, rejected_examples, render
from catdata.storage import Storage

CONTRACT = r"""
source_id: test-ledger
title: <b>試験</b>台帳
title_en: Test ledger
publisher: 試験市
body: {code: "990019", name: 試験市, kind: city, fictional: true}
freshness: {warn_after_days: 10, error_after_days: 20}
tables:
  - name: ledger
    file: 'ledger.*\.csv'
    format: csv
    columns:
      番号: {parser: identifier, as: management_no}
      収容日: {parser: date, as: intake_date}
      区分: {parser: code, as: intake_type}
      備考: {use: true}
    totals: {label: 番号, counts: rows, value: 収容日}
    records: [{entity: shelter_intake, id: [番号]}]
"""
ROWS = """番号,収容日,区分,備考
1,令和5年4月1日,所有者不明,
2,令和5年2月30日,所有者不明,<script>alert(1)</script>
3,令和5年5月1日,よそから<i>,
合計,4,,
"""


class Reader(HTMLParser):
    """Collects the tags, attributes and texts of a page, and checks that tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.texts.append(" " if tag in ("td", "th", "span") else "")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


def run(*arguments: str | Path) -> None:
    result = CliRunner().invoke(commands, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code in (0, 1), result.output


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Reader]]:
    """A lake with one loaded, one withdrawn and one unmatched file; gives the pages by name."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/test-ledger.yaml").write_text(CONTRACT, "utf-8")
    monkeypatch.setenv("CATDATA_CONTRACTS", str(tmp_path / "contracts"))
    monkeypatch.setenv("CATDATA_LAKE", str(tmp_path / "lake"))
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "ledger_1.csv").write_text(ROWS, "utf-8")
    (sent / "ledger_2.csv").write_text(ROWS.replace("\n1,", "\n9,"), "utf-8")
    (sent / "知らない表.csv").write_text("a,b\n1,2\n", "utf-8")
    run("ingest", sent)
    run("withdraw", "raw/test-ledger/ledger_2.csv")

    def written() -> dict[str, Reader]:
        run("report", "--out", tmp_path / "report")
        return {p.name: Reader(p.read_text("utf-8")) for p in (tmp_path / "report").iterdir()}

    return written


def test_a_page_shows_what_became_of_every_row(report: Callable[[], dict[str, Reader]]) -> None:
    page = report()["test-ledger.html"]
    assert "入力 4 行 ＝ 採用 2 ＋ 却下 1 ＋ 除外 1" in page.text
    assert "必須の日付を読めない a required date cannot be read INVALID_DATE 1 " in page.text
    assert "必須の日付を読めない（収容日）" in page.text
    assert "コード表にない値 a spelling that no code list has" in page.text
    assert "よそから<i>" in page.text
    assert "totals compared : 1 " in page.text and "合計 4 2 " in page.text
    assert "ledger_2.csv 2 取下げ" in page.text


def test_cells_are_text_and_never_markup(report: Callable[[], dict[str, Reader]]) -> None:
    for page in report().values():
        assert page.open == []
        assert not {tag for tag, _ in page.tags} & {"script", "b", "i", "img", "iframe"}
    page = report()["test-ledger.html"]
    assert "<script>alert(1)</script>" in page.text and "<b>試験</b>台帳" in page.text


def test_pages_load_nothing_and_link_only_each_other(
    report: Callable[[], dict[str, Reader]],
) -> None:
    written = report()
    for page in written.values():
        assert not [a for _, attrs in page.tags for a in attrs if a in ("src", "srcset", "action")]
        assert "link" not in dict(page.tags)
        links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
        assert links and set(links) <= set(written)


def test_pages_can_be_read_by_everyone(report: Callable[[], dict[str, Reader]]) -> None:
    for page in report().values():
        tags = [tag for tag, _ in page.tags]
        assert dict(page.tags)["html"]["lang"] == "ja"
        assert tags.count("h1") == 1 and tags.count("title") == 1
        assert tags.count("caption") == tags.count("table") > 0
        assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.tags if tag == "th")


def test_the_index_names_files_without_a_contract(
    report: Callable[[], dict[str, Reader]],
) -> None:
    assert "知らない表.csv" in report()["index.html"].text


def test_a_source_whose_contract_is_gone_keeps_its_page(
    report: Callable[[], dict[str, Reader]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CATDATA_CONTRACTS")
    page = report()["test-ledger.html"]
    assert "取込契約はもうありません" in page.text and "入力 4 行" in page.text


@pytest.mark.parametrize(
    ("days", "lateness", "words"),
    [(10, "fresh", ""), (11, "late", "遅れています"), (21, "overdue", "大幅に遅れています")],
)
def test_lateness_follows_the_contract(
    report: Callable[[], dict[str, Reader]], tmp_path: Path, days: int, lateness: str, words: str
) -> None:
    report()
    ledger = Ledger(Storage(str(tmp_path / "lake")))
    (newest,) = (head.committed_at for head in ledger.heads() if head.visible)
    now = newest + timedelta(days=days)
    (page,) = pages(load_contracts(), ledger.history(), {}, now)
    assert page.lateness == lateness
    for html in render([page]).values():
        assert words in Reader(html).text
        assert words or "遅れています" not in Reader(html).text


def test_a_source_without_any_visible_load_is_told_apart(
    report: Callable[[], dict[str, Reader]],
) -> None:
    run("withdraw", "raw/test-ledger/ledger_1.csv")
    assert "取下げ withdrawn" in report()["index.html"].text
    assert "入力 0 行 ＝ 採用 0" in report()["test-ledger.html"].text


def test_an_empty_lake_has_an_index() -> None:
    assert "まだ何も取り込まれていません" in render([])["index.html"]


MONTHS = r"""
source_id: test-months
title: 月別
title_en: Months side by side
publisher: 試験市
body: {code: "990019", name: 試験市, kind: city, fictional: true}
tables:
  - name: months
    file: 'months_(?P<year>\d{4}年度)\.csv'
    format: csv
    fiscal_year: "@file.year"
    blocks: {pattern: '(?P<month>\d{1,2}月)(?P<column>頭数)?'}
    columns:
      地区: {parser: place, as: area}
      頭数: {parser: count, as: heads}
      "@block.month": {parser: period}
    records: [{entity: carcass_pickup, id: [地区, "@block.month"]}]
"""


def test_a_rejected_block_of_an_accepted_row_is_an_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "test-months.yaml").write_text(MONTHS, "utf-8")
    monkeypatch.setenv("CATDATA_CONTRACTS", str(tmp_path / "contracts"))
    path = tmp_path / "months_2023年度.csv"
    path.write_text("地区,4月頭数,5月頭数\n本町,3,29.955\n", "utf-8")
    lake = tmp_path / "lake"
    run("ingest", path, "--lake", lake, "--engine", "local")
    storage = Storage(str(lake))
    [head] = Ledger(storage).heads()
    assert (head.rows_in, head.rows_accepted, head.rows_rejected) == (1, 1, 0)
    [example] = rejected_examples(storage, [head])
    assert example.cells == {"@block.month": "5月", "地区": "本町", "頭数": "29.955"}
