"""Crashes: a child process that kills itself just before its n-th effect on the outside world."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
# What takes long to import; pyarrow imports pandas by itself when it meets Python objects.
_CONTEXT.set_forkserver_preload(["pandas", "pyarrow.compute", "pyarrow.parquet", "obstore"])


def crashes(action: Callable[[str], object], fresh: Callable[[int], str]) -> Iterator[str]:
    """Run an action on fresh lakes in children that die before its first effect, its second, …

    Yields the URL of each lake after the child has died there, and ends when the action comes to its
    end alive. A write dies half way.
    """
    for step in count(1):
        url = fresh(step)
        child = _CONTEXT.Process(target=_run, args=(step, action, url, dict(os.environ)))
        child.start()
        child.join()
        if child.exitcode == 0:
            assert step > 1, "the action had no effect at all"
            return
        assert child.exitcode == -signal.SIGKILL, f"step {step}: exit code {child.exitcode}"
        yield url


def _run(step: int, action: Callable[[str], object], url: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)  # the fork server has that of its own start
    import obstore

    from catdata.storage.disk import Sink

    steps = iter(range(step - 1))

    def deadly(owner: Any, name: str, half: Callable[..., object] | None = None) -> None:
        effect = getattr(owner, name)

        def die_or_do(*args: Any, **kwargs: Any) -> Any:
            if next(steps, None) is None:
                if half is not None:
                    half(effect, *args)
                os.kill(os.getpid(), signal.SIGKILL)
            return effect(*args, **kwargs)

        setattr(owner, name, die_or_do)

    for name in ("link", "replace", "unlink", "mkdir", "rmdir", "fsync", "sync"):
        deadly(os, name)
    for name in ("put", "delete"):
        deadly(obstore, name)
    deadly(Sink, "write", lambda write, sink, data: write(sink, data[: len(data) // 2]))
    action(url)
    # Without the clean-up of multiprocessing, whose effects are not the action's.
    os._exit(0)
