"""Expiry: deletes files that no reader needs any more; the ledger's records stay."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from catdata.entities import QUARANTINE
from catdata.loads import layout
from catdata.loads.ledger import Ledger
from catdata.loads.record import LoadRecord
from catdata.storage import ObjectInfo, Storage

Reason = Literal["superseded", "never_committed"]

# AWS Glue stops every run after seven days, so nothing older can still be about to commit.
LONGEST_RUN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Expired:
    """A file to delete: which load wrote it, and why nobody needs it."""

    info: ObjectInfo
    load_id: str
    reason: Reason


def expire(
    storage: Storage, now: datetime, keep: timedelta, *, dry_run: bool = False
) -> list[Expired]:
    """Delete the files of loads that lost their last object before `now - keep`, or never had one.

    A load loses an object to a correction, a compaction or a withdrawal. Files of loads that never
    committed go after LONGEST_RUN, or `keep` where that is longer, and so do traces of broken writes.
    Returns what was deleted, or would be in a dry run; raises StorageError.
    """
    # Files before the ledger: a load that commits in between is then known, not an orphan.
    files = [
        info for folder in (layout.NORMALIZED, QUARANTINE.name) for info in storage.list(folder)
    ]
    expired = find_expired(files, Ledger(storage).history(), now, keep)
    if not dry_run:
        storage.delete(e.info.key for e in expired)
        storage.sweep(now - max(keep, LONGEST_RUN))
    return expired


def find_expired(
    files: Iterable[ObjectInfo], history: Sequence[LoadRecord], now: datetime, keep: timedelta
) -> list[Expired]:
    """Return the files that no visible load needs and whose grace is over.

    `history` holds all records, the versions of an object together and in order.
    """
    retired, visible = _retirements(history)
    found = []
    for info in files:
        file = layout.parse_data_file(info.key)
        if file is None or file.load_id in visible:
            continue
        reason: Reason = "superseded" if file.load_id in retired else "never_committed"
        grace = keep if reason == "superseded" else max(keep, LONGEST_RUN)
        # A young file may be of a compaction that has lost one object and is about to commit others.
        since = max(info.modified, retired.get(file.load_id, info.modified))
        if since <= now - grace:
            found.append(Expired(info, file.load_id, reason))
    return found


def summary(expired: Sequence[Expired]) -> dict[str, Any]:
    """Return files, bytes and loads by reason, for people and machines."""
    groups: dict[str, list[Expired]] = defaultdict(list)
    for e in expired:
        groups[e.reason].append(e)
    return {
        reason: {
            "files": len(group),
            "bytes": sum(e.info.size for e in group),
            "loads": sorted({e.load_id for e in group}),
        }
        for reason, group in sorted(groups.items())
    }


def _retirements(history: Sequence[LoadRecord]) -> tuple[dict[str, datetime], set[str]]:
    """Return when each load last lost an object, and the loads that still have one."""
    retired: dict[str, datetime] = {}
    visible: set[str] = set()
    for record, after in pairwise([*history, None]):
        assert record is not None
        same_object = after is not None and (after.source_id, after.source_object) == (
            record.source_id,
            record.source_object,
        )
        if after is not None and same_object:
            lost = retired.get(record.load_id, after.effective_at)
            retired[record.load_id] = max(lost, after.effective_at)
        elif record.visible:
            visible.add(record.load_id)
    return retired, visible
