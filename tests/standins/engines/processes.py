"""Processes of our own that outlive the command which started them: recorded, found again, ended."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from standins.engines.problems import EngineError

_GRACE_SECONDS = 10
_START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Started:
    """A process as it was started: a number given anew by the system has another start time."""

    pid: int
    started_at: float

    @classmethod
    def this(cls) -> "Started":
        """Return the process that runs this code."""
        return cls(os.getpid(), psutil.Process().create_time())

    def find(self) -> psutil.Process | None:
        """Return the process while it lives; never another one that has its number."""
        try:
            process = psutil.Process(self.pid)
            same = process.create_time() == self.started_at
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True, slots=True)
class State:
    """What was started: the ports chosen, and the process of each service.

    `is_kept` says that a person asked for it, so that it stays when nothing uses it.
    """

    ports: dict[str, int]
    processes: dict[str, Started]
    is_kept: bool = True

    @classmethod
    def read(cls, path: Path) -> "State | None":
        """Return the state of a file; None where there is none, or it was torn by a crash."""
        try:
            values = json.loads(path.read_text())
            processes = {name: Started(**p) for name, p in values["processes"].items()}
            return cls(values["ports"], processes, values.get("is_kept", True))
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, path: Path) -> None:
        """Replace the file by this state in one step."""
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self)))
        part.replace(path)


def start(command: list[str], log: Path, environment: Mapping[str, str]) -> Started:
    """Start a process that lives on, apart from this terminal, with its output in a file."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    return Started(process.pid, psutil.Process(process.pid).create_time())


def stop(started: Started) -> None:
    """End a process and its children: politely first, so that it can end them itself."""
    process = started.find()
    if process is None:
        return
    with suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=_GRACE_SECONDS)
        for member in alive:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(alive, timeout=_GRACE_SECONDS)


def wait_until(name: str, answers: Callable[[], bool], started: Started, log: Path) -> None:
    """Wait until a service answers; says why when it ends before, or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while not answers():
        if started.find() is None:
            raise EngineError(
                f"{name} が起動しません（記録: {log}）。",
                f"{name} ended before it answered; its log is {log}:\n{_tail(log)}",
            )
        if time.monotonic() > deadline:
            raise EngineError(
                f"{name} が {_START_SECONDS} 秒たっても応答しません（記録: {log}）。",
                f"{name} did not answer within {_START_SECONDS} s; its log is {log}:\n{_tail(log)}",
            )
        time.sleep(0.2)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
