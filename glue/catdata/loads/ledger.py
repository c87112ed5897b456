"""The ledger: which load of each raw object is current, and the commit that changes it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from catdata.loads import layout
from catdata.loads.record import LoadRecord, draw_load_id
from catdata.storage import Storage

_READERS = 16


class Ledger:
    """The records under `loads/`; see docs/decisions/0001-ledger-and-visibility.md."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def head(self, source_id: str, source_object: str) -> LoadRecord | None:
        """Return the current record of an object; None when it was never loaded."""
        return next(self._heads(layout.object_folder(source_id, source_object)), None)

    def heads(self, source_id: str | None = None) -> list[LoadRecord]:
        """Return the current record of every object, or of a source's; withdrawn ones included."""
        return list(
            self._heads(layout.LOADS if source_id is None else layout.source_folder(source_id))
        )

    def history(self) -> list[LoadRecord]:
        """Return all records, the versions of one object together and in order."""
        keys = [info.key for info in self._storage.list(layout.LOADS)]
        return list(self._read(key for key in sorted(keys) if layout.parse_record(key)))

    def visible_loads(self) -> set[str]:
        """Return the loads that at least one object's visible rows belong to."""
        return {head.load_id for head in self.heads() if head.visible}

    def commit(self, record: LoadRecord) -> bool:
        """Make a load current; False when another run has committed that version of the object.

        To be called after all files of the load are durable. Raises ConservationError for a
        record whose rows do not add up, and StorageError.
        """
        record.check()
        folder = layout.object_folder(record.source_id, record.source_object)
        key, data = layout.record_file(folder, record.object_version), record.to_json()
        if self._storage.create(key, data):
            return True
        # A put repeated after a lost answer meets its own record.
        return self._storage.read(key) == data

    def withdraw(self, source_id: str, source_object: str, now: datetime) -> LoadRecord | None:
        """Take an object's rows away; return the record, or None when it has none to take.

        A load that commits at the same time comes before the withdrawal.
        """
        while (head := self.head(source_id, source_object)) is not None and head.visible:
            record = LoadRecord(
                load_id=draw_load_id(now),
                source_id=source_id,
                source_object=source_object,
                object_version=head.object_version + 1,
                status="withdrawn",
                # What was withdrawn: these bytes stay out, other bytes under the key may come in.
                content_sha256=head.content_sha256,
                started_at=now,
                committed_at=now,
            )
            if self.commit(record):
                return record
        return None

    def _heads(self, folder: str) -> Iterator[LoadRecord]:
        newest: dict[str, int] = {}
        for info in self._storage.list(folder):
            if parsed := layout.parse_record(info.key):
                of, version = parsed
                newest[of] = max(version, newest.get(of, 0))
        return self._read(layout.record_file(of, version) for of, version in newest.items())

    def _read(self, keys: Iterable[str]) -> Iterator[LoadRecord]:
        with ThreadPoolExecutor(_READERS) as pool:
            yield from map(LoadRecord.from_json, pool.map(self._storage.read, keys))


def successor(head: LoadRecord, load_id: str, now: datetime, files: int) -> LoadRecord:
    """Return the record that moves an object's unchanged rows to another load's files."""
    return replace(
        head,
        load_id=load_id,
        object_version=head.object_version + 1,
        files=files,
        compacted_at=now,
    )
