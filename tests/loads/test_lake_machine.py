"""Any order of loads, corrections, withdrawals, compactions and expiries, against a simple model."""

import os
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from small_lake import Row, Snapshot, cases, key_of, rows_of, seen, write_load

from catdata.loads import Ledger, LoadRecord, initialise
from catdata.loads.choose import Sizes
from catdata.loads.compact import compact
from catdata.loads.expire import LONGEST_RUN, expire
from catdata.storage import Storage

KEEP = timedelta(days=30)
names = st.sampled_from("abc")
sizes = st.lists(st.integers(0, 3), min_size=1, max_size=3)


class Lake(RuleBasedStateMachine):
    """A lake beside a dictionary of what a reader must see."""

    begun = Bundle("begun")
    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.lake = Storage(self._folder.name)
        self.now = datetime.now(UTC)
        self.serial = 0
        self.visible: dict[str, Counter[Row]] = {}
        self._known: set[str] = set()
        initialise(self.lake)

    def teardown(self) -> None:
        self._folder.cleanup()

    def all_visible(self) -> Counter[Row]:
        return sum(self.visible.values(), start=Counter[Row]())

    @rule(target=begun, name=names, sizes=sizes, rejected=st.integers(0, 2))
    def begin(
        self, name: str, sizes: list[int], rejected: int
    ) -> tuple[LoadRecord, Counter[Row], datetime]:
        """Write a load's files, as a run does that has not come to its commit, or never will."""
        self.serial += 1
        rows = cases(f"{name}{self.serial}", *sizes)
        record = write_load(self.lake, name, rows, rejected=rejected, now=self.now)
        self.written()
        return record, rows_of(name, rows, rejected), self.now

    @rule(run=consumes(begun))
    def commit(self, run: tuple[LoadRecord, Counter[Row], datetime]) -> None:
        """Commit a load that was begun; it may come too late."""
        record, rows, begun_at = run
        if self.now - begun_at >= LONGEST_RUN:
            return  # Glue has stopped it
        head = Ledger(self.lake).head(record.source_id, record.source_object)
        in_time = (head.object_version if head else 0) + 1 == record.object_version
        assert Ledger(self.lake).commit(record) == in_time
        if in_time:
            self.visible[record.source_object] = rows

    @rule(name=names)
    def withdraw(self, name: str) -> None:
        record = Ledger(self.lake).withdraw("jp-x", key_of(name), self.now)
        assert (record is not None) == (key_of(name) in self.visible)
        self.visible.pop(key_of(name), None)

    @rule(min_files=st.integers(2, 4), size=st.sampled_from([4_000, 12_000, 128 << 20]))
    def compact(self, min_files: int, size: int) -> None:
        merged = compact(self.lake, self.now, Sizes(size, min_files))
        self.written()
        assert all(m.refused is None and m.objects_overtaken == 0 for m in merged)

    @rule(days=st.integers(0, 20))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def expire(self) -> None:
        expire(self.lake, self.now, KEEP)

    @rule(target=readers)
    def begin_reading(self) -> tuple[Snapshot, Counter[Row], datetime]:
        return Snapshot(self.lake), self.all_visible(), self.now

    @rule(reader=consumes(readers))
    def end_reading(self, reader: tuple[Snapshot, Counter[Row], datetime]) -> None:
        snapshot, expected, begun_at = reader
        if self.now - begun_at < KEEP:
            assert snapshot.rows(skip_lost=True) == expected

    @invariant()
    def readers_see_the_model(self) -> None:
        assert seen(self.lake) == self.all_visible()

    def written(self) -> None:
        """Have new files be of the machine's time, which runs ahead of the clock."""
        for info in self.lake.list():
            if info.key not in self._known:
                self._known.add(info.key)
                times = (self.now.timestamp(), self.now.timestamp())
                os.utime(Path(self.lake.url) / info.key, times)


TestLake = Lake.TestCase
TestLake.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
