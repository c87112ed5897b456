"""Where splits are processed: in this process, or spread by Spark."""

import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

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

    def warm_up(self) -> None:
        """Start the workers and have them import the task's modules, before there are tasks."""
        context = self._spark.sparkContext
        workers = context.defaultParallelism
        context.parallelize(range(workers), workers).foreach(_do_nothing)

    def run(self, tasks: Sequence[Task], progress: Progress) -> Iterator[SplitResult]:
        """Yield the results when the stage is done."""
        if not tasks:
            return
        # An RDD of tasks, not a frame: no rows pass, so Spark SQL's start would buy nothing.
        context = self._spark.sparkContext
        payloads = [pickle.dumps(task) for task in _largest_first(tasks)]
        work = context.parallelize(payloads, len(payloads)).map(_process_pickled)
        stop = threading.Event()
        watcher = threading.Thread(
            target=self._watch, args=(len(tasks), progress, stop), daemon=True
        )
        watcher.start()
        try:
            results = work.collect()
        finally:
            stop.set()
            watcher.join()
        progress(len(tasks), len(tasks))
        for result in results:
            yield pickle.loads(result)

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


def _do_nothing(_: int) -> None:
    """Be imported, and the modules of this one with it."""


def _process_pickled(payload: bytes) -> bytes:
    return pickle.dumps(process(pickle.loads(payload)))
