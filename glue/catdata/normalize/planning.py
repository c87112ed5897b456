"""What a run will do: for each raw object its contract, its splits, or why nothing is to be done."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from catdata.contracts.load import digest
from catdata.contracts.match import table_for
from catdata.contracts.model import Contract, Table
from catdata.loads import Ledger, LoadRecord, draw_load_id, layout
from catdata.normalize.judge import Lineage
from catdata.readers import NoMemberError, Plan, ReadError, Split, is_archive, plan
from catdata.report.summary import ObjectOutcome
from catdata.storage import ObjectInfo, Storage, StorageError
from catdata.values import scrub

# A split is one Spark task: long enough to outweigh its start, short enough to share a file.
SPLIT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Planned:
    """A raw object that is to be loaded; `head` is its ledger record before the run."""

    info: ObjectInfo
    contract: Contract
    contract_sha256: str
    parts: tuple[tuple[Table, Split], ...]
    content_sha256: str
    unlisted_columns: tuple[str, ...]
    head: LoadRecord | None
    lineage: Lineage
    started_at: datetime

    def is_loaded_by(self, head: LoadRecord | None) -> bool:
        """Return whether a record is a load of these bytes by this contract."""
        return (
            head is not None
            and head.visible
            and head.content_sha256 == self.content_sha256
            and head.contract_sha256 == self.contract_sha256
        )

    def is_withdrawn_by(self, head: LoadRecord | None) -> bool:
        """Return whether a record withdraws these bytes."""
        return (
            head is not None
            and head.status == "withdrawn"
            and head.content_sha256 == self.content_sha256
        )


@dataclass(frozen=True, slots=True)
class Planning:
    """The objects that are to be loaded, and the outcomes of those that are not."""

    planned: tuple[Planned, ...]
    outcomes: tuple[ObjectOutcome, ...]


class Planner:
    """Plans raw objects.

    `reload` plans also what has not changed. A withdrawn object comes back when its bytes have
    changed, or with `named`: somebody asked for these very objects.
    """

    def __init__(
        self,
        storage: Storage,
        contracts: Mapping[str, Contract],
        *,
        reload: bool = False,
        named: bool = True,
        split_bytes: int = SPLIT_BYTES,
    ) -> None:
        self._storage, self._contracts = storage, contracts
        self._ledger = Ledger(storage)
        self._reload, self._named, self._split_bytes = reload, named, split_bytes

    def plan(self, objects: Iterable[ObjectInfo]) -> Planning:
        """Read the head and the bytes of every object; one that cannot be read is an outcome."""
        planned: list[Planned] = []
        outcomes: list[ObjectOutcome] = []
        for info in objects:
            step = self._plan(info)
            if isinstance(step, Planned):
                planned.append(step)
            else:
                outcomes.append(step)
        return Planning(tuple(planned), tuple(outcomes))

    def _plan(self, info: ObjectInfo) -> Planned | ObjectOutcome:
        started, now = time.monotonic(), datetime.now(UTC)
        source_id, name = layout.parse_raw(info.key)
        contract = self._contracts.get(source_id)
        tables = _tables(contract, name) if contract else []
        if contract is None and source_id != layout.UNMATCHED:
            return ObjectOutcome(
                info.key,
                None,
                "unmatched",
                error_ja=f"取込契約 {source_id} がありません。CATDATA_CONTRACTS を確かめてください。"
                "以前の取込みはそのままです。",
                error_en=f"There is no contract {source_id}; check CATDATA_CONTRACTS. "
                "An earlier load stays as it is.",
            )
        if contract is None or not tables:
            return ObjectOutcome(
                info.key,
                contract.source_id if contract else None,
                "unmatched",
                error_ja="どの取込契約にも当てはまらないファイル名です。ファイルはそのまま残しました。",
                error_en="No contract matches this file name; the file is kept as it is.",
            )
        try:
            plans = self._plans(info, tables)
            head = self._ledger.head(source_id, info.key)
        except (ReadError, StorageError) as error:
            seconds = time.monotonic() - started
            return ObjectOutcome.failed(info.key, source_id, error.sentences, seconds)
        parts = [(table, split) for table, found in plans for split in found.splits]
        planned = Planned(
            info,
            contract,
            digest(contract),
            tuple((t, replace(split, number=n)) for n, (t, split) in enumerate(parts)),
            plans[0][1].content_sha256,
            tuple(dict.fromkeys(scrub(c)[0] for _, found in plans for c in found.unlisted_columns)),
            head,
            Lineage(source_id, info.key, draw_load_id(now), now),
            now,
        )
        withdrawn = planned.is_withdrawn_by(head) and not self._named
        if withdrawn or (planned.is_loaded_by(head) and not self._reload):
            return ObjectOutcome(
                info.key,
                source_id,
                "withdrawn" if withdrawn else "unchanged",
                record=head,
                unlisted_columns=planned.unlisted_columns,
                seconds=time.monotonic() - started,
            )
        return planned

    def _plans(self, info: ObjectInfo, tables: list[Table]) -> list[tuple[Table, Plan]]:
        """The plan of every table that the object has files of: one, or several in an archive."""
        plans: list[tuple[Table, Plan]] = []
        absent: ReadError | None = None
        for table in tables:
            try:
                found = plan(
                    partial(self._storage.open, info.key),
                    info.key,
                    info.size,
                    table,
                    split_bytes=self._split_bytes,
                )
            except NoMemberError as error:
                absent = error
                continue
            plans.append((table, found))
        if not plans and absent is not None:
            raise absent
        return plans


def _tables(contract: Contract, name: str) -> list[Table]:
    """The tables that a file may hold: that of its name, or any for an archive of another name."""
    table = table_for(contract, name)
    if table is not None:
        return [table]
    return list(contract.tables) if is_archive(name) else []
