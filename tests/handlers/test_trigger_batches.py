"""Worked cases of one batch after another: what is started, what comes back, what is claimed."""

import json
from typing import Any

import pytest
from process_cat_data.runs import Runs, StartError
from trigger_world import TIMEOUT_SECONDS, World, body, notification, put, refusal

from standins.lambda_queue import record

A, B, C = "raw/a/1.csv", "raw/a/2.csv", "raw/b/台帳.csv"


def claims(world: World) -> list[str]:
    return [key for key in world.s3.objects if key.startswith("trigger/claims/")]


def test_a_batch_is_one_run_over_one_manifest() -> None:
    world = World()
    assert world.process(put(C, "v"), put(A, "v"), body(notification(B, "v"))) == []
    [run] = world.glue.runs
    assert run["keys"] == sorted([A, B, C])
    manifest = run["Arguments"]["--manifest"]
    assert manifest.startswith("trigger/manifests/")
    [claim, *_] = (json.loads(world.s3.objects[key]) for key in claims(world))
    assert claim["manifest"] == manifest and claim["state"] == "claimed"
    assert world.counts["ObjectsStarted"] == 3 and world.counts["RunsStarted"] == 1


def test_nothing_to_start_touches_nothing() -> None:
    world = World()
    assert world.process(body(notification("raw/a/")), put("normalized/x.parquet")) == []
    assert not world.s3.calls and not world.glue.calls
    assert world.counts["EventsIgnored"] == 2


def test_duplicates_within_a_batch_and_later_are_skipped() -> None:
    world = World()
    assert world.process(put(A, "v"), put(A, "v"), body(notification(A, "v"))) == []
    assert world.process(put(A, "v"), put(B, "v")) == []
    assert [run["keys"] for run in world.glue.runs] == [[B], [A]]
    assert world.counts["DuplicatesSkipped"] == 3


def test_an_older_version_that_comes_late_starts_the_same_key_once_more() -> None:
    world = World()
    assert world.process(put(A, "new", sequencer="02"), put(A, "newer", sequencer="03")) == []
    assert world.process(put(A, "old", sequencer="01")) == []
    assert [run["keys"] for run in world.glue.runs] == [[A], [A]]


def test_a_malformed_message_comes_back_alone_and_its_good_part_is_started() -> None:
    world = World()
    mixed = json.dumps({"Records": [notification(B, "v"), {}]})
    assert world.process(put(A, "v"), "nonsense", mixed) == [1, 2]
    assert world.process("nonsense", mixed) == [0, 1]
    assert [run["keys"] for run in world.glue.runs] == [[A, B]]
    assert world.counts["MessagesMalformed"] == 4


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("ConcurrentRunsExceededException", "StartsDeferred"),
        ("ThrottlingException", "StartsDeferred"),
        ("ResourceNumberLimitExceededException", "StartsDeferred"),
        ("EntityNotFoundException", "StartsRefused"),
        ("AccessDeniedException", "StartsRefused"),
        ("InvalidInputException", "StartsRefused"),
    ],
)
def test_a_refused_start_gives_everything_back_at_once(code: str, counted: str) -> None:
    world = World()
    world.glue.refuse = lambda: code
    assert world.process(put(A, "v"), put(B, "v")) == [0, 1]
    assert not claims(world)
    assert world.counts[counted] == world.counts["BatchesReturned"] == 1
    world.glue.refuse = lambda: None
    assert world.process(put(A, "v"), put(B, "v")) == []
    assert world.glue.started() == {A: 1, B: 1}


def test_a_start_whose_answer_is_lost_is_not_repeated() -> None:
    world = World()

    def lose(what: str) -> None:
        if what == "glue after start_job_run":
            raise refusal("InternalServiceException", 500)

    world.glue.step = lose
    assert world.process(put(A, "v"), put(B, "v")) == [0, 1]
    assert len(claims(world)) == 2
    assert world.process(put(A, "v")) == [0]  # not known yet
    world.pass_time(6 * TIMEOUT_SECONDS)
    assert world.process(put(A, "v"), put(B, "v"), put(C, "v")) == [2]  # the answer is lost again
    assert world.glue.started() == {A: 1, B: 1, C: 1}
    assert world.glue.calls["get_job_runs"] == 1


def test_a_server_error_that_started_nothing_is_made_good_later() -> None:
    world = World()
    world.glue.refuse = lambda: "InternalServiceException"
    assert world.process(put(A, "v")) == [0]
    world.glue.refuse = lambda: None
    world.pass_time(6 * TIMEOUT_SECONDS)
    assert world.process(put(A, "v")) == []
    assert world.glue.started() == {A: 1}
    assert world.counts["ClaimsTakenOver"] == 1


@pytest.mark.parametrize("died", ["s3 after put_object", "glue after start_job_run"])
def test_a_dead_invocations_claim_is_taken_over_only_when_it_is_stale(died: str) -> None:
    class Death(BaseException):
        pass

    world = World()

    def die(what: str) -> None:
        if what == died:
            raise Death

    world.s3.step = world.glue.step = die
    with pytest.raises(Death):
        world.process(put(A, "v"))
    world.s3.step = world.glue.step = lambda _: None
    world.pass_time(TIMEOUT_SECONDS)
    assert world.process(put(A, "v")) == [0]  # it may live: the clocks may differ
    world.pass_time(31)
    assert world.process(put(A, "v")) == []
    assert world.process(put(A, "v")) == []
    assert world.glue.started() == {A: 1}


def test_a_claim_that_nobody_can_read_is_nobodys() -> None:
    world = World()
    world.process(put(A, "v"))
    [claim] = claims(world)
    for content in (b"", b"[]", b"{}", b'{"attempt": 1, "at": "x", "held_until": "y"}'):
        world.s3.objects[claim] = content
        assert world.process(put(A, "v")) == []
    assert world.glue.started() == {A: 5}


def test_a_put_whose_answer_was_lost_is_known_as_ones_own() -> None:
    """boto3 tries again, and finds its own claim."""
    world = World()
    original = world.s3.put_object

    def twice(**put: Any) -> object:
        original(**put)
        return original(**put)

    world.s3.put_object = twice  # type: ignore[assignment,method-assign]
    assert world.process(put(A, "v")) == []
    assert world.glue.started() == {A: 1}


def test_an_object_whose_claim_failed_is_not_taken_for_one_of_the_run() -> None:
    """Its claim bears the attempt's name, but the attempt's manifest lacks it."""
    world = World()
    seen = iter(range(100))

    def lose_the_first(what: str) -> None:
        if what == "s3 after put_object" and next(seen) == 0:
            raise refusal("SlowDown", 503)

    world.s3.step = lose_the_first
    assert world.process(put(A, "v"), put(B, "v")) == [0]
    world.pass_time(6 * TIMEOUT_SECONDS)
    assert world.process(put(A, "v"), put(B, "v")) == []
    assert world.glue.started() == {A: 1, B: 1}


def test_what_there_is_no_time_for_comes_back_unclaimed() -> None:
    world = World()
    clock = iter([60.0, 60.0, 60.0, 10.0])
    records = [record(put(key, "v"), str(number)) for number, key in enumerate([A, B, C])]
    result = world.trigger().process(records, lambda: next(clock))
    assert result.returned == ["1", "2"]
    assert world.glue.started() == {A: 1}


@pytest.mark.parametrize("call", ["put_object", "list_objects_v2", "get_object"])
def test_storage_that_refuses_loses_nothing(call: str) -> None:
    world = World()
    world.process(put(B, "v"))

    def refuse(what: str) -> None:
        if what == f"s3 before {call}":
            raise refusal("AccessDenied", 403)

    world.s3.step = refuse
    assert 0 in world.process(put(B, "v"), put(A, "v"))
    world.s3.step = lambda _: None
    world.pass_time(6 * TIMEOUT_SECONDS)
    assert world.process(put(B, "v"), put(A, "v")) == []
    assert world.glue.started() == {A: 1, B: 1}


def test_two_puts_at_the_same_moment_come_back() -> None:
    """S3 answers 409 to a conditional put that meets another one; moto never does."""
    world = World()

    def conflict(what: str) -> None:
        if what == "s3 before put_object":
            raise refusal("ConditionalRequestConflict", 409)

    world.s3.step = conflict
    assert world.process(put(A, "v")) == [0]
    assert not world.glue.runs
    world.s3.step = lambda _: None
    assert world.process(put(A, "v")) == []


@pytest.mark.parametrize("status", [500, 503])
def test_an_unknown_server_error_may_have_started_a_run(status: int) -> None:
    class Glue:
        def start_job_run(self, **_: object) -> None:
            raise refusal("?", status)

    with pytest.raises(StartError) as raised:
        Runs(Glue(), "job").start("m")
    assert raised.value.passing and not raised.value.certain
