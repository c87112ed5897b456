"""From a lake to the API: small areas cannot be read or worked out from everything that it answers."""

import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_calls import Get, pages
from fixture_lake import FixtureLake

from published.publish import TABLES

ROOT = Path(__file__).parents[2]
YEARS = range(2016, 2024)
BODIES = ("131016", "131024")
# What stands in a source and must stand nowhere else.
PLANTED = ("管理-4711", "三毛の雑種", "seen-by-neighbour", "ledger/secret-name")


_RUN = "import runpy, sys; sys.argv.pop(0); runpy.run_module(sys.argv[0], run_name='__main__')"


def sizes(draw: random.Random) -> list[int]:
    """Return how many animals each area of a year has: one area alone, all small, few small, none."""
    return draw.choice(
        [
            [draw.randint(1, 4)],
            [draw.randint(1, 6) for _ in range(3)],
            [draw.randint(1, 4), draw.randint(5, 9), draw.randint(5, 20)],
            [4, 4, 12],
            [4, 4],
            [5, 6, 7],
            [1, 30],
        ]
    )


@pytest.fixture(scope="module")
def truth() -> dict[tuple[str, int], Counter[str]]:
    draw = random.Random(20)
    return {
        (body, year): Counter(
            {f"{'東西南北中'[n]}{n}丁目": size for n, size in enumerate(sizes(draw))}
        )
        for body in BODIES
        for year in YEARS
    }


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, truth: dict[tuple[str, int], Counter[str]]
) -> Path:
    """Build the marts of a lake with these areas, and publish them."""
    folder = tmp_path_factory.mktemp("areas")
    lake = FixtureLake(folder / "lake")
    draw = random.Random(21)
    rows: list[dict[str, Any]] = []
    for (body, year), areas in truth.items():
        for area in [*areas.elements(), None, None]:
            number = len(rows)
            rows.append(
                {
                    "intake_id": f"{PLANTED[3]}-{number}",
                    "management_no": PLANTED[0],
                    "municipality_code": body,
                    "fiscal_year": year,
                    "intake_date": date(year, 4, 1) + timedelta(days=draw.randrange(360)),
                    "intake_type": "stray",
                    "sex": draw.choice(["male", "female", "unknown"]),
                    "coat": draw.choice(["calico", "black", "other"]),
                    "breed": PLANTED[1],
                    "collar": PLANTED[2],
                    "facility": "センター",
                    "place_area": area,
                }
            )
    lake.load("cats", f"raw/{PLANTED[3]}/a.csv", {"shelter_intake": rows})
    lake.reference(
        "ref_body",
        [
            {
                "municipality_code": body,
                "country": "JP",
                "name": body,
                "kind": "city",
                "fiscal_year_start_month": 4,
            }
            for body in BODIES
        ],
    )
    target, extract = folder / "target", folder / "extract"
    environment = os.environ | {
        "CATDATA_LAKE": lake.url,
        "CATDATA_DUCKDB": str(folder / "marts.duckdb"),
        "DBT_PROFILES_DIR": str(ROOT),
        "PYTHONPATH": f"{ROOT / 'glue'}:{ROOT / 'dbt_project'}",
    }
    selected = [f"+{table.mart}" for table in TABLES.values()]
    kept = ["--target-path", str(target), "--log-path", str(folder)]
    for command in (
        ["dbt.cli.main", "--quiet", "run", "--select", *selected, *kept],
        ["published", "--build", str(target), "--to", str(extract)],
    ):
        # Each in a process of its own: dbt keeps its database open as long as it lives.
        run = [sys.executable, "-c", _RUN, *command]
        done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return extract


@pytest.fixture
def get(serve: Callable[[Path | str], Get], place: Path) -> Get:
    return serve(place)


def solutions(hidden: int, total: int, least: int = 1) -> set[tuple[int, ...]]:
    """Return every way in which that many areas of at least one animal give the total."""
    if hidden == 1:
        return {(total,)} if total >= least else set()
    return {
        (first, *rest)
        for first in range(least, total)
        for rest in solutions(hidden - 1, total - first, least)
    }


def test_no_small_area_follows_from_both_endpoints(
    get: Get, truth: dict[tuple[str, int], Counter[str]]
) -> None:
    cats, cells = (
        pages(get, "/cats", limit=500),
        pages(get, "/cats/summary", group_by="area", limit=500),
    )
    by_year: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for cat in cats:
        by_year[cat["municipality_code"], cat["fiscal_year"]].append(cat)
    seen = set()
    for key, areas in truth.items():
        records = by_year[key]
        told = {c["area"]: c for c in cells if (c["municipality_code"], c["fiscal_year"]) == key}
        named = Counter(r["area"] for r in records if r["area"] is not None)
        # The two endpoints say the same, and nothing under five.
        observed = {a: c["heads"] for a, c in told.items() if c["value_status"] == "observed"}
        assert dict(named) == observed and all(n >= 5 for n in observed.values())
        assert all(named[a] == areas[a] for a in named)
        # What is left over is all that can be known of the hidden areas.
        rest = sum(r["area_status"] == "suppressed" for r in records)
        assert rest == sum(areas.values()) - sum(observed.values())
        hidden = [a for a, c in told.items() if c["value_status"] == "suppressed"]
        if hidden == ["withheld"]:
            seen.add("withheld")
        elif hidden:
            seen.add("hidden")
            possible = solutions(len(hidden), rest)
            for at in range(len(hidden)):
                values = {solution[at] for solution in possible}
                assert len(values) > 1 and max(values) >= 5, (key, areas)
        else:
            seen.add("open")
            assert rest == 0
        assert "unknown" in {r["area_status"] for r in records}
    assert seen == {"withheld", "hidden", "open"}


def test_no_question_gives_a_hidden_area_away(
    get: Get, truth: dict[tuple[str, int], Counter[str]]
) -> None:
    for (body, year), areas in truth.items():
        where = {"municipality_code": body, "fiscal_year": str(year)}
        for area, heads in areas.items():
            reply = get("/cats", area=area, **where)
            total = reply.json["total"]
            assert total in (0, heads) and (total == 0 or total >= 5)
            (cell,) = get("/cats/summary", group_by="area", area=area, **where).data or [None]
            assert cell is None or cell["heads"] in (None, total)


def test_nothing_else_of_the_source_is_in_the_files(place: Path, get: Get) -> None:
    answers = "".join(
        get(path, limit=2000, format=kind).text
        for path in ("/cats", "/cats/summary", "/municipalities")
        for kind in ("json", "csv")
    )
    assert answers.count("センター")
    for secret in PLANTED:
        assert secret not in answers
        assert not [p for p in place.rglob("*.parquet") if secret.encode() in p.read_bytes()]
