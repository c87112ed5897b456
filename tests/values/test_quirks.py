"""Every case of quirks.csv, read from the table itself: its expected column is a small language."""

import csv
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catdata.values import PARSERS, Context, Parsed, is_note, total_kind
from catdata.values.result import Value

CASES = list(csv.DictReader((Path(__file__).parent / "quirks.csv").open(encoding="utf-8")))
CONTEXT = Context(2023, today=date(2026, 8, 1))
# Only a file that says which year it covers infers one.
NO_YEAR = Context(today=date(2026, 8, 1))


def parse(case: dict[str, str]) -> Parsed:
    field, context = case["field"], CONTEXT if "FY2023" in case["context"] else NO_YEAR
    name = field
    if field == "count" and case["context"] == "statistics table":
        name = "statistic"
    return PARSERS[name].function(case["raw"], context, {})


def months(text: str) -> Decimal | None:
    return None if text == "null" else Decimal(text)


def expected_fields(case: dict[str, str]) -> dict[str, Value]:
    """Return the fields that the sentence of the expected column states."""
    field, said = case["field"], case["expected"].split(" with ")[0]
    if said.startswith("rejected"):
        return {}
    if field == "date":
        day = re.match(r"\d{4}-\d\d-\d\d", said)
        return {"*": date.fromisoformat(day[0]) if day else None}
    if field == "fiscal_year":
        return {"fiscal_year": int(said)}
    if field == "count" and case["context"] == "statistics table":
        status = case["expected"].split("status ")[1]
        return {"value": None if said == "null" else int(said), "value_status": status}
    if field == "count":
        return {"*": int(said)}
    if field == "text":
        return {"*": None}
    if field == "municipality":
        return {"municipality_code": said}
    if field == "age":
        return expected_age(said)
    if field == "collar":
        return {"collar_present": True, "collar": "黒(リード赤)"}
    stated: dict[str, Value] = {}
    for part in said.split(" and "):
        key = {"neutered": "neuter_status", "intact": "neuter_status", "male": "sex"}.get(part)
        if part.startswith(("hair ", "breed ")):
            kind, value = part.split()
            stated["hair_length" if kind == "hair" else kind] = value
        else:
            stated[key or field] = part
    return stated


def expected_age(said: str) -> dict[str, Value]:
    if said.startswith("birth"):
        first, last = re.findall(r"\d{4}-\d\d-\d\d", said)
        return {"birth_from": date.fromisoformat(first), "birth_to": date.fromisoformat(last)}
    if "life_stage" in said:
        return {"age_months_min": None, "age_months_max": None, "life_stage": said.split()[-1]}
    if said == "null":
        return {"age_months_min": None, "age_months_max": None}
    low, high = re.match(r"([\d.]+) to ([\d.]+|null)", said).groups()  # type: ignore[union-attr]
    basis = "estimated" if "estimated" in said else None
    fields: dict[str, Value] = {"age_months_min": months(low), "age_months_max": months(high)}
    return fields | ({"age_basis": basis} if basis else {})


def subset(fields: Mapping[str, Value], names: Mapping[str, Value]) -> dict[str, Value]:
    return {name: fields.get(name) for name in names}


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c["field"] != "row"],
    ids=lambda c: f"{c['field']} {c['raw']}",
)
def test_spelling(case: dict[str, str]) -> None:
    parsed = parse(case)
    wanted = expected_fields(case)
    assert subset(parsed.fields, wanted) == wanted
    flag = re.search(r"flag ([A-Z_]+)", case["expected"])
    assert parsed.flags == ((flag[1],) if flag else ())
    rejected = re.search(r"rejected ([A-Z_]+)", case["expected"])
    assert parsed.reject == (rejected[1] if rejected else None)
    if "precision month" in case["expected"]:
        assert parsed.fields["*_precision"] == "month"


def test_rows() -> None:
    rows = {c["expected"].split()[1]: c["raw"] for c in CASES if c["field"] == "row"}
    assert total_kind(rows["TOTAL_ROW"]) == "total"
    assert is_note(rows["NOTE_ROW"])
    # A repeated header is known by the header of its file: normalize judges it, not this room.
    assert total_kind(rows["REPEATED_HEADER"]) is None and not is_note(rows["REPEATED_HEADER"])


def test_every_case_is_tried() -> None:
    assert len(CASES) == 57 and {c["field"] for c in CASES} <= {*PARSERS, "row"}
