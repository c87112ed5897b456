"""The figures that must come out of the samples, counted from the clean records alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from catdata.samples.bodies import KAKU, KAZEMACHI, Body
from catdata.samples.cases import DONE, Application, Carcasses, Complaint, Line
from catdata.samples.world import Animal, fiscal_year

EUTHANISED = ("euthanized", "died")
# What the law calls 引取り: not 負傷動物, which are reported apart, nor moves between facilities.
TAKEN_IN = ("owner_surrender", "stray", "ordinance", "returned_adoption", "unknown")
LIVE = ("returned", "rehomed", "returned_to_field", "transfer_out")
# The others' ledgers have no column for the category of a euthanasia.
WITH_CATEGORIES = (KAZEMACHI, KAKU)


def shelter_years(stays: Mapping[Body, Iterable[Animal]]) -> list[dict[str, Any]]:
    """Return one record a body and fiscal year: intakes, outcomes, and the parts of each rate.

    An intake counts in the year of its day, an outcome in the year of its own; an outcome whose
    day cannot be read counts in the year of its intake. `intake_rows` and `outcome_rows` count
    every accepted row, `measures` what the marts call so. A rate is [numerator, denominator]:
    return_rehome (R+A)/I, euthanasia E/I with E the euthanised and those that died in care,
    live_release (R+A+field+transfer)/outcomes of a known kind, kitten_share of known ages; R, A
    and E leave injured animals out, as I does.
    """
    return [
        record
        for body, animals in stays.items()
        for record in _body_years(body, [a for a in animals if a.is_accepted])
    ]


def tnr_years(body: Body, applications: Iterable[Application]) -> list[dict[str, Any]]:
    """Return one record a fiscal year: accepted lines, heads and yen by area and by status.

    `applicants` counts distinct people among the accepted lines.
    """
    years: defaultdict[int, list[tuple[Application, Line]]] = defaultdict(list)
    for application in applications:
        good = [line for line in application.lines if line.bad_heads is None]
        years[application.fiscal_year] += [(application, line) for line in good]
    return [
        {
            "municipality_code": body.code,
            "fiscal_year": year,
            "lines": len(rows),
            "applications": len({a.number for a, _ in rows}),
            "applicants": len({(a.applicant.name, a.applicant.phone) for a, _ in rows}),
            "heads": sum(line.heads for _, line in rows),
            "female_heads": sum(line.heads for _, line in rows if line.sex == "female"),
            "subsidy_yen": sum(line.yen for _, line in rows),
            "heads_done": sum(line.heads for a, line in rows if a.status in DONE),
            "heads_by_status": _sums((a.status, line.heads) for a, line in rows),
            "heads_by_area": _sums((a.place.area, line.heads) for a, line in rows),
            "yen_by_area": _sums((a.place.area, line.yen) for a, line in rows),
        }
        for year, rows in sorted(years.items())
    ]


def complaint_years(body: Body, cases: Iterable[Complaint]) -> list[dict[str, Any]]:
    """Return one record a fiscal year: accepted cases, mentions of each category, cases by area."""
    years: defaultdict[int, list[Complaint]] = defaultdict(list)
    for case in cases:
        if case.is_accepted:
            years[case.fiscal_year].append(case)
    return [
        {
            "municipality_code": body.code,
            "fiscal_year": year,
            "cases": len(rows),
            "distinct_cases": len({c.repeat_of or c.number for c in rows}),
            "repeats": sum(c.repeat_of is not None for c in rows),
            "mentions": _sums((category, 1) for c in rows for category in c.categories),
            "cases_by_area": _sums((c.place.area, 1) for c in rows),
        }
        for year, rows in sorted(years.items())
    ]


def carcass_years(body: Body, counts: Iterable[Carcasses]) -> list[dict[str, Any]]:
    """Return one record a fiscal year: heads in all, by month and by area, of counted cells."""
    years: defaultdict[int, list[Carcasses]] = defaultdict(list)
    for count in counts:
        if count.bad is None:
            years[count.year].append(count)
    return [
        {
            "municipality_code": body.code,
            "fiscal_year": year,
            "heads": sum(c.heads or 0 for c in rows),
            "reported": sum(c.heads is not None for c in rows),
            "heads_by_month": _sums((str(c.month), c.heads or 0) for c in rows),
            "heads_by_area": _sums((c.town, c.heads or 0) for c in rows),
        }
        for year, rows in sorted(years.items())
    ]


def _sums(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, number in parts:
        sums[name] += number
    return dict(sorted(sums.items()))


def _body_years(body: Body, animals: list[Animal]) -> list[dict[str, Any]]:
    intakes: defaultdict[int, list[Animal]] = defaultdict(list)
    outcomes: defaultdict[int, list[Animal]] = defaultdict(list)
    for animal in animals:
        intakes[animal.fiscal_year].append(animal)
        if animal.outcome_type is not None:
            day = animal.outcome_date or animal.intake_date
            outcomes[fiscal_year(day)].append(animal)
    return [
        _year(body, year, intakes[year], outcomes[year])
        for year in sorted(intakes.keys() | outcomes.keys())
    ]


def _year(body: Body, year: int, taken: list[Animal], left: list[Animal]) -> dict[str, Any]:
    official = [a for a in taken if a.intake_type in TAKEN_IN]
    known_age = [a for a in official if a.age_months is not None or a.looks_adult]
    types = Counter(a.intake_type for a in taken)
    sound = [a for a in left if a.intake_type != "injured"]
    hurt = [a for a in left if a.intake_type == "injured"]
    ways = Counter(a.outcome_type for a in left)
    measures = {
        "intakes": len(official),
        "intakes_owner": types["owner_surrender"],
        "intakes_stray": types["stray"],
        "injured_intakes": types["injured"],
        "transfers_in": types["transfer_in"],
        "kittens": sum(a.is_kitten for a in official),
        "intakes_of_known_age": len(known_age),
        "returned": _count(sound, "returned"),
        "rehomed": _count(sound, "rehomed"),
        "returned_and_rehomed": _count(sound, "returned", "rehomed"),
        "euthanized": _count(sound, *EUTHANISED),
        "euthanized_3": _count(sound, "died"),
        "injured_returned": _count(hurt, "returned"),
        "injured_rehomed": _count(hurt, "rehomed"),
        "injured_euthanized": _count(hurt, *EUTHANISED),
        "returned_to_field": ways["returned_to_field"],
        "transferred_out": ways["transfer_out"],
        "escaped": ways["escaped"],
        "unknown_outcomes": ways["unknown"],
        "known_outcomes": len(left) - ways["unknown"],
        "live_outcomes": _count(left, *LIVE),
    }
    if body in WITH_CATEGORIES:
        for category in ("1", "2"):
            measures[f"euthanized_{category}"] = sum(a.category == category for a in sound)
    return {
        "municipality_code": body.code,
        "fiscal_year": year,
        "intake_rows": len(taken),
        "intakes_by_type": _sums((a.intake_type, 1) for a in taken),
        "outcome_rows": len(left),
        "outcomes_by_type": _sums((str(a.outcome_type), 1) for a in left),
        "rehomed_by_recipient": _sums((a.recipient, 1) for a in left if a.recipient),
        "measures": dict(sorted(measures.items())),
        "rates": {
            "return_rehome": [measures["returned_and_rehomed"], len(official)],
            "euthanasia": [measures["euthanized"], len(official)],
            "live_release": [measures["live_outcomes"], measures["known_outcomes"]],
            "kitten_share": [measures["kittens"], len(known_age)],
        },
    }


def _count(left: Iterable[Animal], *ways: str) -> int:
    return sum(a.outcome_type in ways for a in left)
