"""All sample files of one seed, and the truth beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from catdata.samples import ledgers, registers, statistics
from catdata.samples import truth as figures
from catdata.samples.bodies import BODIES, HOSHIMI, KAKU, KAZEMACHI, SHIOMI, TSUKIMI, Body
from catdata.samples.cases import applications, carcasses, complaints
from catdata.samples.people import People
from catdata.samples.sheet import Sheet, as_merged, to_csv
from catdata.samples.spelling import fiscal_year_name
from catdata.samples.workbook import Page, xlsx
from catdata.samples.world import (
    ALL_YEARS,
    AS_OF,
    DEFECTS,
    LAST_YEAR,
    Animal,
    animals,
    with_defects,
)

FIRST, CORRECTED = "first", "corrected"
CORRECTED_YEAR = 2024
LATE_YEARS = range(2023, LAST_YEAR + 1)
CASE_YEARS = range(2021, LAST_YEAR + 1)
STATISTICS_YEARS = range(2020, 2025)
REVISED_YEAR = 2022


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One generated file: which contract it is for, its bytes and what must become of its rows."""

    folder: str
    name: str
    source_id: str
    content: bytes
    sheet: Sheet


@dataclass(slots=True)
class Part:
    """The files of some sources with their figures."""

    files: list[SampleFile] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, source_id: str, content: bytes, sheet: Sheet) -> None:
        """Add a file that a body sends first."""
        self.files.append(SampleFile(FIRST, name, source_id, content, sheet))


def generate(seed: int, scale: float) -> tuple[list[SampleFile], dict[str, Any]]:
    """Return the sample files and the truth; the same seed and scale give the same bytes."""
    people = People(seed)
    world = {b: animals(Random(f"{seed}:{b.code}"), b, scale) for b in BODIES}
    world[KAZEMACHI] = with_defects(Random(f"{seed}:defects"), world[KAZEMACHI], ALL_YEARS)
    world[KAKU] = with_defects(
        Random(f"{seed}:defects"),
        world[KAKU],
        LATE_YEARS,
        [d for d in DEFECTS if d != "other_species"],
    )
    told = {KAZEMACHI: ALL_YEARS, HOSHIMI: LATE_YEARS, KAKU: LATE_YEARS}
    sent = {b: [a for a in world[b] if a.fiscal_year in years] for b, years in told.items()}
    sent_first = sent | {KAZEMACHI: _as_first_sent(Random(f"{seed}:first"), sent[KAZEMACHI])}
    files = _ledgers(seed, people, sent_first, sent)
    tnr = _tnr(seed, people, scale)
    calls = _complaints(seed, people, scale)
    dead = _carcasses(seed, scale)
    statistics_files, annual = _statistics(world)
    for more in (tnr, calls, dead):
        files += more.files
    files += statistics_files
    truth = {
        "seed": seed,
        "scale": scale,
        "as_of": AS_OF.isoformat(),
        "bodies": [
            {
                "municipality_code": b.code,
                "name": b.name,
                "kind": b.kind,
                "population": b.population,
            }
            for b in BODIES
        ],
        "files": [
            {"path": f"{f.folder}/{f.name}", "source_id": f.source_id, **f.sheet.truth()}
            for f in files
        ],
        "shelter_years": {
            FIRST: figures.shelter_years(sent_first),
            CORRECTED: figures.shelter_years(sent),
        },
        "tnr_years": tnr.truth,
        "complaint_years": calls.truth,
        "carcass_years": dead.truth,
        "annual_reports": annual,
        "personal": sorted(people.planted),
    }
    return files, truth


def write(folder: Path, seed: int, scale: float) -> dict[str, Any]:
    """Write the sample files and truth.json into a folder; returns the truth."""
    files, truth = generate(seed, scale)
    for file in files:
        path = folder / file.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def _as_first_sent(rng: Random, stays: list[Animal]) -> list[Animal]:
    """Return the stays as the office first knew them: some not entered yet, some outcomes wrong."""
    ended = [
        i
        for i, a in enumerate(stays)
        if a.fiscal_year == CORRECTED_YEAR and a.defect is None and a.outcome_type == "rehomed"
    ]
    chosen = rng.sample(ended, 15)
    open_then, wrong, missing = set(chosen[:5]), set(chosen[5:10]), set(chosen[10:])
    known = []
    for i, animal in enumerate(stays):
        if i in open_then:
            animal = replace(animal, outcome_type=None, outcome_date=None, recipient=None)
        elif i in wrong:
            animal = replace(animal, outcome_type="transfer_out", recipient=None)
        if i not in missing:
            known.append(animal)
    return known


def _ledgers(
    seed: int,
    people: People,
    first: Mapping[Body, list[Animal]],
    corrected: Mapping[Body, list[Animal]],
) -> list[SampleFile]:
    def kazemachi(folder: str, year: int, stays: list[Animal]) -> SampleFile:
        name = f"収容台帳_{fiscal_year_name(year)}_風待市.csv"
        rows = [a for a in stays if a.fiscal_year == year]
        sheet, content = ledgers.csv_ledger(Random(f"{seed}:{name}"), people, KAZEMACHI, year, rows)
        return SampleFile(folder, name, "sample-kazemachi-intake", content, sheet)

    part = Part([kazemachi(FIRST, year, first[KAZEMACHI]) for year in ALL_YEARS])
    for year in LATE_YEARS:
        name = f"星見市_収容台帳_{fiscal_year_name(year)}.xlsx"
        rows = [a for a in first[HOSHIMI] if a.fiscal_year == year]
        sheet, content = ledgers.paired_ledger(Random(f"{seed}:{name}"), HOSHIMI, year, rows)
        part.add(name, "sample-hoshimi-intake", content, sheet)
        name = f"架空県収容動物台帳R{year - 2018}.xls"
        rows = [a for a in first[KAKU] if a.fiscal_year == year]
        sheet, content = ledgers.xls_ledger(Random(f"{seed}:{name}"), KAKU, year, rows)
        part.add(name, "sample-kaku-intake", content, sheet)
    return [*part.files, kazemachi(CORRECTED, CORRECTED_YEAR, corrected[KAZEMACHI])]


def _tnr(seed: int, people: People, scale: float) -> Part:
    part = Part()
    for body, yearly in ((KAZEMACHI, 160), (TSUKIMI, 14)):
        for year in CASE_YEARS:
            rng = Random(f"{seed}:tnr:{body.code}:{year}")
            count = round(yearly * scale * 1.06 ** (year - CASE_YEARS[0]))
            rows = applications(rng, people, body, year, count, defects=body is KAZEMACHI)
            sheet = registers.tnr_ledger(rng, body, year, rows)
            name = f"不妊去勢手術助成申請台帳_{fiscal_year_name(year)}_{body.name}"
            if body is KAZEMACHI:
                part.add(f"{name}.csv", "sample-kazemachi-tnr", to_csv(sheet, "utf-8-sig"), sheet)
            else:
                pages = [Page("台帳", as_merged(sheet.rows), [(1, 1, 1, len(sheet.rows[0]))])]
                part.add(f"{name}.xlsx", "sample-tsukimi-tnr", xlsx(pages), sheet)
            part.truth += figures.tnr_years(body, rows)
    return part


def _complaints(seed: int, people: People, scale: float) -> Part:
    part = Part()
    for year in CASE_YEARS:
        rng = Random(f"{seed}:complaints:{year}")
        count = round(240 * scale * 0.94 ** (year - CASE_YEARS[0]))
        rows = complaints(rng, people, KAZEMACHI, year, count, defects=True)
        sheet = registers.complaint_log(rng, KAZEMACHI, year, rows)
        name = f"苦情受付簿_{fiscal_year_name(year)}_風待市.csv"
        part.add(name, "sample-kazemachi-complaint", to_csv(sheet, "cp932"), sheet)
        part.truth += figures.complaint_years(KAZEMACHI, rows)
    return part


def _carcasses(seed: int, scale: float) -> Part:
    part = Part()
    for body, level in ((KAZEMACHI, 9.0), (SHIOMI, 2.5)):
        for year in CASE_YEARS:
            rng = Random(f"{seed}:carcasses:{body.code}:{year}")
            fall = 0.95 ** (year - CASE_YEARS[0])
            rows = carcasses(rng, body, year, level * scale * fall, defects=body is KAZEMACHI)
            sheet = registers.carcass_table(rng, body, year, rows)
            name = f"死体収容_{fiscal_year_name(year)}_{body.name}"
            if body is KAZEMACHI:
                part.add(f"{name}.csv", "sample-kazemachi-carcass", to_csv(sheet, "cp932"), sheet)
            else:
                pages = [Page("月別", as_merged(sheet.rows))]
                part.add(f"{name}.xlsx", "sample-shiomi-carcass", xlsx(pages), sheet)
            part.truth += figures.carcass_years(body, rows)
    return part


def _statistics(
    world: Mapping[Body, list[Animal]],
) -> tuple[list[SampleFile], list[dict[str, Any]]]:
    """Return the editions; that of REVISED_YEAR misprints a figure and is sent again, corrected."""
    files, annual = [], []

    def edition(year: int, printed: list[statistics.Figure], revision: int) -> None:
        sheet, content = statistics.table(world, year, printed, revised=revision > 0)
        name = (
            f"事務提要_{statistics.edition_name(year)}_架空県{'_正誤訂正' if revision else ''}.xlsx"
        )
        folder = CORRECTED if revision else FIRST
        files.append(SampleFile(folder, name, "sample-kaku-report", content, sheet))
        annual.extend(statistics.truth(printed, year, revision))

    for year in STATISTICS_YEARS:
        right = statistics.figures(world, year)
        if year == REVISED_YEAR:
            edition(year, [statistics.misprinted(f) for f in right], 0)
            edition(year, right, 1)
        else:
            edition(year, right, 0)
    return files, annual
