"""The summary of a run: what became of every raw object, as text for people and JSON for machines."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from catdata.entities import ENTITIES, REASONS, Disposition
from catdata.loads.record import LoadRecord
from catdata.sentences import printable

Status = Literal["committed", "unchanged", "withdrawn", "failed", "unmatched", "conflict"]
FAILURES = frozenset({"failed", "unmatched", "conflict"})
STATUS_JA: dict[Status, str] = {
    "committed": "確定",
    "unchanged": "変更なし",
    "withdrawn": "取下げ済",
    "failed": "失敗",
    "unmatched": "契約なし",
    "conflict": "競合",
}
STYLE: dict[str, str] = {"committed": "green", "unchanged": "dim", "withdrawn": "dim"}
SCHEMA_VERSION = 1
SHOWN = 5


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """What became of one raw object; `record` is its current ledger record where it has one.

    `warnings` are sentences, in Japanese and English, on an object that may be all right.
    """

    key: str
    source_id: str | None
    status: Status
    record: LoadRecord | None = None
    error_ja: str | None = None
    error_en: str | None = None
    unlisted_columns: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0

    @classmethod
    def failed(
        cls, key: str, source_id: str | None, sentences: tuple[str, str], seconds: float = 0.0
    ) -> "ObjectOutcome":
        """Return the outcome of an object that an error, in both languages, kept from being loaded."""
        ja, en = sentences
        return cls(key, source_id, "failed", error_ja=ja, error_en=en, seconds=seconds)


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
        """Print the summary: a table of objects by source, then what a person should look at."""
        console.print(_table(self.outcomes))
        for line in remarks(self.outcomes):
            # A spelling from a file must not give the terminal orders, nor begin a line of its own.
            console.print(Text(printable(line)), soft_wrap=True)
        counts = Counter(o.status for o in self.outcomes)
        told = "、".join(f"{STATUS_JA[status]} {n}" for status, n in counts.most_common())
        style = "red" if self.exit_code else "green"
        console.print(
            Text(f"{len(self.outcomes)} ファイル / file(s): {told or 'なし / none'}", style)
        )


def summarise(outcomes: Iterable[ObjectOutcome]) -> RunSummary:
    """Return the summary of some outcomes."""
    shown = (replace(o, key=printable(o.key)) for o in outcomes)
    return RunSummary(tuple(sorted(shown, key=lambda o: o.key)))


def _table(outcomes: Sequence[ObjectOutcome]) -> Table:
    table = Table(title="取込み結果 / run summary", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("ファイル\nfile", overflow="fold")
    table.add_column("状態\nstatus", no_wrap=True)
    for title in ("入力\nin", "採用\naccepted", "却下\nrejected", "除外\nexcluded"):
        table.add_column(title, justify="right", no_wrap=True)
    for source_id, group in groupby(outcomes, key=lambda o: o.source_id):
        some = list(group)
        heading = Text(source_id or "（契約なし / no contract）", "bold")
        table.add_row(heading.append(_entities(some), "not bold"))
        for o in some:
            status = Text(f"{STATUS_JA[o.status]} {o.status}", STYLE.get(o.status, "red"))
            table.add_row(Text(f"  {o.key.split('/', 2)[-1]}"), status, *_rows(o.record))
    return table


def _entities(outcomes: Iterable[ObjectOutcome]) -> str:
    """The records of some objects by entity, in the order of the schema."""
    counts: Counter[str] = Counter()
    for o in outcomes:
        if o.record is not None:
            counts.update(json.loads(o.record.entity_rows))
    return "".join(f"  {entity.ja} {counts[n]:,}" for n, entity in ENTITIES.items() if counts[n])


def _rows(record: LoadRecord | None) -> tuple[str, ...]:
    if record is None:
        return ()
    rows = (record.rows_in, record.rows_accepted, record.rows_rejected, record.rows_excluded)
    return tuple(f"{n:,}" for n in rows)


def remarks(outcomes: Sequence[ObjectOutcome]) -> list[str]:
    """Return sentences on what a person should look at, source by source."""
    lines: list[str] = []
    for source_id, group in groupby(outcomes, key=lambda o: o.source_id):
        some = list(group)
        lines += [f"✗ {o.key}: {o.error_ja} / {o.error_en}" for o in some if o.status in FAILURES]
        lines += [f"! {o.key}: {ja} / {en}" for o in some for ja, en in o.warnings]
        changed = [o for o in some if o.status == "committed" and o.record is not None]
        lines += [f"! {source_id}: {told}" for told in _of_source(changed)]
    return lines


def _of_source(outcomes: Sequence[ObjectOutcome]) -> list[str]:
    records = [o.record for o in outcomes if o.record is not None]
    lines: list[str] = []
    unlisted = dict.fromkeys(name for o in outcomes for name in o.unlisted_columns)
    if unlisted:
        lines.append(f"契約にない列は読みませんでした / columns not read: {'、'.join(unlisted)}")
    reasons: Counter[str] = Counter()
    unknown: dict[str, Counter[str]] = {}
    for record in records:
        reasons.update(json.loads(record.reasons))
        for name, spellings in json.loads(record.unknown_codes).items():
            unknown.setdefault(name, Counter()).update(spellings)
    for code, rows in reasons.most_common():
        disposition, ja, en = REASONS[code]
        if disposition is Disposition.REJECTED:
            lines.append(f"却下 / rejected {rows:,}: {ja} / {en}")
    differing = [
        (record, total)
        for record in records
        for total in json.loads(record.totals)
        if total["published"] != total["computed"]
    ]
    for record, total in differing[:SHOWN]:
        lines.append(
            f"{record.source_object.rsplit('/', 1)[-1]} {total['row']}行目「{total['label']}」: "
            f"ファイルの合計 / published {total['published']:,} ≠ 採用した行の計 / accepted "
            f"{total['computed']:,}"
        )
    if len(differing) > SHOWN:
        lines.append(f"合わない合計がほかに {len(differing) - SHOWN} / more totals that differ")
    for name, counter in unknown.items():
        some = "、".join(f"{s}（{n:,}）" for s, n in counter.most_common(SHOWN))
        more = "…" if len(counter) > SHOWN else ""
        lines.append(f"{name} の未知の値 / unknown values: {some}{more}")
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
        "warnings": [{"ja": ja, "en": en} for ja, en in outcome.warnings],
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
