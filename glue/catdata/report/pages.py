"""One static page per source: what was taken in, rejected, guessed and unknown."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow.parquet as pq
from jinja2 import Environment, PackageLoader, select_autoescape

from catdata.contracts.model import Contract, Freshness
from catdata.entities import ENTITIES, FLAGS, REASONS
from catdata.loads import LoadRecord, layout
from catdata.loads.freshness import lateness
from catdata.sentences import printable
from catdata.storage import Storage

MAX_EXAMPLES = 30
_FIELDS = {column.name: column.ja for entity in ENTITIES.values() for column in entity.columns}


@dataclass(frozen=True, slots=True)
class Example:
    """A rejected row as quarantine shows it: without personal columns, scrubbed.

    `field` is what the reason speaks of, in Japanese where it is a field of the schema.
    """

    source_object: str
    row: int
    ja: str
    en: str
    field: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """What the page of one source shows; counts are of the current loads of its objects.

    A source whose contract is gone keeps its page, under its identity.
    """

    source_id: str
    contract: Contract | None
    heads: Sequence[LoadRecord]
    history: Sequence[LoadRecord]
    examples: Sequence[Example]
    now: datetime

    @property
    def name(self) -> str:
        """File name of the page."""
        return f"{self.source_id}.html"

    @property
    def title(self) -> str:
        """Japanese name of the source."""
        return self.contract.title if self.contract else self.source_id

    @property
    def visible(self) -> list[LoadRecord]:
        """Records of the objects whose rows count."""
        return [head for head in self.heads if head.visible]

    @property
    def rows(self) -> dict[str, int]:
        """Source rows in, accepted, rejected and excluded."""
        parts = ("in", "accepted", "rejected", "excluded")
        return {part: sum(getattr(h, f"rows_{part}") for h in self.visible) for part in parts}

    @property
    def entities(self) -> list[tuple[str, int]]:
        """Japanese name and rows of each entity."""
        counts = added(h.entity_rows for h in self.visible)
        return [(ENTITIES[name].ja, n) for name, n in counts.most_common()]

    @property
    def reasons(self) -> list[tuple[str, str, str, str, int]]:
        """Disposition, code, labels and rows of each reason."""
        counts = added(h.reasons for h in self.visible)
        return [(*_reason(code), n) for code, n in counts.most_common()]

    @property
    def flags(self) -> list[tuple[str, str, str, int]]:
        """Code, labels and rows of each flag."""
        counts = added(h.flags for h in self.visible)
        return [(code, *FLAGS[code], n) for code, n in counts.most_common()]

    @property
    def unknown(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Unknown spellings by column."""
        found: dict[str, Counter[str]] = {}
        for head in self.visible:
            for column, spellings in json.loads(head.unknown_codes).items():
                found.setdefault(column, Counter()).update(spellings)
        return [(column, counter.most_common()) for column, counter in sorted(found.items())]

    @property
    def totals_found(self) -> int:
        """Number of total rows that were compared with their parts."""
        return sum(head.totals_found for head in self.visible)

    @property
    def differing_totals(self) -> list[tuple[str, Mapping[str, object]]]:
        """Object and total of every published total that is not the sum of its parts."""
        return [
            (head.source_object, total)
            for head in self.visible
            for total in json.loads(head.totals)
            if total["published"] != total["computed"]
        ]

    @property
    def newest(self) -> datetime | None:
        """Time of the newest load."""
        return max((h.committed_at for h in self.visible), default=None)

    @property
    def lateness(self) -> str:
        """`fresh`, `late`, `overdue` or `none`, by the contract's days."""
        limits = self.contract.freshness if self.contract else Freshness()
        return lateness(self.newest, limits, self.now)


def added(texts: Iterable[str]) -> Counter[str]:
    """Add up JSON objects of counts."""
    total: Counter[str] = Counter()
    for text in texts:
        total.update(json.loads(text))
    return total


def _reason(code: str) -> tuple[str, str, str, str]:
    disposition, ja, en = REASONS[code]
    return disposition.value, code, ja, en


def pages(
    contracts: Mapping[str, Contract],
    history: Sequence[LoadRecord],
    examples: Mapping[str, Sequence[Example]],
    now: datetime,
) -> list[SourcePage]:
    """Return a page for every source that was ever loaded, in the order of source ids.

    `history` holds all records of the ledger, the versions of an object in order.
    """
    by_source: dict[str, dict[str, list[LoadRecord]]] = {}
    for record in history:
        objects = by_source.setdefault(record.source_id, {})
        objects.setdefault(record.source_object, []).append(record)
    return [
        SourcePage(
            source_id,
            contracts.get(source_id),
            [records[-1] for _, records in sorted(objects.items())],
            [r for _, records in sorted(objects.items()) for r in records],
            examples.get(source_id, ()),
            now,
        )
        for source_id, objects in sorted(by_source.items())
    ]


def rejected_examples(storage: Storage, heads: Iterable[LoadRecord]) -> list[Example]:
    """Read the first rejected rows of some objects from quarantine.

    A row of side-by-side blocks may be accepted while one of its blocks is rejected: that block is
    an example too, though the ledger counts no rejected row.
    """
    found: list[Example] = []
    for head in heads:
        if not head.visible or len(found) >= MAX_EXAMPLES:
            continue
        wanted = [("disposition", "=", "rejected"), ("source_object", "=", head.source_object)]
        folder = layout.quarantine_folder(head.source_id, head.load_id)
        for info in sorted(storage.list(folder), key=lambda info: info.key):
            with storage.open(info.key) as file:
                rows = pq.read_table(file, filters=wanted).slice(0, MAX_EXAMPLES).to_pylist()
            found += map(_example, rows)
    return found[:MAX_EXAMPLES]


def _example(row: Mapping[str, str]) -> Example:
    _, ja, en = REASONS[row["reason_code"]]
    cells = json.loads(row["raw_text"])
    number = int(row["source_row"])
    field = _FIELDS.get(row["field"], row["field"] or "")
    return Example(row["source_object"], number, ja, en, field, cells)


def render(found: Sequence[SourcePage], unmatched: Sequence[str] = ()) -> dict[str, str]:
    """Return the HTML of the index and of every page by file name; no page loads anything.

    `unmatched` are the names of raw files that no contract fits.
    """
    environment = Environment(
        loader=PackageLoader("catdata.report"),
        autoescape=select_autoescape(["html", "j2"], default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = lambda value: f"{value:,}"
    html = {p.name: environment.get_template("source.html.j2").render(page=p) for p in found}
    html["index.html"] = environment.get_template("index.html.j2").render(
        pages=found, unmatched=[printable(name) for name in unmatched]
    )
    return html
