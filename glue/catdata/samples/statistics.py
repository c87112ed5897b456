"""The annual statistics table in the form of 事務提要, counted from the ledgers' records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catdata.samples.bodies import Body
from catdata.samples.sheet import Cell, Sheet, as_merged
from catdata.samples.spelling import fiscal_year_name
from catdata.samples.truth import EUTHANISED
from catdata.samples.workbook import Page, xlsx
from catdata.samples.world import Animal, fiscal_year

# The ministry's table knows these two kinds; 負傷動物 stand apart and others are left out.
TAKEN_IN = ("owner_surrender", "stray")


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the table: its three header cells, and which animals of a year it counts."""

    header: tuple[str, str, str]
    measure: str
    age_class: str
    counts: Callable[[Animal], bool]
    by_outcome: bool = False


def _taken(animal: Animal) -> bool:
    return animal.intake_type in TAKEN_IN


def _injured(animal: Animal) -> bool:
    return animal.intake_type == "injured"


def _left(*ways: str) -> Callable[[Animal], bool]:
    return lambda a: _taken(a) and a.outcome_type in ways


def _left_unweaned(*ways: str) -> Callable[[Animal], bool]:
    return lambda a: _taken(a) and a.outcome_type in ways and a.is_unweaned


def _hurt(*ways: str) -> Callable[[Animal], bool]:
    return lambda a: _injured(a) and a.outcome_type in ways


MEASURES = (
    Measure(("引取り数", "飼い主から", "成熟"), "intake_owner", "adult",
            lambda a: a.intake_type == "owner_surrender" and not a.is_unweaned),
    Measure(("引取り数", "飼い主から", "幼齢"), "intake_owner", "unweaned",
            lambda a: a.intake_type == "owner_surrender" and a.is_unweaned),
    Measure(("引取り数", "所有者不明", "成熟"), "intake_stray", "adult",
            lambda a: a.intake_type == "stray" and not a.is_unweaned),
    Measure(("引取り数", "所有者不明", "幼齢"), "intake_stray", "unweaned",
            lambda a: a.intake_type == "stray" and a.is_unweaned),
    Measure(("引取り数", "合計", ""), "intake_total", "all", _taken),
    Measure(("処分数", "返還", "計"), "returned", "all", _left("returned"), True),
    Measure(("処分数", "返還", "うち幼齢"), "returned", "unweaned",
            _left_unweaned("returned"), True),
    Measure(("処分数", "譲渡", "計"), "rehomed", "all", _left("rehomed"), True),
    Measure(("処分数", "譲渡", "うち幼齢"), "rehomed", "unweaned",
            _left_unweaned("rehomed"), True),
    Measure(("処分数", "殺処分", "計"), "euthanized_total", "all", _left(*EUTHANISED), True),
    Measure(("処分数", "殺処分", "うち幼齢"), "euthanized_total", "unweaned",
            _left_unweaned(*EUTHANISED), True),
    Measure(("負傷動物", "収容", ""), "injured_intake", "all", _injured),
    Measure(("負傷動物", "返還", ""), "injured_returned", "all", _hurt("returned"), True),
    Measure(("負傷動物", "譲渡", ""), "injured_rehomed", "all", _hurt("rehomed"), True),
    Measure(("負傷動物", "処分", ""), "injured_euthanized", "all", _hurt(*EUTHANISED), True),
)  # fmt: skip
CHANGE = ("対前年度増減", "", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure; value is None where the table says … or nothing."""

    body: Body
    measure: Measure
    value: int | None
    status: str | None
    text: Cell


def count(animals: Sequence[Animal], year: int, measure: Measure) -> int:
    """Return a measure of one body and fiscal year from its records."""
    day: Callable[[Animal], date | None] = (
        (lambda a: a.outcome_date or a.intake_date)
        if measure.by_outcome
        else (lambda a: a.intake_date)
    )
    return sum(
        1
        for a in animals
        if a.is_accepted
        and (d := day(a)) is not None
        and fiscal_year(d) == year
        and measure.counts(a)
    )


def figures(stays: Mapping[Body, Sequence[Animal]], year: int) -> list[Figure]:
    """Return the figures of one fiscal year as printed.

    A body that took in nobody prints －; 月見町 does not know its injured animals (…), and 潮見市
    left its first injured column blank.
    """
    result = []
    for body, animals in stays.items():
        for measure in MEASURES:
            value = count(animals, year, measure)
            if body.kind == "town" and measure.measure.startswith("injured"):
                result.append(Figure(body, measure, None, "unknown", "…"))
            elif body.kind == "city" and measure.measure == "injured_returned":
                result.append(Figure(body, measure, None, None, ""))
            elif value == 0:
                result.append(Figure(body, measure, 0, "zero", "－"))
            else:
                result.append(Figure(body, measure, value, "observed", value))
    return result


def misprinted(figure: Figure) -> Figure:
    """Return the figure as its first edition misprints it: 星見市's rehomed cats 10 too few."""
    if figure.body.kind != "core_city" or figure.measure.measure != "rehomed":
        return figure
    if figure.measure.age_class != "all" or figure.value is None:
        return figure
    wrong = figure.value - 10
    return replace(figure, value=wrong, text=wrong)


def edition_name(year: int) -> str:
    """Return the edition that prints a fiscal year: 令和5年度版 holds FY2022."""
    return f"{fiscal_year_name(year + 1)}版"


def table(
    stays: Mapping[Body, Sequence[Animal]], year: int, printed: Sequence[Figure], *, revised: bool
) -> tuple[Sheet, bytes]:
    """Return one edition as a sheet and as xlsx with its merged three-row header."""
    sheet = Sheet()
    columns = [m.header for m in MEASURES] + [CHANGE]
    width = len(columns) + 1
    title = f"{fiscal_year_name(year + 1, full_width=True)}版　動物愛護管理行政事務提要（架空県）"
    if revised:
        title += "　正誤訂正"
    sheet.head(
        [title, *[""] * (width - 1)],
        ["表３　猫の引取り及び処分の状況", *[""] * (width - 2), f"令和{year + 1 - 2018}年10月公表"],
        ["自治体名", *(c[0] for c in columns)],
        ["", *(c[1] for c in columns)],
        ["", *(c[2] for c in columns)],
    )
    before = {b: count(animals, year - 1, MEASURES[4]) for b, animals in stays.items()}
    sums = [0] * len(MEASURES)
    for body in stays:
        row = [f for f in printed if f.body is body]
        now = next(f.value or 0 for f in row if f.measure is MEASURES[4])
        cells = [body.name, *(f.text for f in row), change_text(now - before[body])]
        sheet.accept(cells, *["annual_report"] * sum(f.text != "" for f in row))
        sums = [s + (f.value or 0) for s, f in zip(sums, row, strict=True)]
    sheet.total(["総数", *sums, change_text(sums[4] - sum(before.values()))], figures=len(sums))
    sheet.exclude(
        ["（注）都道府県の数値は政令指定都市及び中核市を除く。", *[""] * (width - 1)], "NOTE_ROW"
    )
    return sheet, xlsx([Page("表3", as_merged(sheet.rows), _merges(columns))])


def change_text(change: int) -> str:
    """Return a change as statistics print it, △ being minus."""
    return f"△{-change}" if change < 0 else str(change)


def _spans(cells: Sequence[str], within: Sequence[int]) -> list[tuple[int, int]]:
    """Return runs of equal cells that lie in one group of `within`, as 0-based (first, last)."""
    spans: list[tuple[int, int]] = []
    for i, cell in enumerate(cells):
        if spans and cells[spans[-1][0]] == cell and within[spans[-1][0]] == within[i]:
            spans[-1] = (spans[-1][0], i)
        else:
            spans.append((i, i))
    return spans


def _merges(columns: Sequence[tuple[str, str, str]]) -> list[tuple[int, int, int, int]]:
    """Return the header's merged ranges: groups across, and lone titles down to the last row."""
    merged = [(3, 1, 5, 1)]
    top = _spans([c[0] for c in columns], [0] * len(columns))
    group = [n for n, (first, last) in enumerate(top) for _ in range(first, last + 1)]
    for first, last in top:
        if columns[first][1] == "":
            merged.append((3, first + 2, 5, last + 2))
        elif last > first:
            merged.append((3, first + 2, 3, last + 2))
    for first, last in _spans([c[1] for c in columns], group):
        if columns[first][1] and columns[first][2] == "":
            merged.append((4, first + 2, 5, last + 2))
        elif columns[first][1] and last > first:
            merged.append((4, first + 2, 4, last + 2))
    return merged


def truth(printed: Sequence[Figure], year: int, revision: int) -> list[dict[str, Any]]:
    """Return the figures that must come out of one edition."""
    return [
        {
            "municipality_code": f.body.code,
            "fiscal_year": year,
            "edition": edition_name(year),
            "revision": revision,
            "measure": f.measure.measure,
            "age_class": f.measure.age_class,
            "value": f.value,
            "value_status": f.status,
        }
        for f in printed
        if f.status is not None
    ]
