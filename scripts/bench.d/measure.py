"""One run of a command: wall time, processor time and memory of its whole process tree."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_TICK = os.sysconf("SC_CLK_TCK")
_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run used; memory in bytes.

    `peak_tree` is the greatest sum of proportional set sizes (PSS: shared pages counted once) over
    the tree at one sample; `peak_worker` the greatest VmHWM (peak resident set, kept by the kernel)
    of one Python process below a JVM, `peak_jvm` that of a JVM. Processor time is user + system of
    every process seen, from /proc. Sampled every 0.1 s.
    """

    wall: float
    cpu: float
    peak_tree: int
    peak_worker: int
    peak_jvm: int


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end; raises RuntimeError with the end of its output where it fails."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            # The session tells the tree apart also where a process outlives its parent.
            start_new_session=True,
        )
        tree = _Tree(process.pid)
        try:
            while process.poll() is None:
                tree.sample()
                time.sleep(_EVERY_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
        wall = time.perf_counter() - start
        if process.returncode != 0:
            output.seek(0, os.SEEK_END)
            output.seek(max(0, output.tell() - 4000))
            tail = output.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}\n{tail}")
    return tree.usage(wall)


def middle(runs: Sequence[Usage]) -> Usage:
    """Return the medians of several runs, field by field."""
    return Usage(
        median(r.wall for r in runs),
        median(r.cpu for r in runs),
        round(median(r.peak_tree for r in runs)),
        round(median(r.peak_worker for r in runs)),
        round(median(r.peak_jvm for r in runs)),
    )


class _Tree:
    """Samples of all processes of one session."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._cpu: dict[int, float] = {}
        self._peak_tree = self._peak_worker = self._peak_jvm = 0

    def sample(self) -> None:
        """Look at every process of the session once."""
        total = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                total += self._look(entry)
            except OSError:
                continue  # The process ended between two looks.
        self._peak_tree = max(self._peak_tree, total)

    def _look(self, entry: Path) -> int:
        name, _, rest = (entry / "stat").read_text(errors="replace").rpartition(")")
        fields = rest.split()
        if int(fields[3]) != self._session:
            return 0
        self._cpu[int(entry.name)] = (int(fields[11]) + int(fields[12])) / _TICK
        high = _kilobytes(entry / "status", "VmHWM:")
        if name.endswith("(java"):
            self._peak_jvm = max(self._peak_jvm, high)
        elif b"pyspark.daemon" in (entry / "cmdline").read_bytes():
            self._peak_worker = max(self._peak_worker, high)
        return _kilobytes(entry / "smaps_rollup", "Pss:")

    def usage(self, wall: float) -> Usage:
        """Return what the samples add up to."""
        cpu = sum(self._cpu.values())
        return Usage(wall, cpu, self._peak_tree, self._peak_worker, self._peak_jvm)


def _kilobytes(path: Path, label: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(label):
            return int(line.split()[1]) << 10
    return 0
