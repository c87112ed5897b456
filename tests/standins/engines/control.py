"""Up, status and down of all stand-ins of this checkout; safe to call from several processes."""

import fcntl
import json
import shutil
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from uuid import uuid4

from standins.engines import places, services
from standins.engines.processes import Started, State, start, stop, wait_until

# A service at work for others may be slow to answer; to start it anew would take it from them.
_TRIES = 12


def up(wanted: Iterable[str] = services.SERVICES) -> State:
    """Start the wanted services that do not run yet, wait until each answers, and return the state.

    Where one that was started has died or does not come to answer, all are started anew: the others
    hold what it had.
    """
    with _alone():
        return _up(wanted, keep=True)


@contextmanager
def shared(wanted: Iterable[str] = services.SERVICES) -> Iterator[State]:
    """Give the services to this process, together with others that do the same.

    The last one that leaves ends them, unless a person has asked for them by `up`.
    """
    me = Started.this()
    # One mark for each use: a process may use the services twice at a time, one use within another.
    mark = places.users() / f"{me.pid}-{uuid4().hex}.json"
    with _alone():
        state = _up(wanted, keep=False)
        places.users().mkdir(parents=True, exist_ok=True)
        mark.write_text(json.dumps(asdict(me)))
    try:
        yield state
    finally:
        with _alone():
            mark.unlink(missing_ok=True)
            current = State.read(_state_file())
            if current is not None and not current.is_kept and not _is_used():
                _down(current)


def running() -> State | None:
    """Return the state when everything that was started lives and answers, else None."""
    state = State.read(_state_file())
    return state if state is not None and _all_answer(state) else None


def recorded() -> State | None:
    """Return the state as it was written, whether its processes live or not."""
    return State.read(_state_file())


def down() -> bool:
    """End everything that was started, also after a crash; return whether anything still ran."""
    with _alone():
        return _down(State.read(_state_file()))


def environment(state: State) -> dict[str, str]:
    """Return the variables that lead clients to what the state says is running."""
    return services.environment(state.ports, frozenset(state.processes))


def _up(wanted: Iterable[str], *, keep: bool) -> State:
    state = State.read(_state_file())
    if state is None or not _all_answer(state, _TRIES):
        _down(state)
        state = State(_free_ports(), {}, keep)
    state = replace(state, is_kept=state.is_kept or keep)
    try:
        return _start(state, [name for name in wanted if name not in state.processes])
    except BaseException:
        _down(State.read(_state_file()))
        raise


def _is_used() -> bool:
    """Return whether a living process uses the services; the marks of dead ones go."""
    used = False
    for mark in places.users().glob("*.json"):
        if Started(**json.loads(mark.read_text())).find():
            used = True
        else:
            mark.unlink()
    return used


def _start(state: State, names: list[str]) -> State:
    for name in names:
        services.folder(name).mkdir(parents=True, exist_ok=True)
        service = services.service(name, state.ports)
        started = start(service.command, _log(name), service.environment)
        state = replace(state, processes=state.processes | {name: started})
        state.write(_state_file())
    state.write(_state_file())
    for name in names:
        wait_until(
            services.TITLES[name],
            lambda name=name: services.answers(name, state.ports),  # type: ignore[misc]
            state.processes[name],
            _log(name),
        )
    return state


def _down(state: State | None) -> bool:
    alive = [p for p in (state.processes.values() if state else ()) if p.find()]
    for process in reversed(alive):
        stop(process)
    if places.running().is_dir():
        for path in places.running().iterdir():
            if path.is_dir():
                shutil.rmtree(path)
    _state_file().unlink(missing_ok=True)
    return bool(alive)


def _all_answer(state: State, tries: int = 1) -> bool:
    return bool(state.processes) and all(
        any(process.find() and services.answers(name, state.ports) for _ in range(tries))
        for name, process in state.processes.items()
    )


def _free_ports() -> dict[str, int]:
    """Choose all ports at once, so that no two are the same."""
    with ExitStack() as stack:
        chosen = {}
        for name in services.SERVICES:
            holder = stack.enter_context(socket.socket())
            holder.bind((services.HOST, 0))
            chosen[name] = holder.getsockname()[1]
        return chosen


def _log(name: str) -> Path:
    return places.running() / f"{name}.log"


def _state_file() -> Path:
    return places.running() / "state.json"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time change what runs; a second one says that it waits."""
    places.running().mkdir(parents=True, exist_ok=True)
    with (places.running() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(
                "別の実行が終わるのを待っています… / waiting for another run to finish…\n"
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
