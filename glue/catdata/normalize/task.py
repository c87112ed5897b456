"""One split of one raw object to Parquet: the work that Spark distributes."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt

from catdata.contracts.model import Contract, Table
from catdata.loads import layout
from catdata.normalize.compile import CompiledTable, compile_table
from catdata.normalize.judge import QUARANTINE_SCHEMA, Judge, Judged, Lineage, Memory
from catdata.normalize.privacy import ApplicantKeys
from catdata.normalize.totals import TotalRow
from catdata.normalize.verdicts import ACCEPTED, EXCLUDED, REJECTED
from catdata.normalize.write import PartitionedWriter, SingleWriter
from catdata.readers import ReadError, read
from catdata.readers.types import Split, TextBlock
from catdata.storage import Storage, StorageError


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker needs for one split; picklable."""

    lake: str
    contract: Contract
    contract_sha256: str
    table: Table
    split: Split
    lineage: Lineage
    applicant_keys: ApplicantKeys


@dataclass(frozen=True, slots=True)
class SplitResult:
    """What a split gave: counts of source rows and entity rows, and the files written.

    `rows_in` counts what the reader gave; accepted is counted from the rows that reached an entity's
    writer, rejected and excluded from those that reached quarantine, so that a lost row shows.
    """

    key: str
    number: int
    rows_in: int = 0
    accepted: int = 0
    rejected: int = 0
    excluded: int = 0
    entity_rows: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    totals: tuple[TotalRow, ...] = ()
    accepted_by_block: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    partitions: frozenset[tuple[str, int]] = frozenset()
    observed: frozenset[date] = frozenset()
    files: tuple[str, ...] = ()
    error: tuple[str, str] | None = None


def process(task: Task) -> SplitResult:
    """Read, judge and write one split.

    A file that cannot be read gives a result with its `error`, so that other files go on; anything
    else that fails is a defect and is raised. Files appear only when the whole split is written.
    """
    try:
        return _process(task)
    except (ReadError, StorageError) as error:
        return SplitResult(task.split.key, task.split.number, error=error.sentences)


def _process(task: Task) -> SplitResult:
    storage = Storage(task.lake)
    compiled = compile_table(task.contract, task.table)
    split, lineage = task.split, task.lineage
    memory = _memory_of(task.contract_sha256, compiled)
    first = first_column(compiled, split)
    place = "!".join(filter(None, (split.key, split.member, split.sheet)))
    judge = Judge(compiled, lineage, task.applicant_keys, first, place, memory)
    seen = SourceRows(side_by_side=task.table.blocks is not None)
    totals: list[TotalRow] = []
    partitions: set[tuple[str, int]] = set()
    writers: dict[str, PartitionedWriter] = {}
    with ExitStack() as stack:
        quarantine = stack.enter_context(
            SingleWriter(
                storage.open_new,
                layout.quarantine_file(lineage.source_id, lineage.load_id, split.number),
                QUARANTINE_SCHEMA,
            )
        )
        blocks = read(
            split,
            task.table,
            partial(storage.open, split.key),
            compiled.read,
            plain=compiled.plain,
        )
        for block in blocks:
            judged = judge.judge(block)
            totals.extend(judged.totals)
            for name, rows in judged.entities.items():
                if name not in writers:
                    writers[name] = stack.enter_context(_writer(storage, task, name))
                writers[name].write(rows.batch, rows.municipality_code, rows.fiscal_year)
            if judged.quarantine is not None:
                quarantine.write(judged.quarantine)
            seen.add(block, judged)
    files = list(quarantine.keys)
    for writer in writers.values():
        files.extend(writer.keys)
        partitions |= writer.partitions
    counts, reasons = seen.counts()
    return SplitResult(
        split.key,
        split.number,
        seen.rows_in(),
        counts[ACCEPTED],
        counts[REJECTED],
        counts[EXCLUDED],
        {name: writer.rows_written for name, writer in writers.items()},
        reasons,
        dict(judge.flags),
        {name: dict(counter) for name, counter in judge.unknown.items()},
        tuple(totals),
        {name: dict(counter) for name, counter in judge.accepted_by_block.items()},
        frozenset(partitions),
        frozenset(judge.observed),
        tuple(files),
    )


# A worker reads many splits of one file, and seldom of more than a few tables in turn.
_MEMORIES: OrderedDict[tuple[str, str], Memory] = OrderedDict()
_MAX_MEMORIES = 4


def _memory_of(contract_sha256: str, compiled: CompiledTable) -> Memory:
    key = (contract_sha256, compiled.table.name)
    memory = _MEMORIES.pop(key, None) or Memory(compiled)
    _MEMORIES[key] = memory
    while len(_MEMORIES) > _MAX_MEMORIES:
        _MEMORIES.popitem(last=False)
    return memory


def first_column(compiled: CompiledTable, split: Split) -> str:
    """Return the first column of the file that is read: its cells carry labels of totals and notes."""
    return next((name for name in split.header if name in compiled.read), compiled.read[0])


def _writer(storage: Storage, task: Task, entity: str) -> PartitionedWriter:
    def name_of(municipality_code: str, fiscal_year: int, sequence: int) -> str:
        return layout.normalized_file(
            entity,
            municipality_code,
            fiscal_year,
            task.lineage.load_id,
            task.split.number,
            sequence,
        )

    return PartitionedWriter(storage.open_new, name_of)


class SourceRows:
    """Counts source rows by what became of them.

    In a file with side-by-side blocks a row comes once a block; it then counts once, as accepted when
    any of its blocks was, else as rejected when any was.
    """

    def __init__(self, *, side_by_side: bool) -> None:
        self._best: dict[int, tuple[int, str]] | None = {} if side_by_side else None
        self._rows = 0
        self._counts = np.zeros(3, np.int64)
        self._reasons: Counter[str] = Counter()

    def add(self, block: TextBlock, judged: Judged) -> None:
        """Count one block."""
        verdicts = judged.verdicts
        disposition = _as_written(judged)
        if self._best is None:
            self._rows += len(block.rows)
            self._counts += np.bincount(disposition[disposition >= 0], minlength=3)
            by_reason = np.bincount(verdicts.reason, minlength=len(verdicts.reasons))
            for reason, rows in zip(verdicts.reasons[1:], by_reason[1:].tolist(), strict=True):
                self._reasons[reason] += rows
            return
        for row, kind, reason in zip(
            judged.rows.tolist(), disposition.tolist(), verdicts.reason.tolist(), strict=True
        ):
            verdict = (kind, verdicts.reasons[reason])
            self._best[row] = min(self._best.get(row, verdict), verdict)

    def rows_in(self) -> int:
        """Return how many source rows were read."""
        return self._rows if self._best is None else len(self._best)

    def counts(self) -> tuple[list[int], dict[str, int]]:
        """Return rows by disposition, and rows by reason."""
        if self._best is not None:
            kinds = [kind for kind, _ in self._best.values() if kind >= 0]
            self._counts = np.bincount(np.array(kinds, np.int64), minlength=3)
            self._reasons = Counter(reason for _, reason in self._best.values() if reason)
        return self._counts.tolist(), {k: v for k, v in self._reasons.items() if v}


def _as_written(judged: Judged) -> npt.NDArray[np.int8]:
    """The disposition of each row by where it was really written; -1 for a row that is nowhere."""
    written = np.full(len(judged.rows), -1, np.int8)
    for rows in judged.entities.values():
        numbers = rows.batch.column("source_row").to_numpy(zero_copy_only=False)
        written[np.searchsorted(judged.rows, numbers)] = ACCEPTED
    if judged.quarantine is not None:
        numbers = judged.quarantine.column("source_row").to_numpy(zero_copy_only=False)
        places = np.searchsorted(judged.rows, numbers)
        written[places] = judged.verdicts.disposition[places]
    return written
