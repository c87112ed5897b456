"""A process that runs a command and kills itself at a chosen step of its write path.

Started by test_crash.py, which sends a line of JSON for every run: the step and the command's
arguments. The process imports everything once and forks for every run; the fork sends itself SIGKILL
just before the step-th operation that changes a file, and the answer says whether it came that far.
"""

import json
import os
import signal
import sys
from typing import Any

from catdata.cli import commands
from catdata.contracts.load import load_contracts
from catdata.storage import disk

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def kill_at(step: int) -> None:
    """Arrange for SIGKILL just before change number `step` of any file."""
    count = 0

    def change() -> None:
        nonlocal count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and int(arguments[2] or 0) & WRITING):
            change()

    write, fsync = disk.Sink.write, os.fsync

    def counted_write(self: disk.Sink, data: object, /) -> int:
        change()
        return write(self, data)

    def counted_fsync(descriptor: int) -> None:
        change()
        fsync(descriptor)

    sys.addaudithook(hook)
    disk.Sink.write = counted_write  # type: ignore[method-assign]
    os.fsync = counted_fsync


def main() -> None:
    """Answer every request on standard input with `killed` or `ended CODE`."""
    # Reading contracts writes nothing, and takes longer than all the rest of a small load.
    contracts = load_contracts()
    sys.modules["catdata.cli.ingest"].load_contracts = lambda: contracts  # type: ignore[attr-defined]
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            kill_at(request["step"])
            try:
                commands.main(request["arguments"])
            except SystemExit as end:
                os._exit(int(end.code or 0))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
