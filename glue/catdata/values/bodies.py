"""The bodies of Japan: codes, names, kinds, populations, and what became of former ones."""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files

_WEIGHTS = (6, 5, 4, 3, 2)
_DATA = files("catdata.values") / "data"
CENSUS_YEAR = 2020
# The country as a whole publishes figures too. No body has this code, so it needs no check digit.
NATION, NATION_NAME = "000000", "全国"


def check_digit(code5: str) -> str:
    """Return the check digit of the first five digits of a Japanese body's code.

    11 less the remainder by 11 of the digits weighted 6, 5, 4, 3, 2, of which the last digit counts
    (全国地方公共団体コード仕様). Raises ValueError for anything but five digits.
    """
    if len(code5) != len(_WEIGHTS) or not (code5.isascii() and code5.isdigit()):
        raise ValueError(f"expected five digits, found {code5!r}")
    total = sum(int(digit) * weight for digit, weight in zip(code5, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


@lru_cache(maxsize=1)
def _bodies() -> tuple[Mapping[str, object], ...]:
    return tuple(
        {
            "municipality_code": row["municipality_code"],
            "country": "JP",
            "prefecture": row["prefecture"],
            "name": row["name"],
            "name_kana": row["name_kana"] or None,
            "name_en": row["name_en"] or None,
            "kind": row["kind"],
            "fiscal_year_start_month": 4,
            "population": int(row["population"]) if row["population"] else None,
            "population_year": CENSUS_YEAR if row["population"] else None,
            "latitude": row["latitude"] or None,
            "longitude": row["longitude"] or None,
            "valid_from": _day(row["valid_from"]),
            "valid_to": _day(row["valid_to"]),
            "is_fictional": False,
        }
        for row in _rows("bodies.csv")
    )


@lru_cache(maxsize=1)
def _events() -> tuple[Mapping[str, object], ...]:
    return tuple(
        {
            "predecessor_code": row["predecessor_code"],
            "successor_code": row["successor_code"],
            "event_date": date.fromisoformat(row["event_date"]),
            "note": row["note"] or None,
        }
        for row in _rows("events.csv")
    )


def bodies() -> list[dict[str, object]]:
    """Return the nation, the bodies in use and known former ones, as rows of ref_body, by code."""
    return [_nation(), *(dict(body) for body in _bodies())]


def _nation() -> dict[str, object]:
    """The whole country: its population is that of its prefectures."""
    people = [b["population"] for b in _bodies() if b["kind"] == "prefecture"]
    return dict.fromkeys(_bodies()[0]) | {
        "municipality_code": NATION,
        "country": "JP",
        "name": NATION_NAME,
        "name_kana": "ぜんこく",
        "name_en": "Japan",
        "kind": "nation",
        "fiscal_year_start_month": 4,
        "population": sum(n for n in people if isinstance(n, int)),
        "population_year": CENSUS_YEAR,
        "is_fictional": False,
    }


def body_events() -> list[dict[str, object]]:
    """Return mergers, renames and code changes, as rows of ref_body_event, by date.

    A rename that keeps its code has the same code on both sides.
    """
    return [dict(event) for event in _events()]


class Directory:
    """Finds bodies by code and by name, and the bodies that follow former ones."""

    def __init__(
        self, known: Sequence[Mapping[str, object]], events: Sequence[Mapping[str, object]]
    ) -> None:
        self.by_code = {str(b["municipality_code"]): b for b in known}
        self.prefectures = [str(b["name"]) for b in known if b["kind"] == "prefecture"]
        self._by_name: dict[str, set[str]] = {}
        self._city_of_ward: dict[str, str] = {}
        for body in known:
            self._add(str(body["name"]), str(body["municipality_code"]), body)
        for event in events:
            if former := _former_name(event):
                successor = self.by_code[str(event["successor_code"])]
                self._add(former, str(event["predecessor_code"]), successor)
        self._successors: dict[str, str] = {}
        for event in events:
            old, new = str(event["predecessor_code"]), str(event["successor_code"])
            if old != new:
                self._successors.setdefault(old, new)
        self._wards(known)

    def _add(self, name: str, code: str, body: Mapping[str, object]) -> None:
        prefecture = str(body["prefecture"] or "")
        for written in {name, plain_name(name)}:
            self._by_name.setdefault(written, set()).add(code)
            self._by_name.setdefault(prefecture + written, set()).add(code)

    def _wards(self, known: Sequence[Mapping[str, object]]) -> None:
        cities = {
            str(b["name"]): str(b["municipality_code"])
            for b in known
            if b["kind"] == "designated_city"
        }
        for body in known:
            name, code = str(body["name"]), str(body["municipality_code"])
            if body["kind"] != "ward":
                continue
            city = next((c for c in cities if name.startswith(c)), None)
            if city:
                self._city_of_ward[code] = cities[city]
                self._add(name.removeprefix(city), code, body)

    def named(self, name: str) -> set[str]:
        """Return the codes of the bodies of a name, with or without the prefecture before it."""
        return self._by_name.get(plain_name(name), set())

    def successor(self, code: str) -> str:
        """Return the body that a code's body has become, itself while it stands.

        Of several successors it is the first listed, which took most of the area.
        """
        seen = {code}
        while (following := self._successors.get(code)) and following not in seen:
            seen.add(following)
            code = following
        return code

    def city_of(self, code: str) -> str:
        """Return the designated city of a ward, the code itself for every other body."""
        return self._city_of_ward.get(code, code)


@lru_cache(maxsize=1)
def directory() -> Directory:
    """Return the directory of the package's bodies."""
    return Directory(_bodies(), _events())


def plain_name(name: str) -> str:
    """Return a body's name in the spelling that lookups compare: ヶ, 々 and old characters unified."""
    return unicodedata.normalize("NFKC", name).replace(" ", "").translate(_VARIANTS)


_VARIANTS = str.maketrans("ケヶが檮龍籠嚢曾祇", "ヶヶヶ梼竜篭嚢曽祗")


def _former_name(event: Mapping[str, object]) -> str | None:
    note = str(event["note"] or "")
    return note.partition("→")[0] if "→" in note else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
