"""The main job's driver: plan objects, have their splits processed, check, and commit each object."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from catdata.contracts.load import digest
from catdata.contracts.match import table_for
from catdata.contracts.model import Contract, Table
from catdata.loads import ConservationError, Ledger, LoadRecord, draw_load_id, layout
from catdata.normalize.engines import Engine, Progress
from catdata.normalize.judge import Lineage
from catdata.normalize.privacy import ApplicantKeys
from catdata.normalize.task import SplitResult, Task
from catdata.normalize.totals import reconcile, to_json
from catdata.readers import Plan, ReadError, plan
from catdata.report.summary import ObjectOutcome, RunSummary, summarise
from catdata.storage import ObjectInfo, Storage, StorageError

# A split is one Spark task: long enough to outweigh its start, short enough to share a file.
SPLIT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Planned:
    """A raw object that is to be loaded."""

    info: ObjectInfo
    contract: Contract
    table: Table
    plan: Plan
    lineage: Lineage
    started_at: datetime


class Normalizer:
    """Loads raw objects of one lake into normalized Parquet, each object atomically."""

    def __init__(
        self,
        storage: Storage,
        contracts: Mapping[str, Contract],
        engine: Engine,
        *,
        applicant_keys: ApplicantKeys,
        reload: bool = False,
        split_bytes: int = SPLIT_BYTES,
    ) -> None:
        self._storage, self._contracts, self._engine = storage, contracts, engine
        self._ledger = Ledger(storage)
        self._applicant_keys = applicant_keys
        self._reload = reload
        self._split_bytes = split_bytes

    def run(self, objects: Iterable[ObjectInfo], progress: Progress) -> RunSummary:
        """Load the raw objects and say what became of each.

        An object that fails leaves its earlier load visible, and the others go on.
        """
        outcomes: list[ObjectOutcome] = []
        planned: list[Planned] = []
        for info in objects:
            step = self._plan(info)
            (planned if isinstance(step, Planned) else outcomes).append(step)  # type: ignore[arg-type]
        tasks = [
            Task(self._storage.url, p.contract, p.table, split, p.lineage, self._applicant_keys)
            for p in planned
            for split in p.plan.splits
        ]
        results: dict[str, list[SplitResult]] = {p.info.key: [] for p in planned}
        for result in self._engine.run(tasks, progress):
            results[result.key].append(result)
        outcomes += [self._commit(p, results[p.info.key]) for p in planned]
        return summarise(outcomes)

    def _plan(self, info: ObjectInfo) -> Planned | ObjectOutcome:
        started = time.monotonic()
        source_id, name = layout.parse_raw(info.key)
        contract = self._contracts.get(source_id)
        table = table_for(contract, name) if contract else None
        if contract is None or table is None:
            return ObjectOutcome(
                info.key,
                contract.source_id if contract else None,
                "unmatched",
                error_ja="どの取込契約にも当てはまらないファイル名です。ファイルはそのまま残しました。",
                error_en="No contract matches this file name; the file is kept as it is.",
            )
        try:
            found = plan(
                partial(self._storage.open, info.key),
                info.key,
                info.size,
                table,
                split_bytes=self._split_bytes,
            )
        except (ReadError, StorageError) as error:
            return _failed(info.key, source_id, error, started)
        head = self._ledger.head(source_id, info.key)
        same = (
            head is not None
            and head.status == "committed"
            and head.content_sha256 == found.content_sha256
            and head.contract_sha256 == digest(contract)
        )
        if same and not self._reload:
            return ObjectOutcome(
                info.key,
                source_id,
                "unchanged",
                record=head,
                unlisted_columns=found.unlisted_columns,
                seconds=time.monotonic() - started,
            )
        now = datetime.now(UTC)
        lineage = Lineage(source_id, info.key, draw_load_id(now), now)
        return Planned(info, contract, table, found, lineage, now)

    def _commit(self, planned: Planned, results: Sequence[SplitResult]) -> ObjectOutcome:
        key, source_id = planned.info.key, planned.contract.source_id
        error = next((r.error for r in results if r.error is not None), None)
        if error is None and self._storage.info(key) != planned.info:
            error = (
                "読込み中にファイルが置き換えられました。もう一度実行してください。",
                f"{key}: the file was replaced while it was read; run again.",
            )
        if error is not None:
            return ObjectOutcome(key, source_id, "failed", error_ja=error[0], error_en=error[1])
        head = self._ledger.head(source_id, key)
        record = record_of(planned, sorted(results, key=lambda r: r.number), head)
        try:
            self._storage.sync(name for r in results for name in r.files)
            committed = self._ledger.commit(record)
        except (ConservationError, StorageError) as failure:
            return ObjectOutcome(key, source_id, "failed", error_ja=failure.ja, error_en=failure.en)
        return ObjectOutcome(
            key,
            source_id,
            "committed" if committed else "conflict",
            record=record if committed else None,
            error_ja=None if committed else "同じファイルの別の取込みが先に確定しました。",
            error_en=None if committed else "Another load of the same file was committed first.",
            unlisted_columns=planned.plan.unlisted_columns,
            seconds=(datetime.now(UTC) - planned.started_at).total_seconds(),
        )


def record_of(
    planned: Planned, results: Sequence[SplitResult], head: LoadRecord | None
) -> LoadRecord:
    """Add up the results of an object's splits, in file order, to its ledger record."""
    totals = reconcile((r.totals, r.accepted_by_block) for r in results)
    observed = [day for r in results for day in r.observed]
    partitions = sorted({p for r in results for p in r.partitions})
    unknown: dict[str, Counter[str]] = {}
    for result in results:
        for name, spellings in result.unknown.items():
            unknown.setdefault(name, Counter()).update(spellings)
    return LoadRecord(
        load_id=planned.lineage.load_id,
        source_id=planned.contract.source_id,
        source_object=planned.info.key,
        object_version=(head.object_version if head else 0) + 1,
        status="committed",
        content_sha256=planned.plan.content_sha256,
        contract_sha256=digest(planned.contract),
        size_bytes=planned.info.size,
        rows_in=sum(r.rows_in for r in results),
        rows_accepted=sum(r.accepted for r in results),
        rows_rejected=sum(r.rejected for r in results),
        rows_excluded=sum(r.excluded for r in results),
        entity_rows=_added(r.entity_rows for r in results),
        reasons=_added(r.reasons for r in results),
        flags=_added(r.flags for r in results),
        unknown_codes=json.dumps(
            {name: dict(c.most_common()) for name, c in sorted(unknown.items())},
            ensure_ascii=False,
        ),
        totals_found=len(totals),
        totals_differing=sum(t.differs for t in totals),
        totals=to_json(totals),
        fiscal_years=json.dumps(partitions),
        observed_date=max(observed, default=None),
        files=sum(len(r.files) for r in results),
        started_at=planned.started_at,
        committed_at=datetime.now(UTC),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> str:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return json.dumps(dict(sorted(total.items())))


def _failed(
    key: str, source_id: str, error: ReadError | StorageError, started: float
) -> ObjectOutcome:
    return ObjectOutcome(
        key,
        source_id,
        "failed",
        error_ja=error.ja,
        error_en=str(error),
        seconds=time.monotonic() - started,
    )
