"""Histories of a lake drawn at random: new, corrected, withdrawn, late, merged and lost loads."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

from fixture_lake import FixtureLake, Row
from scenarios import body, figure, intake, outcome, source

BODIES = ("131016", "141003", "271004")
SOURCES = ("paper", "office", "listing")
FIRST_DAY = date(2022, 1, 10)
# Few numbers, so that corrections meet the animals of earlier loads and of other objects.
NUMBERS = range(1, 8)


class History:
    """Changes a lake step by step; the same seed gives the same steps."""

    def __init__(self, lake: FixtureLake, seed: int) -> None:
        self._lake, self._random = lake, Random(seed)
        self._loaded: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._start_month = 4
        self._publish()
        lake.reference("ref_source", [source(s, is_snapshot=s == "listing") for s in SOURCES])
        for source_id in SOURCES:
            self._load((source_id, f"raw/{source_id}/0"))

    def step(self) -> str:
        """Change the lake in one way, and return which."""
        ways: dict[str, Callable[[], None]] = {
            "new": lambda: self._load(self._new()),
            "corrected": lambda: self._load(self._some()),
            "late": lambda: self._load(self._new(), years=-3),
            "withdrawn": self._withdraw,
            "merged": self._merge,
            "lost": lambda: self._lose(self._some()),
            "reference": self._change_reference,
        }
        name = self._random.choice(list(ways))
        ways[name]()
        return name

    def _new(self) -> tuple[str, str]:
        source_id = self._random.choice(SOURCES)
        return source_id, f"raw/{source_id}/{self._random.randrange(10**6)}"

    def _some(self) -> tuple[str, str]:
        return self._random.choice(sorted(self._loaded))

    def _load(self, place: tuple[str, str], years: int = 0) -> None:
        self._loaded[place] = rows = self._rows(place[0], years)
        observed = {"observed_date": self._day(years)} if place[0] == "listing" else {}
        self._lake.load(*place, rows, **observed)

    def _withdraw(self) -> None:
        place = self._some()
        self._lake.withdraw(*place)
        self._loaded[place] = {}

    def _merge(self) -> None:
        place = self._some()
        merged = datetime(2026, 5, 1, tzinfo=UTC)
        self._lake.load(*place, self._loaded[place], compacted_at=merged)

    def _lose(self, place: tuple[str, str]) -> None:
        """Write files whose load is never committed, as a crash leaves them."""
        self._lake.rows(*place, self._rows(place[0], 0))

    def _change_reference(self) -> None:
        self._start_month = 7 if self._start_month == 4 else 4
        self._publish()

    def _publish(self) -> None:
        months = {"fiscal_year_start_month": self._start_month, "population": 100_000}
        self._lake.reference("ref_body", [body(b, b, "core_city", **months) for b in BODIES])

    def _day(self, years: int) -> date:
        return FIRST_DAY + timedelta(days=self._random.randrange(900) + 365 * years)

    def _rows(self, source_id: str, years: int) -> dict[str, list[Row]]:
        chosen = self._random.sample(NUMBERS, k=self._random.randint(0, 5))
        rows: dict[str, list[Row]] = {"shelter_intake": [], "outcome": [], "complaint": []}
        for number in chosen:
            start = self._day(years)
            end = start + timedelta(days=self._random.randrange(-2, 400))
            place = {"municipality_code": self._random.choice(BODIES)}
            observed = {"observed_date": start} if source_id == "listing" else {}
            moved = self._random.random() < 0.2
            rows["shelter_intake"].append(
                intake(
                    str(number), str(start), management_no=str(number // 2), **place, **observed,
                    coat=self._random.choice(["black", "unknown", "white"]),
                    dq_flags=["STAY_CONTINUED"] if moved else [],
                )
            )  # fmt: skip
            if self._random.random() < 0.7:
                kind = self._random.choice(["returned", "rehomed", "died", "unknown"])
                rows["outcome"].append(outcome(str(number), str(end), kind, **place, **observed))
        if source_id == "office":
            rows["complaint"] = [
                {
                    "case_id": f"c{number}", "received_date": self._day(years),
                    "categories": ["feces"], "area": "一丁目",
                    "municipality_code": self._random.choice(BODIES),
                }
                for number in chosen
            ]  # fmt: skip
            year = 2022 + years
            rows["annual_report"] = [
                figure(year, "intake_total", 10 + n, municipality_code=BODIES[0], revision=n)
                for n in chosen[:1]
            ]
        return rows
