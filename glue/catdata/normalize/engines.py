"""Where splits are processed: in this process, or spread by Spark."""

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from catdata.normalize.task import SplitResult, Task, process

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Progress = Callable[[int, int], None]
"""Called with the number of splits done and of all."""


class Engine(Protocol):
    """Processes tasks in any order."""

    def run(self, tasks: Sequence[Task], progress: Progress) -> Iterator[SplitResult]:
        """Yield the result of every task."""


class LocalEngine:
    """One split after the other in this process: for files that Spark's start would outweigh."""

    def run(self, tasks: Sequence[Task], progress: Progress) -> Iterator[SplitResult]:
        """Yield the result of every task as it is done."""
        for done, task in enumerate(tasks, start=1):
            yield process(task)
            progress(done, len(tasks))


class SparkEngine:
    """One Spark task a split; Spark moves only the tasks and their counts, never rows."""

    def __init__(self, spark: "SparkSession") -> None:
        self._spark = spark

    def run(self, tasks: Sequence[Task], progress: Progress) -> Iterator[SplitResult]:
        """Yield the results when the stage is done."""
        if not tasks:
            return
        context = self._spark.sparkContext
        payloads = [(pickle.dumps(task),) for task in _largest_first(tasks)]
        frame = self._spark.createDataFrame(
            context.parallelize(payloads, len(payloads)), "task binary"
        )
        stop = threading.Event()
        watcher = threading.Thread(
            target=self._watch, args=(len(tasks), progress, stop), daemon=True
        )
        watcher.start()
        try:
            rows = frame.mapInArrow(_process_batches, "result binary").collect()
        finally:
            stop.set()
            watcher.join()
        progress(len(tasks), len(tasks))
        for row in rows:
            yield pickle.loads(row.result)

    def _watch(self, total: int, progress: Progress, stop: threading.Event) -> None:
        tracker = self._spark.sparkContext.statusTracker()
        while not stop.wait(0.5):
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            done = sum(stage.numCompletedTasks for stage in stages if stage is not None)
            progress(min(done, total), total)


def _largest_first(tasks: Sequence[Task]) -> list[Task]:
    """Big splits first, so that the last task to end is a small one."""

    def size(task: Task) -> int:
        return (task.split.end or 0) - task.split.start

    return sorted(tasks, key=size, reverse=True)


def _process_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for payload in batch.column(0).to_pylist():
            result = process(pickle.loads(payload))
            yield pa.RecordBatch.from_arrays([pa.array([pickle.dumps(result)])], names=["result"])
