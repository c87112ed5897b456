"""The samples' world: plausible animals of each body and year, before any file makes them messy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal, get_args

from catdata.samples.bodies import Body

FIRST_YEAR, LAST_YEAR = 2019, 2025
ALL_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
AS_OF = date(2026, 3, 31)

# Kittens come from spring to autumn: share of a year's intakes by month, April first.
_SEASON = (8, 14, 15, 13, 11, 10, 9, 6, 4, 3, 3, 4)
_KITTEN_SHARE = (50, 72, 70, 64, 60, 58, 52, 34, 18, 10, 12, 26)

_COATS = {
    "brown_tabby": 24, "brown_tabby_white": 14, "orange_tabby": 9, "orange_white": 8,
    "silver_tabby": 5, "silver_white": 4, "black": 12, "black_white": 11, "white": 3, "grey": 2,
    "calico": 5, "tortoiseshell": 4, "unknown": 2,
}  # fmt: skip

Defect = Literal[
    "invalid_date",
    "missing_date",
    "invalid_outcome_date",
    "unknown_outcome",
    "unknown_intake_type",
    "outcome_before_intake",
    "other_species",
]
DEFECTS: tuple[Defect, ...] = get_args(Defect)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cat was found or a caller lives: town, block and the street number that must go."""

    town: str
    block: int
    street: str

    @property
    def area(self) -> str:
        """Return the town block, the finest place that outputs may show."""
        return f"{self.town}{self.block}丁目"


@dataclass(frozen=True, slots=True)
class Animal:
    """One animal's stay; ages in whole months, `None` where the ledger does not know.

    `looks_adult` is all that some ledgers say of an age.
    """

    number: str
    facility: str
    intake_date: date
    intake_type: str
    place: Place
    coat: str
    sex: str
    neuter_status: str
    age_months: int | None
    looks_adult: bool
    collar: bool
    chip: bool
    outcome_type: str | None
    outcome_date: date | None
    recipient: str | None = None
    category: str | None = None
    defect: Defect | None = None

    @property
    def fiscal_year(self) -> int:
        """Return the fiscal year of the intake."""
        return fiscal_year(self.intake_date)

    @property
    def is_kitten(self) -> bool:
        """Tell whether the age is known and under 5 months."""
        return self.age_months is not None and self.age_months < 5

    @property
    def is_unweaned(self) -> bool:
        """Tell whether the statistics would count the animal as 幼齢."""
        return self.age_months is not None and self.age_months < 2

    @property
    def is_accepted(self) -> bool:
        """Tell whether the row is a cat with a day of intake that can be read."""
        return self.defect not in ("invalid_date", "missing_date", "other_species")


def fiscal_year(day: date) -> int:
    """Return the fiscal year (April to March, named by its first year) of a day."""
    return day.year if day.month >= 4 else day.year - 1


def random_place(rng: Random, body: Body) -> Place:
    """Return a place in one of the body's towns, with a street number."""
    return Place(
        rng.choice(body.towns), rng.randint(1, 5), f"{rng.randint(1, 28)}-{rng.randint(1, 40)}"
    )


def animals(rng: Random, body: Body, scale: float) -> list[Animal]:
    """Return the stays of one body over all years, in order of intake.

    Intakes fall by about 5 % a year, rehoming rises and euthanasia falls; a stay whose end lies
    after AS_OF is still open.
    """
    stays: list[Animal] = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        level = body.yearly_intakes * scale * 0.95 ** (year - FIRST_YEAR)
        days = sorted(_day(rng, year) for _ in range(round(level * rng.uniform(0.95, 1.05))))
        stays += [_animal(rng, body, year, n, day) for n, day in enumerate(days, start=1)]
    return stays


def with_defects(
    rng: Random, stays: list[Animal], years: Iterable[int], defects: Sequence[Defect] = DEFECTS
) -> list[Animal]:
    """Return the stays with one row of every defect in each of the years."""
    stays = list(stays)
    for year in years:
        ended = [i for i, a in enumerate(stays) if a.fiscal_year == year and a.outcome_date]
        for place, defect in zip(rng.sample(ended, len(defects)), defects, strict=True):
            stays[place] = _spoil(stays[place], defect)
    return stays


def _spoil(animal: Animal, defect: Defect) -> Animal:
    match defect:
        case "unknown_outcome":
            return replace(
                animal, defect=defect, outcome_type="unknown", recipient=None, category=None
            )
        case "unknown_intake_type":
            return replace(animal, defect=defect, intake_type="unknown")
        case "outcome_before_intake":
            return replace(
                animal, defect=defect, outcome_date=animal.intake_date - timedelta(days=3)
            )
        case "invalid_outcome_date":
            return replace(animal, defect=defect, outcome_date=None)
        case _:
            return replace(animal, defect=defect)


def _day(rng: Random, year: int) -> date:
    month = rng.choices(range(12), _SEASON)[0]
    first = date(year + (month + 3) // 12, (month + 3) % 12 + 1, 1)
    return first + timedelta(days=rng.randrange(28))


def _animal(rng: Random, body: Body, year: int, n: int, day: date) -> Animal:
    kitten = rng.random() * 100 < _KITTEN_SHARE[(day.month - 4) % 12]
    if kitten:
        age: int | None = rng.choice((0, 1, 1, 2, 2, 3, 4))
    elif rng.random() < 0.12:
        age = None
    else:
        age = rng.choice((6, 8, 10)) if rng.random() < 0.2 else 12 * rng.randint(1, 16)
    owner = not kitten and rng.random() < 0.35
    intake_type = rng.choices(
        ("owner_surrender",) if owner else ("stray", "injured", "transfer_in", "ordinance"),
        (1,) if owner else (86, 9, 2, 3),
    )[0]
    sex = rng.choices(("male", "female", "unknown"), (46, 46, 8))[0]
    neutered = not kitten and sex != "unknown" and rng.random() < (0.4 if owner else 0.12)
    outcome, stay = _outcome(rng, year, kitten, intake_type)
    end = day + timedelta(days=stay)
    left = end <= AS_OF
    return Animal(
        number=f"R{year - 2018:02d}-{n:04d}",
        facility=rng.choices(body.facilities, (3, 1)[: len(body.facilities)])[0],
        intake_date=day,
        intake_type=intake_type,
        place=random_place(rng, body),
        coat=rng.choices(tuple(_COATS), tuple(_COATS.values()))[0],
        sex=sex,
        neuter_status="neutered" if neutered else "unknown",
        age_months=age,
        looks_adult=age is None and rng.random() < 0.5,
        collar=not kitten and rng.random() < 0.15,
        chip=not kitten and rng.random() < 0.08,
        outcome_type=outcome if left else None,
        outcome_date=end if left else None,
        recipient=_recipient(rng, outcome) if left else None,
        category=_category(rng, outcome, kitten) if left else None,
    )


def _outcome(rng: Random, year: int, kitten: bool, intake_type: str) -> tuple[str, int]:
    """Return how a stay ends and after how many days."""
    progress = (year - FIRST_YEAR) / (LAST_YEAR - FIRST_YEAR)
    returned = 0 if kitten or intake_type == "owner_surrender" else 9
    hurt = 12 if intake_type == "injured" else 0
    weights = {
        "rehomed": 42 + 26 * progress,
        "euthanized": 38 - 28 * progress + hurt,
        "returned": returned,
        "died": (14 - 4 * progress) if kitten else 5,
        "transfer_out": 2,
        "returned_to_field": 0 if kitten else 2 + 3 * progress,
        "escaped": 0.4,
    }
    outcome = rng.choices(tuple(weights), tuple(weights.values()))[0]
    days = {
        "rehomed": lambda: round(rng.gammavariate(2, 20)) + 3,
        "euthanized": lambda: rng.randint(2, 21),
        "returned": lambda: rng.randint(0, 7),
        "died": lambda: rng.randint(0, 25),
    }
    return outcome, days.get(outcome, lambda: rng.randint(3, 40))()


def _recipient(rng: Random, outcome: str) -> str | None:
    return rng.choices(("individual", "group"), (60, 40))[0] if outcome == "rehomed" else None


def _category(rng: Random, outcome: str, kitten: bool) -> str | None:
    if outcome == "died":
        return "3"
    if outcome == "euthanized":
        return rng.choices(("1", "2"), (35, 65) if kitten else (60, 40))[0]
    return None
