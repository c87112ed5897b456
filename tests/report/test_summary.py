"""The run summary: told so that a person can act on it, and as JSON that keeps its form."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from catdata.loads import LoadRecord
from catdata.report.summary import ObjectOutcome, Status, remarks, summarise

TIME = datetime(2026, 4, 1, tzinfo=UTC)


def record(key: str, **values: object) -> LoadRecord:
    given: dict[str, object] = {
        "load_id": "20260401T000000000000Zabc",
        "source_id": key.split("/")[1],
        "source_object": key,
        "object_version": 1,
        "status": "committed",
        "rows_in": 1234,
        "rows_accepted": 1200,
        "rows_rejected": 30,
        "rows_excluded": 4,
        "entity_rows": json.dumps({"outcome": 7, "shelter_intake": 1200}),
        "started_at": TIME,
        "committed_at": TIME,
    }
    return LoadRecord(**(given | values))  # type: ignore[arg-type]


def outcome(key: str, status: Status = "committed", **values: object) -> ObjectOutcome:
    return ObjectOutcome(key, key.split("/")[1], status, record(key, **values))


def shown(*outcomes: ObjectOutcome, width: int = 120) -> list[str]:
    out = StringIO()
    summarise(outcomes).render(Console(file=out, width=width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["committed", "unchanged"], 0),
        (["committed", "failed"], 1),
        (["unmatched"], 1),
        (["conflict"], 1),
    ],
)
def test_the_exit_code_says_whether_a_person_must_act(statuses: list[Status], code: int) -> None:
    told = [outcome(f"raw/a/{n}.csv", status) for n, status in enumerate(statuses)]
    assert summarise(told).exit_code == code


def test_a_long_japanese_name_stands_on_one_line() -> None:
    name = "不妊去勢手術助成申請台帳_令和3年度_風待市.csv"
    (line,) = [line for line in shown(outcome(f"raw/tnr/{name}")) if name in line]
    assert line.split() == [name, "確定", "committed", "1,234", "1,200", "30", "4"]


def test_files_stand_below_their_source_with_its_records_in_the_order_of_the_schema() -> None:
    lines = shown(outcome("raw/b/2.csv"), outcome("raw/a/1.csv"), outcome("raw/b/3.csv"))
    told = [line.split() for line in lines]
    at = told.index(["b", "収容", "2,400", "転帰", "14"])
    assert told.index(["a", "収容", "1,200", "転帰", "7"]) < at
    assert [row[0] for row in told[at + 1 : at + 3]] == ["2.csv", "3.csv"]


def test_a_failure_is_told_in_both_languages() -> None:
    failed = ObjectOutcome("raw/a/x.csv", "a", "failed", None, "読めません。", "It cannot be read.")
    assert remarks([failed]) == ["✗ raw/a/x.csv: 読めません。 / It cannot be read."]


def test_remarks_of_many_files_are_one_a_source() -> None:
    told = remarks(
        [
            outcome(
                f"raw/a/{n}.csv",
                reasons='{"INVALID_DATE": 2, "TOTAL_ROW": 1}',
                unknown_codes='{"転帰": {"県外搬送": 1, "他": 3}}',
            )
            for n in range(9)
        ]
    )
    assert told == [
        "! a: 却下 / rejected 18: 必須の日付を読めない / a required date cannot be read",
        "! a: 転帰 の未知の値 / unknown values: 他（27）、県外搬送（9）",
    ]


def test_more_than_five_differing_totals_are_counted() -> None:
    total = {"row": 9, "label": "計", "counted": "rows", "published": 3, "computed": 2}
    told = remarks([outcome(f"raw/a/{n}.csv", totals=json.dumps([total])) for n in range(7)])
    assert len(told) == 6 and told[-1] == "! a: 合わない合計がほかに 2 / more totals that differ"
    assert told[0].startswith("! a: 0.csv 9行目「計」: ファイルの合計 / published 3")


def test_what_did_not_change_is_not_remarked_on_again() -> None:
    assert remarks([outcome("raw/a/1.csv", "unchanged", reasons='{"INVALID_DATE": 2}')]) == []


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert any("[red]x[/red].csv" in line for line in shown(outcome("raw/a/[red]x[/red].csv")))


def test_a_spelling_gives_no_orders_to_the_terminal() -> None:
    spelling = "\x1b[2J\x9b31m\n✗ raw/a/1.csv: forged"
    lines = shown(outcome("raw/a/1.csv", unknown_codes=json.dumps({"転帰": {spelling: 1}})))
    assert not any(line.startswith("✗") or "\x1b" in line or "\x9b" in line for line in lines)
    assert any("\\x1b[2J" in line and "forged" in line for line in lines)


def test_json_is_in_the_order_of_keys_and_keeps_japanese() -> None:
    text = summarise([outcome("raw/b/2.csv"), outcome("raw/a/猫.csv")]).to_json()
    assert "raw/a/猫.csv" in text
    assert [o["key"] for o in json.loads(text)["objects"]] == ["raw/a/猫.csv", "raw/b/2.csv"]
