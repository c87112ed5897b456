"""Processes of the stand-ins: recorded, found again, ended; never another's."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from standins.engines import control, places, services
from standins.engines.problems import EngineError
from standins.engines.processes import Started, State, start, stop, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# Has a child, and does not end politely.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)",
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep all state of a test in a folder of its own."""
    monkeypatch.setattr(places, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def made_of_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every service be a process that sleeps and at once counts as answering."""
    monkeypatch.setattr(services, "service", lambda name, ports: services.Service(SLEEP, {}))
    monkeypatch.setattr(services, "answers", lambda name, ports: True)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_process_is_found_by_number_and_start_time(tmp_path: Path) -> None:
    started = start(SLEEP, tmp_path / "log", {})
    assert started.find() is not None
    another = replace(started, started_at=started.started_at - 1)
    assert another.find() is None
    stop(another)
    assert not gone(started.pid), "a process with a number used again must not be ended"
    stop(started)
    assert started.find() is None
    assert gone(started.pid)
    stop(started)


def test_children_end_too_even_when_nothing_ends_politely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("standins.engines.processes._GRACE_SECONDS", 0.5)
    started = start(STUBBORN, tmp_path / "log", {})
    while not (tmp_path / "log").read_text():
        time.sleep(0.02)
    child = int((tmp_path / "log").read_text())
    stop(started)
    assert gone(started.pid)
    assert gone(child)


def test_a_service_that_ends_is_told_with_the_last_lines_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    started = start([sys.executable, "-c", "raise SystemExit('no such luck')"], log, {})
    with pytest.raises(EngineError, match="no such luck") as raised:
        wait_until("X", lambda: False, started, log)
    assert "起動しません" in str(raised.value)
    assert str(log) in str(raised.value)


def test_a_service_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("standins.engines.processes._START_SECONDS", 0)
    started = start(SLEEP, tmp_path / "log", {})
    with pytest.raises(EngineError, match="did not answer"):
        wait_until("X", lambda: False, started, tmp_path / "log")
    stop(started)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"ports": {}}', '{"processes": 3, "ports": {}}']
)
def test_a_broken_state_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    assert State.read(path) is None
    path.write_text(content)
    assert State.read(path) is None


def test_a_state_survives_its_file(tmp_path: Path) -> None:
    state = State({"aws": 1}, {"aws": Started(2, 3.25)}, is_kept=False)
    state.write(tmp_path / "state.json")
    assert State.read(tmp_path / "state.json") == state


def test_up_starts_what_is_missing_and_keeps_what_runs(made_of_sleep: None) -> None:
    first = control.up(["aws"])
    assert len(set(first.ports.values())) == len(services.SERVICES)
    both = control.up(["aws", "trino"])
    assert both.ports == first.ports
    assert both.processes["aws"] == first.processes["aws"]
    assert control.running() == both
    assert control.up(["trino"]) == both
    assert control.down()
    assert all(gone(process.pid) for process in both.processes.values())
    assert control.running() is None
    assert not control.down()


def test_a_dead_service_has_all_started_anew(made_of_sleep: None) -> None:
    before = control.up(["aws", "trino"])
    stop(before.processes["trino"])
    assert control.running() is None
    after = control.up(["aws"])
    assert gone(before.processes["aws"].pid)
    assert after.processes["aws"] != before.processes["aws"]
    assert set(after.processes) == {"aws"}
    control.down()


def test_a_state_left_by_a_crash_of_the_machine_is_healed(made_of_sleep: None) -> None:
    state = control.up(["aws"])
    control.down()
    innocent = subprocess.Popen(SLEEP)
    try:
        stale = Started(innocent.pid, state.processes["aws"].started_at - 86400)
        replace(state, processes={"aws": stale}).write(places.running() / "state.json")
        assert control.running() is None
        assert control.up(["aws"]).processes["aws"].pid != innocent.pid
        control.down()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_failed_start_leaves_nothing_behind(
    made_of_sleep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "answers", lambda name, ports: name == "aws")
    monkeypatch.setattr("standins.engines.processes._START_SECONDS", 0)
    seen: list[Started] = []
    really = control.start

    def watched(*given) -> Started:  # type: ignore[no-untyped-def]
        seen.append(really(*given))
        return seen[-1]

    monkeypatch.setattr(control, "start", watched)
    with pytest.raises(EngineError, match="did not answer"):
        control.up(["aws", "trino"])
    assert len(seen) == 2
    assert all(gone(process.pid) for process in seen)
    assert control.recorded() is None


def test_the_last_user_ends_what_it_shared(made_of_sleep: None, cache: Path) -> None:
    with control.shared(["aws"]) as state:
        other = start(SLEEP, cache / "other.log", {})
        mark = places.users() / f"{other.pid}.json"
        mark.write_text(f'{{"pid": {other.pid}, "started_at": {other.started_at}}}')
    assert control.running() == state, "another user is still there"
    stop(other)
    with control.shared(["aws"]) as again:
        assert again == state
    assert control.running() is None
    assert not mark.exists()


def test_one_process_may_share_twice(made_of_sleep: None) -> None:
    with control.shared(["aws"]) as state:
        with control.shared(["aws"]) as again:
            assert again == state
        assert control.running() == state, "the outer use goes on"
    assert control.running() is None


def test_a_slow_answer_takes_nothing_from_others(
    made_of_sleep: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = control.up(["aws"])
    answers = iter([False, False])
    monkeypatch.setattr(services, "answers", lambda name, ports: next(answers, True))
    assert control.up(["aws"]) == state
    control.down()


def test_what_a_person_asked_for_stays(made_of_sleep: None) -> None:
    asked = control.up(["aws"])
    with control.shared(["aws"]):
        pass
    assert control.running() == asked
    control.down()
    with control.shared(["aws"]):
        control.up(["aws"])
    assert control.running() is not None
    control.down()


def test_two_checkouts_have_their_own(made_of_sleep: None, monkeypatch, tmp_path: Path) -> None:
    first = control.up(["aws"])
    monkeypatch.setattr(places, "CACHE", tmp_path / "another")
    second = control.up(["aws"])
    assert control.down()
    assert gone(second.processes["aws"].pid)
    assert not gone(first.processes["aws"].pid)
    monkeypatch.setattr(places, "CACHE", tmp_path / "cache")
    assert control.down()
