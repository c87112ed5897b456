"""The summary of a run: what became of every raw object, as text for people and JSON for machines."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from catdata.entities import ENTITIES, REASONS
from catdata.loads.record import LoadRecord

Status = Literal["committed", "unchanged", "withdrawn", "failed", "unmatched", "conflict"]
FAILURES = frozenset({"failed", "unmatched", "conflict"})
STATUS_JA: dict[Status, str] = {
    "committed": "確定",
    "unchanged": "変更なし",
    "withdrawn": "取下げ",
    "failed": "失敗",
    "unmatched": "契約なし",
    "conflict": "競合",
}
STYLE: dict[str, str] = {"committed": "green", "unchanged": "dim", "withdrawn": "yellow"}
SCHEMA_VERSION = 1
SHOWN_SPELLINGS = 5


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """What became of one raw object; `record` is its current ledger record where it has one."""

    key: str
    source_id: str | None
    status: Status
    record: LoadRecord | None = None
    error_ja: str | None = None
    error_en: str | None = None
    unlisted_columns: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The outcomes of a run, in the order of their keys."""

    outcomes: tuple[ObjectOutcome, ...]

    @property
    def exit_code(self) -> int:
        """1 when an object failed, matched no contract or lost a race; rejected rows are no failure."""
        return int(any(o.status in FAILURES for o in self.outcomes))

    def to_json(self) -> str:
        """Return the summary as one JSON object; docs/reference/run-summary.md describes it."""
        return json.dumps(
            {
                "schema_version": SCHEMA_VERSION,
                "exit_code": self.exit_code,
                "objects": [_as_json(o) for o in self.outcomes],
            },
            ensure_ascii=False,
            indent=2,
        )

    def render(self, console: Console) -> None:
        """Print the summary: a table of objects, then what a person should look at."""
        console.print(_table(self.outcomes))
        for outcome in self.outcomes:
            for line in remarks(outcome):
                console.print(Text(line), soft_wrap=True)
        counts = Counter(o.status for o in self.outcomes)
        told = "、".join(f"{STATUS_JA[status]} {n}" for status, n in counts.most_common())
        style = "red" if self.exit_code else "green"
        console.print(
            Text(f"{len(self.outcomes)} ファイル / file(s): {told or 'なし / none'}", style)
        )


def summarise(outcomes: Iterable[ObjectOutcome]) -> RunSummary:
    """Return the summary of some outcomes."""
    return RunSummary(tuple(sorted(outcomes, key=lambda o: o.key)))


def _table(outcomes: Sequence[ObjectOutcome]) -> Table:
    table = Table(title="取込み結果 / run summary", title_justify="left")
    table.add_column("ファイル / object", overflow="fold")
    table.add_column("状態 / status")
    for title in ("入力 / in", "採用 / accepted", "却下 / rejected", "除外 / excluded"):
        table.add_column(title, justify="right")
    table.add_column("実体の行 / entity rows", overflow="fold")
    for o in outcomes:
        status = Text(f"{STATUS_JA[o.status]} / {o.status}", STYLE.get(o.status, "red"))
        table.add_row(Text(o.key), status, *_figures(o.record))
    return table


def _figures(record: LoadRecord | None) -> tuple[str, ...]:
    if record is None:
        return ("", "", "", "", "")
    rows = (record.rows_in, record.rows_accepted, record.rows_rejected, record.rows_excluded)
    entities = json.loads(record.entity_rows)
    told = ", ".join(f"{ENTITIES[name].ja} {n:,}" for name, n in entities.items())
    return (*(f"{n:,}" for n in rows), told)


def remarks(outcome: ObjectOutcome) -> list[str]:
    """Return sentences on what a person should look at in one object."""
    lines = []
    if outcome.status in FAILURES:
        lines.append(f"✗ {outcome.key}: {outcome.error_ja} / {outcome.error_en}")
    if outcome.unlisted_columns and outcome.status != "unchanged":
        names = "、".join(outcome.unlisted_columns)
        lines.append(f"! {outcome.key}: 契約にない列は読みませんでした / columns not read: {names}")
    record = outcome.record
    if record is None or outcome.status == "unchanged":
        return lines
    for code, rows in json.loads(record.reasons).items():
        disposition, ja, en = REASONS[code]
        if disposition == "rejected":
            lines.append(f"! {outcome.key}: 却下 {rows:,} 行: {ja} / {code}: {en}")
    for total in json.loads(record.totals):
        if total["published"] != total["computed"]:
            lines.append(
                f"! {outcome.key}: {total['row']}行目の「{total['label']}」は {total['published']:,}、"
                f"内訳の計は {total['computed']:,} / row {total['row']}: the file's total differs"
            )
    for name, spellings in json.loads(record.unknown_codes).items():
        some = "、".join(f"{s}（{n:,}）" for s, n in list(spellings.items())[:SHOWN_SPELLINGS])
        more = "…" if len(spellings) > SHOWN_SPELLINGS else ""
        lines.append(f"! {outcome.key}: {name} の未知の値 / unknown values: {some}{more}")
    return lines


def _as_json(outcome: ObjectOutcome) -> dict[str, Any]:
    record = outcome.record
    result: dict[str, Any] = {
        "key": outcome.key,
        "source_id": outcome.source_id,
        "status": outcome.status,
        "error_ja": outcome.error_ja,
        "error_en": outcome.error_en,
        "unlisted_columns": list(outcome.unlisted_columns),
        "seconds": round(outcome.seconds, 3),
    }
    if record is not None:
        result |= {
            "load_id": record.load_id,
            "object_version": record.object_version,
            "rows_in": record.rows_in,
            "rows_accepted": record.rows_accepted,
            "rows_rejected": record.rows_rejected,
            "rows_excluded": record.rows_excluded,
            "entity_rows": json.loads(record.entity_rows),
            "reasons": json.loads(record.reasons),
            "flags": json.loads(record.flags),
            "unknown_codes": json.loads(record.unknown_codes),
            "totals": json.loads(record.totals),
        }
    return result
