"""The figures that must come out of the samples, counted from the clean records alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from catdata.samples.bodies import Body
from catdata.samples.cases import Application, Carcasses, Complaint, Line
from catdata.samples.world import Animal, fiscal_year

EUTHANISED = ("euthanized", "died")


def shelter_years(stays: Mapping[Body, Iterable[Animal]]) -> list[dict[str, Any]]:
    """Return one record a body and fiscal year: intakes, outcomes, and the parts of each rate.

    An intake counts in the year of its day, an outcome in the year of its own; an outcome whose
    day cannot be read counts in the year of its intake. A rate is [numerator, denominator]:
    return_rehome (R+A)/I, euthanasia E/I with E the euthanised and those that died in care,
    category_2 E2/I, live_release (R+A+field+transfer)/all outcomes. Injured animals are in I here
    and apart in `intakes_by_type`.
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
    by_type = Counter(a.intake_type for a in taken)
    ways = Counter(a.outcome_type for a in left)
    categories = Counter(a.category for a in left if a.category)
    returned, rehomed = ways["returned"], ways["rehomed"]
    euthanised = sum(ways[way] for way in EUTHANISED)
    live = returned + rehomed + ways["returned_to_field"] + ways["transfer_out"]
    stays = [
        (a.outcome_date - a.intake_date).days
        for a in left
        if a.outcome_date and a.outcome_date >= a.intake_date
    ]
    return {
        "municipality_code": body.code,
        "fiscal_year": year,
        "intakes": len(taken),
        "intakes_by_type": dict(sorted(by_type.items())),
        "kittens": sum(a.is_kitten for a in taken),
        "age_known": sum(a.age_months is not None for a in taken),
        "outcomes": len(left),
        "outcomes_by_type": dict(sorted((str(k), n) for k, n in ways.items())),
        "rehomed_by_recipient": dict(
            sorted(Counter(a.recipient for a in left if a.recipient).items())
        ),
        "by_category": dict(sorted(categories.items())),
        "closed_stay_days": sum(stays),
        "closed_stays": len(stays),
        "rates": {
            "return_rehome": [returned + rehomed, len(taken)],
            "euthanasia": [euthanised, len(taken)],
            "category_2": [categories["2"], len(taken)],
            "live_release": [live, len(left)],
        },
    }
