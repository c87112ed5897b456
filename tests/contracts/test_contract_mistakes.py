"""A contract with a mistake is refused with the line, what was found and what was expected."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from catdata.contracts.load import load_contract, load_contracts
from catdata.contracts.problems import ContractError

Write = Callable[..., Path]

# (a piece of the right contract, what it becomes, the piece of the line that is named, what is said)
MISTAKES = {
    "indentation": ("title_en: Test", "  title_en: Test", "title_en", "not readable as YAML"),
    "open bracket": ("id: [管理番号]", "id: [管理番号", "id: [管理番号", "not readable as YAML"),
    "duplicate key": (
        "publisher: 試験市",
        "publisher: 試験市\npublisher: 別の市",
        "別の市",
        "found the key 'publisher' again (first in line 4)",
    ),
    "duplicate column": ("性別: {parser: sex}", "収容日: {parser: sex}", "parser: sex", "again"),
    "unknown key, near one": ("publisher:", "publihser:", "publihser", "did you mean 'publisher'?"),
    "unknown key, near none": ("use: true}", "zzz: true}", "zzz", "expected one of applicant_key"),
    "a column's name like a key": (
        "備考: {ignore: free text}",
        "parser: {ignored: free text}",
        "ignored",
        "did you mean 'ignore'?",
    ),
    "missing key": ("title: 試験市 収容台帳\n", "", "source_id", "found no key 'title'"),
    "missing key in a table": ("    format: csv\n", "", "- name: intakes", "found no key 'format'"),
    "number for text": ("publisher: 試験市", "publisher: 12", "publisher", "numbers and true need quotes"),
    "unquoted code": ("code: '011002'", "code: 11002", "code", "found 11002, expected a text"),
    "text for truth": ("{use: true}", "{use: 'yes'}", "use", "expected true or false"),
    "text for a number": (
        "code: '011002'",
        "code: '011002', fiscal_year_start_month: April",
        "April",
        "expected a whole number",
    ),
    "month 13": (
        "code: '011002'",
        "code: '011002', fiscal_year_start_month: 13",
        "13",
        "found 13, expected 12 or less",
    ),
    "unknown format": ("format: csv", "format: pdf", "pdf", "expected one of 'csv'"),
    "list for keys": ("header: {contains: [管理番号]}", "header: [管理番号]", "header", "expected keys"),
    "text for a list": ("contains: [管理番号]", "contains: 管理番号", "contains", "expected a list"),
    "number for a code": ("捨て猫: stray", "捨て猫: 1", "捨て猫", "'tables.1.columns.区分.codes.捨て猫'"),
    "wrong source id": ("source_id: test-city", "source_id: test-town", "test-town", "expected the file's name"),
    "malformed source id": ("source_id: test-city", "source_id: Test City", "Test City", "of the form"),
    "bad file pattern": (r"\d{8})", r"\d{8}", "file:", "invalid regular expression"),
    "bad code pattern": ("/迷い.*/", "/迷い(.*/", "迷い", "invalid regular expression"),
    "bad part pattern": ("'^[^0-9]+'", "'^[^0-9+'", "town", "invalid regular expression"),
    "bad condition": ("区分: 犬}", "区分: '!/犬(/'}", "犬", "invalid regular expression"),
    "unknown parser": ("parser: date", "parser: dates", "dates", "did you mean 'date'?"),
    "unknown argument": ("parser: sex}", "parser: sex, args: {zz: 1}}", "zz", "unknown argument 'zz'"),
    "unknown field": ("as: intake_date", "as: intake_data", "intake_data", "did you mean 'intake_date'?"),
    "field of another entity": ("as: place_area", "as: subsidy_yen", "subsidy_yen", "no entity of the table has"),
    "lineage is not a field": ("as: place_area", "as: load_id", "load_id", "no entity of the table has"),
    "identity is not a field": ("as: management_no", "as: intake_id", "intake_id", "no entity"),
    "no as": ("{parser: date, as: intake_date}", "{parser: date}", "収容日", "without as"),
    "as too much": ("{parser: sex}", "{parser: sex, as: sex}", "sex", "found as with the parser sex"),
    "parser of another entity": ("{parser: sex}", "{parser: categories}", "categories", "found outputs"),
    "uncoded target": ("as: intake_type", "as: facility", "facility", "has no code list"),
    "unknown code": ("捨て猫: stray", "捨て猫: straay", "straay", "did you mean 'stray'?"),
    "unknown code in a set": (
        "捨て猫: stray",
        "捨て猫: {set: {intake_type: lost}}",
        "lost",
        "the list intake_type lacks",
    ),
    "wrong type in a set": (
        "捨て猫: stray",
        "捨て猫: {set: {ear_tip: 'yes'}}",
        "ear_tip",
        "expected true or false",
    ),
    "unknown flag": ("捨て猫: stray", "捨て猫: {flag: SEVERAL}", "SEVERAL", "unknown flag 'SEVERAL'"),
    "unknown reason of a code": ("捨て猫: stray", "捨て猫: {exclude: DOG}", "DOG", "unknown reason"),
    "unknown reason": ("reason: OTHER_SPECIES", "reason: OTHER_SPECEIS", "SPECEIS", "'OTHER_SPECIES'?"),
    "code without as": ("        as: intake_type\n", "", "捨て猫", "without as"),
    "codes of a parser": ("{parser: sex}", "{parser: sex, codes: {雄: male}}", "雄", "parser code only"),
    "two uses": ("{ignore: free text}", "{ignore: x, use: true}", "備考", "found ignore and use"),
    "no use": ("備考: {ignore: free text}", "備考: {}", "備考", "found nothing"),
    "personal and parsed": (
        "{personal: name}",
        "{personal: name, parser: text, as: facility}",
        "氏名",
        "found personal and parser",
    ),
    "applicant key elsewhere": (
        "{personal: name}",
        "{personal: name, applicant_key: true}",
        "氏名",
        "expected it on a personal column",
    ),
    "identity by a personal column": ("id: [管理番号]", "id: [氏名]", "id: [氏名]", "marked personal"),
    "identity by an ignored column": ("id: [管理番号]", "id: [[管理番号], [備考]]", "[備考]", "marked ignore"),
    "identity by an unknown column": ("id: [管理番号]", "id: [管理号]", "管理号", "did you mean '管理番号'?"),
    "empty identity": ("id: [管理番号]", "id: []", "id:", "found an empty id"),
    "condition on an unknown column": ("{区分: 犬}", "{種別: 犬}", "種別", "that columns lacks"),
    "totals by a personal column": ("{label: 管理番号}", "{label: 氏名}", "氏名", "marked personal"),
    "totals of no count": (
        "{label: 管理番号}",
        "{label: 管理番号, counts: [性別]}",
        "counts",
        "gives no whole number",
    ),
    "combined of an unknown column": (
        "    exclude:",
        "    combined:\n      - {columns: [性別, 色], column: {parser: coat}}\n    exclude:",
        "色",
        "'色' that columns lacks",
    ),
    "combined without parser": (
        "    exclude:",
        "    combined:\n      - {columns: [性別, 頭数], column: {use: true}}\n    exclude:",
        "[性別, 頭数]",
        "expected a parser",
    ),
    "unknown pseudo-column": ("'@part.town'", "'@part.twon'", "twon", "did you mean '@part.town'?"),
    "unknown group of the file's name": ("id: [管理番号]", "id: ['@file.days']", "days", "'@file.day'?"),
    "sheet of a text file": ("id: [管理番号]", "id: ['@sheet']", "@sheet", "that nothing defines"),
    "sheets of a text file": ("    format: csv", "    format: csv\n    sheets: 表.*", "表", "xlsx or xls only"),
    "part of an unknown column": ("column: 場所, extract", "column: 場, extract", "town", "'場所'?"),
    "part unless a plain column": ("extract: '^[^0-9]+'", "unless: 収容日", "town", "the same for the whole file"),
    "unknown encoding": ("format: csv", "format: csv\n    encoding: sjs", "sjs", "unknown encoding 'sjs'"),
    "fiscal year of an unknown column": (
        "    format: csv",
        "    format: csv\n    fiscal_year: 年度",
        "年度",
        "that columns lacks",
    ),
    "blocks without column": (
        "    format: csv",
        "    format: csv\n    blocks: {pattern: '(?P<month>.*)月'}",
        "blocks",
        "no named group 'column'",
    ),
    "blocks of nothing": ("    format: csv", "    format: csv\n    blocks: {}", "blocks", "both or neither"),
    "no date": ("{parser: date, as: intake_date}", "{use: true}", "- entity", "'intake_date'"),
    "required of another entity": ("- entity: shelter_intake", "- entity: outcome", "- entity", "'outcome_type'"),
    "second record of an entity": (
        "    records:\n",
        "    records:\n      - {entity: shelter_intake, id: row}\n",
        "- entity: shelter_intake",
        "a second record of shelter_intake",
    ),
    "unknown entity": ("entity: shelter_intake", "entity: intake", "intake", "expected one of"),
    "wrong check digit": ("'011002'", "'011003'", "011003", "expected 011002"),
    "unknown body": ("'011002'", "'999008'", "999008", "expected its name and kind"),
    "foreign body with digits": ("code: '011002'", "code: '011002', country: US", "code", "for country US"),
    "foreign body unnamed": ("code: '011002'", "code: USXXX0, country: US", "body", "expected both"),
    "unknown kind": ("code: '011002'", "code: '011002', kind: towns", "towns", "did you mean 'town'?"),
    "no body": ("body: {code: '011002'}\n", "", "- entity", "'municipality_code'"),
    "target in the past": (
        "body: {code: '011002'}",
        "body: {code: '011002'}\ntargets:\n"
        + "  - {measure: x, base_year: 2020, base_value: 9, target_year: 2020, target_value: 0}",
        "base_year",
        "expected a year after 2020",
    ),
}  # fmt: skip


# A thousand bytes that mean a million parts.
TOO_MUCH_BY_ALIASES = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 8)}]\n" for before, name in pairwise("abcdefgh")
)


def test_the_right_contract_loads(write: Write) -> None:
    assert load_contract(write()).source_id == "test-city"


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_line(case: str, write: Write, right: str) -> None:
    piece, spoilt, place, said = MISTAKES[case]
    assert piece in right
    text = right.replace(piece, spoilt, 1)
    with pytest.raises(ContractError) as caught:
        load_contract(write(text))
    lines = text.splitlines()
    told = [p for p in caught.value.problems if said in p.en]
    assert told, str(caught.value)
    assert any(place in lines[p.line - 1] for p in told), str(caught.value)
    assert all(p.file == "test-city.yaml" and p.ja for p in told)
    assert str(told[0]).startswith(f"test-city.yaml:{told[0].line}: ")


def test_all_mistakes_are_told_at_once(write: Write, right: str) -> None:
    text = right.replace("捨て猫: stray", "捨て猫: lost").replace("'011002'", "'011003'")
    text = text.replace("as: intake_date", "as: intake_data")
    with pytest.raises(ContractError) as caught:
        load_contract(write(text))
    said = str(caught.value)
    assert all(word in said for word in ("'lost'", "011002", "intake_data"))
    assert [p.line for p in caught.value.problems] == sorted(p.line for p in caught.value.problems)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "found no keys"),
        (b"- a\n- b\n", "found no keys"),
        (b"just a sentence", "found no keys"),
        ("title: 猫\n".encode("cp932"), "no UTF-8"),
        ("title: 猫\n".encode("utf-16"), "no UTF-8"),
        (b"a: \x00\n", "not readable as YAML"),
        (b"[" * 5000, "not readable as YAML"),
        (b"a: &a [*a]\n", "not readable as YAML"),
        (TOO_MUCH_BY_ALIASES.encode(), "not readable as YAML"),
        (b"a: 1\n" * 500_000, "too large"),
        (b"? [a, b]\n: 1\nsource_id: x\n", "found a key that is no text"),
    ],
)  # fmt: skip
def test_what_is_no_contract_is_refused(raw: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(raw)
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert said in str(caught.value)


def test_contracts_of_one_body_agree(tmp_path: Path, write: Write, right: str) -> None:
    write(right)
    other = right.replace("test-city", "test-city-two").replace(
        "code: '011002'", "code: '011002', population: 5"
    )
    write(other, "test-city-two.yaml")
    with pytest.raises(
        ContractError,
        match=r"found population None, expected 5 as in test-city-two\.yaml",
    ):
        load_contracts(tmp_path)


def test_mistakes_of_several_files_are_told_together(
    tmp_path: Path, write: Write, right: str
) -> None:
    write(right.replace("format: csv", "format: pdf"))
    write("- a", "b.yaml")
    write(right.replace("source_id: test-city", "source_id: c"), "c.yaml")
    with pytest.raises(ContractError) as caught:
        load_contracts(tmp_path)
    assert {p.file for p in caught.value.problems} == {"test-city.yaml", "b.yaml"}


def test_an_extra_folder_adds_contracts(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.setenv("CATDATA_CONTRACTS", str(tmp_path))
    assert "test-city" in load_contracts()
    monkeypatch.setenv("CATDATA_CONTRACTS", str(tmp_path / "nowhere"))
    with pytest.raises(ContractError, match="no such folder"):
        load_contracts()
