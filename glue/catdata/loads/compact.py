"""Compaction: one more load, whose input is visible rows; see docs/decisions/0002-compaction.md."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catdata.entities import ENTITIES, QUARANTINE, TABLES
from catdata.entities.derive import arrow_schema
from catdata.loads import layout
from catdata.loads.choose import Sizes, StoredFile, choose, stored_files
from catdata.loads.ledger import Ledger, successor
from catdata.loads.parquet import parquet_writer
from catdata.loads.record import ConservationError, LoadRecord, draw_load_id
from catdata.storage import Storage

_ROW_GROUP = 1 << 18
_SEPARATOR = "\n"
_OWNER_COLUMNS = ["source_id", "source_object"]

Owner = tuple[str, str]
"""source_id and source_object: whose rows they are."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of one group of loads."""

    load_id: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    objects_moved: int
    objects_overtaken: int
    refused: ConservationError | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """Some visible rows of one table, and how many of them are whose."""

    rows: pa.Table
    owners: Counter[Owner]


@dataclass(frozen=True, slots=True)
class _Written:
    """The files written so far with their sizes, and whose rows went where."""

    files: dict[str, int] = field(default_factory=dict)
    rows: Counter[tuple[Owner, str]] = field(default_factory=Counter)
    files_of: Counter[Owner] = field(default_factory=Counter)


def compact(
    storage: Storage, now: datetime, sizes: Sizes, *, dry_run: bool = False
) -> list[Merged]:
    """Merge the small files of visible loads without changing what any reader sees.

    Returns what became of each group of loads; in a dry run nothing is written and the figures
    after the merge are 0. A group whose rows are not those of the ledger is refused and stays as it
    was. Raises StorageError.
    """
    # The ledger before the files: every file that these heads need is then among those listed.
    live: dict[str, dict[Owner, LoadRecord]] = defaultdict(dict)
    for head in Ledger(storage).heads():
        if head.visible:
            live[head.load_id][head.source_id, head.source_object] = head
    objects = (
        info for folder in (layout.NORMALIZED, QUARANTINE.name) for info in storage.list(folder)
    )
    files = stored_files(objects, live)
    groups = choose(files, _stale(storage, files, live), sizes)
    return [
        _merge(
            storage,
            [f for load in group for f in files[load]],
            {load: live[load] for load in group},
            now,
            sizes.target,
            dry_run,
        )
        for group in groups
    ]


def _merge(
    storage: Storage,
    files: Sequence[StoredFile],
    live: Mapping[str, Mapping[Owner, LoadRecord]],
    now: datetime,
    target: int,
    dry_run: bool,
) -> Merged:
    load_id = draw_load_id(now)
    before = len(files), sum(f.size for f in files)
    if dry_run:
        return Merged(load_id, before[0], 0, before[1], 0, 0, 0)
    written = _Written()
    for (table, partition), of in _by_partition(files).items():
        blocks = (
            block
            for stored in of
            for block in _live_blocks(storage, stored, live[stored.file.load_id])
        )
        _write(storage, table, partition, load_id, target, blocks, written)
    heads = [head for of_load in live.values() for head in of_load.values()]
    try:
        for head in heads:
            _check(head, written)
    except ConservationError as refused:
        storage.delete(written.files)
        return Merged(load_id, before[0], 0, before[1], 0, 0, 0, refused)
    storage.sync(written.files)
    ledger = Ledger(storage)
    moved = sum(
        ledger.commit(successor(head, load_id, now, written.files_of[_owner(head)]))
        for head in heads
    )
    return Merged(
        load_id,
        before[0],
        len(written.files),
        before[1],
        sum(written.files.values()),
        moved,
        len(heads) - moved,
    )


def _stale(
    storage: Storage,
    files: Mapping[str, Sequence[StoredFile]],
    live: Mapping[str, Mapping[Owner, LoadRecord]],
) -> set[str]:
    """Return the compactions whose files still hold rows of objects that have moved on."""
    # A load of raw bytes has one object, so while it is live nothing in its files has moved on.
    compactions = {
        load
        for load, heads in live.items()
        if any(head.compacted_at is not None for head in heads.values())
    }
    return {
        load
        for load in compactions
        if any(not _owners(storage, stored) <= live[load].keys() for stored in files.get(load, ()))
    }


def _owners(storage: Storage, stored: StoredFile) -> set[Owner]:
    with storage.open(stored.key) as source:
        batches = pq.ParquetFile(source).iter_batches(columns=_OWNER_COLUMNS)
        return {owner for batch in batches for owner in _count(_owner_keys(batch, stored))}


def _live_blocks(storage: Storage, stored: StoredFile, live: Collection[Owner]) -> Iterator[_Block]:
    """Yield the rows of a file that belong to the owners, in order."""
    wanted = pa.array([_SEPARATOR.join(owner) for owner in live], pa.string())
    with storage.open(stored.key) as source:
        for batch in pq.ParquetFile(source).iter_batches():
            keys = _owner_keys(batch, stored)
            kept = pc.is_in(keys, value_set=wanted)
            yield _Block(pa.Table.from_batches([batch]).filter(kept), _count(keys.filter(kept)))


def _owner_keys(batch: pa.RecordBatch, stored: StoredFile) -> pa.StringArray:
    """Return source_id and source_object of each row as one text."""
    if stored.file.table == QUARANTINE.name:
        source_id: Any = pa.repeat(stored.file.partition.rpartition("=")[2], batch.num_rows)
    else:
        source_id = batch.column("source_id")
    join: Any = pc.binary_join_element_wise
    keys: pa.StringArray = join(source_id, batch.column("source_object"), _SEPARATOR)
    return keys


def _count(keys: pa.StringArray) -> Counter[Owner]:
    counts: Any = pc.value_counts(keys)
    return Counter(
        {tuple(c["values"].split(_SEPARATOR, 1)): c["counts"] for c in counts.to_pylist()}
    )


def _write(
    storage: Storage,
    table: str,
    partition: str,
    load_id: str,
    target: int,
    blocks: Iterable[_Block],
    written: _Written,
) -> None:
    """Write the blocks of a partition to files of about the target size."""
    schema = arrow_schema(TABLES[table], with_partitions=False)
    groups = _row_groups(blocks)
    group = next(groups, None)
    for sequence in count():
        if group is None:
            return
        key = layout.merged_file(table, partition, load_id, sequence)
        owners: set[Owner] = set()
        with storage.open_new(key) as sink:
            with parquet_writer(sink, schema) as writer:
                while group is not None and sink.tell() < target:
                    writer.write_table(_as_load(group.rows, load_id, schema))
                    owners |= group.owners.keys()
                    written.rows.update({(o, table): n for o, n in group.owners.items()})
                    group = next(groups, None)
            written.files[key] = sink.tell()
        written.files_of.update(owners)


def _row_groups(blocks: Iterable[_Block]) -> Iterator[_Block]:
    """Yield blocks joined to about a row group each; blocks without rows are dropped."""
    waiting: list[pa.Table] = []
    owners: Counter[Owner] = Counter()
    for block in blocks:
        if block.rows.num_rows:
            waiting.append(block.rows)
            owners.update(block.owners)
        if sum(rows.num_rows for rows in waiting) >= _ROW_GROUP:
            yield _Block(pa.concat_tables(waiting, promote_options="default"), owners)
            waiting, owners = [], Counter()
    if waiting:
        yield _Block(pa.concat_tables(waiting, promote_options="default"), owners)


def _as_load(rows: pa.Table, load_id: str, schema: pa.Schema) -> pa.Table:
    """Return the rows as those of a load; a column that older files lack is null."""
    columns = {name: rows.column(name) for name in rows.column_names}
    if "load_id" in schema.names:
        columns["load_id"] = pa.chunked_array([pa.repeat(load_id, rows.num_rows)])
    missing = pa.nulls(rows.num_rows)
    return pa.table([columns.get(f.name, missing).cast(f.type) for f in schema], schema=schema)


def _check(head: LoadRecord, written: _Written) -> None:
    """Raise ConservationError unless the rows written are those that the ledger counts."""
    expected = {name: n for name, n in json.loads(head.entity_rows).items() if n}
    found = {name: n for name in ENTITIES if (n := written.rows[_owner(head), name])}
    if found != expected:
        raise ConservationError(
            f"台帳の行数 {expected} と、ファイルにある行数 {found} が違うため、まとめませんでした。",
            f"The ledger counts {expected} rows but the files hold {found}; they were not merged.",
            head.source_object,
        )


def _by_partition(files: Iterable[StoredFile]) -> dict[tuple[str, str], list[StoredFile]]:
    found: dict[tuple[str, str], list[StoredFile]] = defaultdict(list)
    for stored in sorted(files, key=lambda stored: stored.key):
        found[stored.file.table, stored.file.partition].append(stored)
    return found


def _owner(head: LoadRecord) -> Owner:
    return head.source_id, head.source_object
