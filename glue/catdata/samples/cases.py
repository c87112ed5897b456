"""The samples' world beside the shelters: subsidised surgeries, complaints and carcasses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from catdata.samples.bodies import Body
from catdata.samples.people import People, Person
from catdata.samples.world import Place, random_place

YEN_PER_HEAD = {"male": 5_000, "female": 10_000}
CLINICS = ("髙橋どうぶつ病院", "灯台動物クリニック", "ねこのて診療所", "㈱アニマルケア風待")
# An application counts once the surgery was done.
DONE = ("paid", "completed")
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Line:
    """One sex of an application: heads and subsidy, or the text that spoils the heads."""

    number: int
    sex: str
    heads: int
    bad_heads: str | None = None

    @property
    def yen(self) -> int:
        """Return the subsidy in yen."""
        return self.heads * YEN_PER_HEAD[self.sex]


@dataclass(frozen=True, slots=True)
class Application:
    """One application for subsidised surgeries with its lines."""

    number: str
    fiscal_year: int
    applicant: Person
    place: Place
    applied: date
    approved: date | None
    surgery: date | None
    paid: date | None
    status: str
    clinic: str
    lines: tuple[Line, ...]


def applications(
    rng: Random, people: People, body: Body, year: int, count: int, *, defects: bool
) -> list[Application]:
    """Return one fiscal year's applications; a third come from people who apply again.

    All days of an application lie in its fiscal year. With `defects`, two lines have heads that
    no count can be.
    """
    days = sorted(date(year, 4, 1) + timedelta(days=rng.randrange(270)) for _ in range(count))
    known: list[Person] = []
    result = []
    for n, applied in enumerate(days, start=1):
        if known and rng.random() < 0.35:
            applicant = rng.choice(known)
        else:
            applicant = people.person(body, random_place(rng, body))
            known.append(applicant)
        status = rng.choices(
            ("paid", "completed", "approved", "withdrawn", "rejected"), (82, 6, 4, 5, 3)
        )[0]
        approved = applied + timedelta(days=rng.randint(3, 14))
        surgery = approved + timedelta(days=rng.randint(2, 30))
        done = status in DONE
        sexes = rng.choices((("female",), ("male",), ("male", "female")), (45, 25, 30))[0]
        lines = tuple(
            Line(i, sex, rng.choices((1, 2, 3, 5), (60, 25, 10, 5))[0])
            for i, sex in enumerate(sexes, start=1)
        )
        result.append(
            Application(
                number=f"TNR{year}-{n:03d}",
                fiscal_year=year,
                applicant=applicant,
                place=applicant.place,
                applied=applied,
                approved=None if status in ("withdrawn", "rejected") else approved,
                surgery=surgery if done else None,
                paid=surgery + timedelta(days=rng.randint(10, 25)) if status == "paid" else None,
                status=status,
                clinic=rng.choice(CLINICS),
                lines=lines,
            )
        )
    return list(_with_bad_heads(result)) if defects else result


def _with_bad_heads(applications: list[Application]) -> Iterator[Application]:
    bad = {3: "29.955", 7: "△3"}
    for n, application in enumerate(applications):
        first, *others = application.lines
        if n in bad:
            first = replace(first, bad_heads=bad[n])
        yield replace(application, lines=(first, *others))


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint case; `received` is None where the log lacks the day."""

    number: str
    fiscal_year: int
    received: date | None
    place: Place
    categories: tuple[str, ...]
    repeat_of: str | None
    caller: Person
    about_dog: bool = False
    unknown_category: bool = False

    @property
    def is_accepted(self) -> bool:
        """Tell whether the case is about cats and has its day."""
        return self.received is not None and not self.about_dog


_CATEGORY_WEIGHTS = {
    "waste": 34, "feeding": 24, "noise": 12, "kittens": 10, "roaming": 7, "property": 6,
    "hoarding": 3, "abandonment": 2, "abuse": 1, "other": 4,
}  # fmt: skip


def complaints(
    rng: Random, people: People, body: Body, year: int, count: int, *, defects: bool
) -> list[Complaint]:
    """Return one fiscal year's complaints in the order of receipt.

    With `defects`: one without a day, one about a dog, one of a category no list has.
    """
    days = sorted(date(year, 4, 1) + timedelta(days=rng.randrange(365)) for _ in range(count))
    result: list[Complaint] = []
    for n, day in enumerate(days, start=1):
        earlier = rng.choice(result) if result and rng.random() < 0.12 else None
        place = earlier.place if earlier else random_place(rng, body)
        chosen = rng.choices(
            tuple(_CATEGORY_WEIGHTS), tuple(_CATEGORY_WEIGHTS.values()), k=rng.choice((1, 1, 2, 3))
        )
        result.append(
            Complaint(
                number=f"{year % 100:02d}苦{n:04d}",
                fiscal_year=year,
                received=day,
                place=place,
                categories=tuple(dict.fromkeys(chosen)),
                repeat_of=(earlier.repeat_of or earlier.number) if earlier else None,
                caller=earlier.caller if earlier else people.person(body, random_place(rng, body)),
            )
        )
    if defects:
        undated, dog, unknown = (len(result) // 4, len(result) // 3, len(result) // 2)
        result[undated] = replace(result[undated], received=None)
        result[dog] = replace(result[dog], about_dog=True)
        result[unknown] = replace(result[unknown], unknown_category=True, categories=("other",))
    return result


@dataclass(frozen=True, slots=True)
class Carcasses:
    """Carcasses of one town and month; heads is None where the office left the cell blank.

    `bad` is what the cell says where no number of heads can be read from it.
    """

    town: str
    year: int
    month: int
    heads: int | None
    bad: str | None = None


def carcasses(
    rng: Random, body: Body, year: int, level: float, *, defects: bool
) -> list[Carcasses]:
    """Return one fiscal year's pick-ups: every town by month, April first.

    With `defects`, the second town's last month has parts of a head.
    """
    counts = [
        Carcasses(
            town,
            year,
            month,
            None if rng.random() < 0.03 else round(rng.gammavariate(2, level / 2)),
        )
        for town in body.towns
        for month in MONTHS
    ]
    if defects:
        bad = 2 * len(MONTHS) - 1
        counts[bad] = replace(counts[bad], heads=30, bad="29.955")
    return counts
