"""All sample files of one seed, and the truth beside them."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from catdata.samples import ledgers
from catdata.samples.bodies import BODIES, KAZEMACHI, Body
from catdata.samples.people import People
from catdata.samples.sheet import Sheet
from catdata.samples.spelling import fiscal_year_name
from catdata.samples.truth import shelter_years
from catdata.samples.world import AS_OF, FIRST_YEAR, LAST_YEAR, Animal, animals, with_defects

FIRST, CORRECTED = "first", "corrected"
CORRECTED_YEAR = 2024


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One generated file: which contract it is for, its bytes and what must become of its rows."""

    folder: str
    name: str
    source_id: str
    content: bytes
    sheet: Sheet


def generate(seed: int, scale: float) -> tuple[list[SampleFile], dict[str, Any]]:
    """Return the sample files and the truth; the same seed and scale give the same bytes."""
    people = People(seed)
    stays = _stays(seed, scale)
    before = dict(stays)
    before[KAZEMACHI] = _as_first_sent(Random(f"{seed}:first"), stays[KAZEMACHI])
    files = _kazemachi(seed, people, before[KAZEMACHI], stays[KAZEMACHI])
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
            FIRST: shelter_years(before),
            CORRECTED: shelter_years(stays),
        },
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


def _stays(seed: int, scale: float) -> dict[Body, list[Animal]]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    stays = {}
    for body in (KAZEMACHI,):
        rng = Random(f"{seed}:{body.code}")
        stays[body] = with_defects(rng, animals(rng, body, scale), years)
    return stays


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


def _kazemachi(
    seed: int, people: People, before: list[Animal], after: list[Animal]
) -> list[SampleFile]:
    def ledger(folder: str, year: int, stays: list[Animal]) -> SampleFile:
        name = f"収容台帳_{fiscal_year_name(year)}_風待市.csv"
        rng = Random(f"{seed}:{name}")
        rows = [a for a in stays if a.fiscal_year == year]
        sheet, content = ledgers.csv_ledger(rng, people, KAZEMACHI, year, rows)
        return SampleFile(folder, name, "sample-kazemachi-intake", content, sheet)

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return [
        *(ledger(FIRST, year, before) for year in years),
        ledger(CORRECTED, CORRECTED_YEAR, after),
    ]
