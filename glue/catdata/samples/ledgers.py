"""Intake ledgers (収容台帳) of the sample bodies as CP932 CSV, xlsx and old xls."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from random import Random

from catdata.samples import spelling as sp
from catdata.samples.bodies import Body
from catdata.samples.people import People
from catdata.samples.sheet import Cell, Sheet, as_merged, to_csv
from catdata.samples.workbook import Page, xls, xlsx
from catdata.samples.world import Animal

# The 13 columns that the benchmark's file has, then those that only the samples have.
CSV_HEADER = (
    "管理番号", "収容日", "収容区分", "収容場所", "種類", "毛色", "性別", "年齢", "首輪",
    "転帰", "転帰日", "譲渡先", "殺処分区分",
)  # fmt: skip
CSV_PERSONAL = ("マイクロチップ番号", "拾得者氏名", "電話番号", "住所", "備考")


def csv_cells(rng: Random, body: Body, animal: Animal) -> list[Cell]:
    """Return an animal's 13 cells of the CSV ledger, as an officer would write them."""
    match animal.defect:
        case "missing_date":
            intake_date = ""
        case "invalid_date":
            intake_date = sp.impossible_date(animal.fiscal_year)
        case _:
            intake_date = sp.spell_date(rng, animal.intake_date)
    outcome_date = (
        sp.impossible_date(animal.fiscal_year)
        if animal.defect == "invalid_outcome_date"
        else sp.spell_date(rng, animal.outcome_date)
    )
    place = animal.place.area + rng.choice(
        ("", "地内", animal.place.street, f"{animal.place.street} ㈱髙橋商店前", "①号公園")
    )
    return [
        animal.number,
        intake_date,
        sp.one_of(rng, sp.INTAKE_TYPE[animal.intake_type]),
        rng.choice(("", body.name)) + place,
        "犬" if animal.defect == "other_species" else rng.choice(("猫", "ねこ", "ネコ", "猫")),
        sp.one_of(rng, sp.COAT[animal.coat]),
        sp.one_of(rng, sp.SEX[animal.sex, animal.neuter_status]),
        sp.spell_age(rng, animal.age_months, looks_adult=animal.looks_adult),
        sp.spell_collar(rng, animal.collar),
        sp.one_of(rng, sp.OUTCOME_TYPE[animal.outcome_type]),
        outcome_date,
        sp.one_of(rng, sp.RECIPIENT[animal.recipient]) if animal.recipient else "",
        sp.one_of(rng, sp.CATEGORY[animal.category]) if animal.category else "",
    ]  # fmt: skip


def add_animal(sheet: Sheet, cells: Sequence[Cell], animal: Animal) -> None:
    """Add an animal's row with the disposition that its defect brings."""
    match animal.defect:
        case "invalid_date":
            sheet.reject(cells, "INVALID_DATE")
        case "missing_date":
            sheet.reject(cells, "MISSING_VALUE")
        case "other_species":
            sheet.exclude(cells, "OTHER_SPECIES")
        case _:
            sheet.accept(cells, *_entities(animal))
            if animal.defect in ("unknown_outcome", "unknown_intake_type"):
                sheet.flags["UNKNOWN_CODE"] += 1
            if animal.defect == "outcome_before_intake":
                sheet.flags["OUTCOME_BEFORE_INTAKE"] += 1
            if animal.defect == "invalid_outcome_date":
                sheet.flags["INVALID_DATE"] += 1


def csv_ledger(
    rng: Random, people: People, body: Body, year: int, animals: Sequence[Animal]
) -> tuple[Sheet, bytes]:
    """Return one fiscal year's ledger as CP932 CSV: heading, subtotals, notes, a second header."""
    sheet, header = Sheet(), [*CSV_HEADER, *CSV_PERSONAL]
    width = len(header)
    title = f"{sp.fiscal_year_name(year, full_width=True)}　収容台帳　{body.facilities[0]}"
    sheet.head([title, *[""] * (width - 1)], header)
    months = [
        (month, list(rows)) for month, rows in groupby(animals, key=lambda a: a.intake_date.month)
    ]
    for month, rows in months:
        if month == 10:
            sheet.exclude([""] * width, "BLANK_ROW")
            sheet.exclude(header, "REPEATED_HEADER")
        for animal in rows:
            cells = csv_cells(rng, body, animal) + _personal(rng, people, body, animal)
            if animal.collar and rng.random() < 0.3:
                owner = people.person(body, animal.place)
                cells[CSV_HEADER.index("首輪")] = f"赤（迷子札 {owner.phone}）"
            add_animal(sheet, cells, animal)
        cats = [a for a in rows if a.defect != "other_species"]
        sheet.total(
            [f"{sp.wide(str(month))}月　小計", sp.spell_count(rng, len(cats)), *[""] * (width - 2)],
            differing=not all(a.is_accepted for a in cats),
        )
        sheet.exclude([""] * width, "BLANK_ROW")
    cats = [a for a in animals if a.defect != "other_species"]
    sheet.total(
        ["合　計", f"{len(cats):,}頭", *[""] * (width - 2)],
        differing=not all(a.is_accepted for a in cats),
    )
    for note in ("（注）負傷動物は引取り数に含まない。", "（注）殺処分区分は環境省の①～③による。"):
        sheet.exclude([note, *[""] * (width - 1)], "NOTE_ROW")
    return sheet, to_csv(sheet, "cp932")


def _personal(rng: Random, people: People, body: Body, animal: Animal) -> list[Cell]:
    finder = people.person(body, animal.place)
    return [
        people.chip() if animal.chip else rng.choice(("無", "")),
        finder.name,
        finder.phone,
        finder.address,
        rng.choice(("", "", f"{finder.name}様より連絡（{finder.phone}）", "威嚇あり。要ケージ")),
    ]


_PAIR_HEADER = (
    "番号", "収容日", "区分", "発見場所", "毛色", "性別", "年齢", "転帰", "転帰日", "譲渡先",
)  # fmt: skip


def paired_ledger(
    rng: Random, body: Body, year: int, animals: Sequence[Animal]
) -> tuple[Sheet, bytes]:
    """Return one fiscal year's ledger as xlsx: two months side by side on each of six sheets.

    The header has two rows, the month merged over its columns; some days are date cells, some lack
    their year, and the outcome's day is always whole.
    """
    sheet, pages = Sheet(), []
    width = len(_PAIR_HEADER)
    for first in range(0, 12, 2):
        pair = [(m + 3) % 12 + 1 for m in (first, first + 1)]
        sides = [[a for a in animals if a.intake_date.month == month] for month in pair]
        start = len(sheet.rows)
        title = f"{sp.fiscal_year_name(year)}　収容台帳（{body.facilities[0]}）"
        sheet.head(
            [title],
            [],
            [cell for m in pair for cell in (f"{m}月", *[""] * (width - 1))],
            list(_PAIR_HEADER) * 2,
        )
        for n in range(max(map(len, sides))):
            here = [side[n] if n < len(side) else None for side in sides]
            cells = [c for a in here for c in (_pair_cells(rng, body, a) if a else [""] * width)]
            sheet.accept(
                cells,
                *(e for a in here if a for e in _entities(a)),
            )
        sheet.total(
            [c for side in sides for c in ("計", f"{len(side)}頭", *[""] * (width - 2))],
            figures=2,
        )
        rows = sheet.rows[start:]
        merged = [(3, 1, 3, width), (3, width + 1, 3, 2 * width)]
        pages.append(Page(f"{pair[0]}-{pair[1]}月", as_merged(rows), merged))
    return sheet, xlsx(pages)


def _entities(animal: Animal) -> tuple[str, ...]:
    return ("shelter_intake", "outcome") if animal.outcome_type else ("shelter_intake",)


def _pair_cells(rng: Random, body: Body, animal: Animal) -> list[Cell]:
    day = animal.intake_date
    return [
        f"星{animal.number}",
        rng.choice((day, f"{day.month}月{day.day}日", sp.wide(f"{day.month}月{day.day}日"))),
        sp.one_of(rng, sp.INTAKE_TYPE[animal.intake_type]),
        rng.choice(("", body.name)) + animal.place.area,
        sp.one_of(rng, sp.COAT[animal.coat]),
        sp.one_of(rng, sp.SEX[animal.sex, animal.neuter_status]),
        sp.spell_age(rng, animal.age_months, looks_adult=animal.looks_adult),
        sp.one_of(rng, sp.OUTCOME_TYPE[animal.outcome_type]),
        animal.outcome_date or "",
        sp.one_of(rng, sp.RECIPIENT[animal.recipient]) if animal.recipient else "",
    ]


_XLS_HEADER = (
    "No.", "施設名", "収容年月日", "収容の別", "場所", "毛色", "雌雄", "月齢・年齢", "体格",
    "転帰", "転帰年月日", "譲渡先", "分類", "公示期限",
)  # fmt: skip


def xls_ledger(
    rng: Random, body: Body, year: int, animals: Sequence[Animal]
) -> tuple[Sheet, bytes]:
    """Return one fiscal year's ledger as old xls: one facility below the other, with totals."""
    sheet = Sheet()
    width = len(_XLS_HEADER)
    sheet.head(
        [f"収容動物台帳（猫）　{sp.fiscal_year_name(year, full_width=True)}", *[""] * (width - 1)],
        [""] * width,
        _XLS_HEADER,
    )
    for facility in body.facilities:
        rows = [a for a in animals if a.facility == facility]
        for animal in rows:
            add_animal(sheet, _xls_cells(rng, body, animal), animal)
        cats = [a for a in rows if a.defect != "other_species"]
        sheet.total(
            ["小計", f"{len(cats)}頭", *[""] * (width - 2)],
            differing=not all(a.is_accepted for a in cats),
        )
    cats = [a for a in animals if a.defect != "other_species"]
    sheet.total(
        ["総計", f"{len(cats)}頭", *[""] * (width - 2)],
        differing=not all(a.is_accepted for a in cats),
    )
    sheet.exclude(["※分類は国の殺処分の分類による。", *[""] * (width - 1)], "NOTE_ROW")
    return sheet, xls([Page("台帳", sheet.rows, [(1, 1, 1, width)])])


def _xls_cells(rng: Random, body: Body, animal: Animal) -> list[Cell]:
    as_cell = rng.random() < 0.7
    taken: Cell = animal.intake_date if as_cell else sp.spell_date(rng, animal.intake_date)
    left: Cell = animal.outcome_date if as_cell else sp.spell_date(rng, animal.outcome_date)
    if animal.defect == "missing_date":
        taken = ""
    elif animal.defect == "invalid_date":
        taken = sp.impossible_date(animal.fiscal_year)
    elif animal.defect == "invalid_outcome_date":
        left = sp.impossible_date(animal.fiscal_year)
    return [
        f"県-{animal.number}",
        animal.facility,
        taken,
        sp.one_of(rng, sp.INTAKE_TYPE[animal.intake_type]),
        f"{animal.place.area}{rng.choice(('', animal.place.street))}",
        sp.one_of(rng, sp.COAT[animal.coat]),
        sp.one_of(rng, sp.SEX[animal.sex, animal.neuter_status]),
        sp.spell_age(rng, animal.age_months, looks_adult=animal.looks_adult),
        rng.choice(("小", "中", "中", "大", "")),
        sp.one_of(rng, sp.OUTCOME_TYPE[animal.outcome_type]),
        left or "",
        sp.one_of(rng, sp.RECIPIENT[animal.recipient]) if animal.recipient else "",
        sp.one_of(rng, sp.CATEGORY[animal.category]) if animal.category else "",
        animal.intake_date + timedelta(days=2) if as_cell else "",
    ]
