"""The main job: have the planned splits processed, check, and commit each object on its own."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from catdata.loads import ConservationError, Ledger, LoadRecord
from catdata.normalize.engines import Engine, Progress
from catdata.normalize.planning import Planned, Planning
from catdata.normalize.privacy import ApplicantKeys
from catdata.normalize.task import SplitResult, Task
from catdata.normalize.totals import reconcile, to_json
from catdata.normalize.warn import warned
from catdata.report.summary import ObjectOutcome, RunSummary, Status, summarise
from catdata.storage import Storage, StorageError

# A commit is tried again after another load or compaction of the object came first.
COMMIT_ATTEMPTS = 10


def load(
    storage: Storage,
    planning: Planning,
    engine: Engine,
    applicant_keys: ApplicantKeys,
    progress: Progress,
) -> RunSummary:
    """Load the planned objects and say what became of each.

    An object that fails leaves its earlier load visible, and the others go on.
    """
    tasks = [
        Task(storage.url, p.contract, p.contract_sha256, table, split, p.lineage, applicant_keys)
        for p in planning.planned
        for table, split in p.parts
    ]
    results: dict[str, list[SplitResult]] = {p.info.key: [] for p in planning.planned}
    for result in engine.run(tasks, progress):
        results[result.key].append(result)
    done = [_finish(storage, p, results[p.info.key]) for p in planning.planned]
    return summarise(warned(storage, [*planning.outcomes, *done]))


def _finish(storage: Storage, planned: Planned, results: Sequence[SplitResult]) -> ObjectOutcome:
    """Commit an object whose splits are done, or say why not."""
    error = next((r.error for r in results if r.error is not None), None)
    if error is not None:
        return _outcome(planned, "failed", errors=error)
    results = sorted(results, key=lambda r: r.number)
    if [r.number for r in results] != [split.number for _, split in planned.parts]:
        raise AssertionError(f"{planned.info.key}: a split has no result, or more than one")
    try:
        storage.sync(name for r in results for name in r.files)
        return _commit(storage, planned, results)
    except (ConservationError, StorageError) as failure:
        return _outcome(planned, "failed", errors=failure.sentences)


def _commit(storage: Storage, planned: Planned, results: Sequence[SplitResult]) -> ObjectOutcome:
    ledger = Ledger(storage)
    seen = planned.head.object_version if planned.head else 0
    for _ in range(COMMIT_ATTEMPTS):
        if storage.info(planned.info.key) != planned.info:
            return _outcome(
                planned,
                "failed",
                errors=(
                    "読込み中にファイルが置き換えられました。もう一度実行してください。",
                    "The file was replaced while it was read; run again.",
                ),
            )
        head = ledger.head(planned.contract.source_id, planned.info.key)
        if head is not None and head.object_version > seen and planned.is_loaded_by(head):
            return _outcome(planned, "unchanged", head)
        record = record_of(planned, results, head)
        if ledger.commit(record):
            return _outcome(planned, "committed", record)
    return _outcome(
        planned,
        "conflict",
        errors=(
            "同じファイルの別の取込みが続いています。しばらくしてもう一度実行してください。",
            "Other loads of the same file keep coming first; run again later.",
        ),
    )


def _outcome(
    planned: Planned,
    status: Status,
    record: LoadRecord | None = None,
    errors: tuple[str, str] | tuple[None, None] = (None, None),
) -> ObjectOutcome:
    return ObjectOutcome(
        planned.info.key,
        planned.contract.source_id,
        status,
        record=record,
        error_ja=errors[0],
        error_en=errors[1],
        unlisted_columns=planned.unlisted_columns,
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
        content_sha256=planned.content_sha256,
        contract_sha256=planned.contract_sha256,
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
