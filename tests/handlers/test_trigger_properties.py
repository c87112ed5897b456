"""Whatever comes in whatever order: each object version is started once, and nothing is lost."""

import unicodedata
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from process_cat_data.observability import logger
from trigger_world import VISIBILITY_SECONDS, World, put

KEYS = [
    unicodedata.normalize("NFC", "raw/a/ガ.csv"),
    unicodedata.normalize("NFD", "raw/a/ガ.csv"),
    "raw/b/c d+e.csv",
    "raw/b/x.csv",
    "raw/c/y/z.csv",
]
REPLAYS = 10

seeds = st.integers(0, 2**32)
versions = st.lists(st.integers(1, 3), min_size=1, max_size=len(KEYS))


@pytest.fixture(autouse=True, scope="module")
def silent() -> Iterator[None]:
    """Spare the log what thousands of invocations say."""
    before = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(before)


def settle(world: World) -> None:
    """Work until the queue is empty, at last without faults."""
    for round in count():
        assert round < 400, "the queue never empties"
        if not world.queue:
            return
        if round == 60:
            world.turns.faults = False
            world.glue.refuse = lambda: None
        world.work()


@given(seeds, versions)
def test_ten_replays_in_any_order_start_each_version_once(seed: int, counts: list[int]) -> None:
    world = World(seed)
    told = [put(key, f"v{n}") for key, most in zip(KEYS, counts, strict=False) for n in range(most)]
    messages = told * REPLAYS
    world.random.shuffle(messages)
    for message in messages:
        world.send(message)
    settle(world)
    assert world.counts["ObjectsStarted"] == len(told)
    assert world.counts["DuplicatesSkipped"] >= len(told) * (REPLAYS - 1)


@settings(max_examples=200)
@given(seeds, st.integers(1, len(KEYS)))
def test_faults_deaths_and_lost_answers_neither_lose_nor_repeat(seed: int, size: int) -> None:
    """Each key has one version here, so that the runs' manifests tell how often it was started."""
    world = World(seed, faults=True)
    refusals = ["ConcurrentRunsExceededException", "AccessDeniedException", None, None, None]
    world.glue.refuse = lambda: world.random.choice(refusals)
    messages = [put(key, "v") for key in KEYS[:size]] * 4
    world.random.shuffle(messages)
    for message in messages:
        world.send(message)
    settle(world)
    assert world.glue.started() == dict.fromkeys(KEYS[:size], 1)


@settings(max_examples=100)
@given(seeds)
def test_a_run_reads_each_version_after_it_came(seed: int) -> None:
    """New versions come while work goes on; a run that started before a version does not count."""
    world = World(seed, faults=True)
    came: list[tuple[str, object]] = []
    for version in range(8):
        key = world.random.choice(KEYS)
        came.append((key, world.now()))
        for _ in range(world.random.randint(1, 3)):
            world.send(put(key, f"v{version}"))
        for _ in range(world.random.randint(0, 2)):
            world.work()
        world.pass_time(world.random.choice([1, VISIBILITY_SECONDS]))
    settle(world)
    for key, moment in came:
        assert any(key in run["keys"] and run["StartedOn"] >= moment for run in world.glue.runs)
    versions = {key: sum(k == key for k, _ in came) for key, _ in came}
    assert all(world.glue.started()[key] <= most for key, most in versions.items())
