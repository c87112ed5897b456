"""How long ago a source last sent something, against what its contract expects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from catdata.contracts.model import Contract, Freshness
from catdata.loads.record import LoadRecord

FRESH, LATE, OVERDUE, NEVER = "fresh", "late", "overdue", "none"


@dataclass(frozen=True, slots=True)
class Age:
    """The newest load of a source, its age in whole hours, and what its contract says of that."""

    source_id: str
    newest: datetime
    hours: int
    lateness: str


def lateness(newest: datetime | None, limits: Freshness, now: datetime) -> str:
    """Return `fresh`, `late`, `overdue` or `none`, by the contract's days."""
    if newest is None:
        return NEVER
    age = now - newest
    if limits.error_after_days and age > timedelta(days=limits.error_after_days):
        return OVERDUE
    if limits.warn_after_days and age > timedelta(days=limits.warn_after_days):
        return LATE
    return FRESH


def ages(
    heads: Iterable[LoadRecord], contracts: Mapping[str, Contract], now: datetime
) -> list[Age]:
    """Return the age of every source that has a contract and was ever loaded, by source id."""
    newest: dict[str, datetime] = {}
    for head in heads:
        if head.visible and head.source_id in contracts:
            known = newest.get(head.source_id, head.committed_at)
            newest[head.source_id] = max(known, head.committed_at)
    return [
        Age(
            source_id,
            when,
            int((now - when) / timedelta(hours=1)),
            lateness(when, contracts[source_id].freshness, now),
        )
        for source_id, when in sorted(newest.items())
    ]
