"""Small stories, each a source of its own, that the tests ask the marts about."""

import random
from datetime import date

from fixture_lake import BODY, FixtureLake, Row

NATION, PREFECTURE, DESIGNATED, CORE, TOWN = "000001", "140007", "141003", "142018", "143014"
ABROAD = "US0001"
MERGED = ("111111", "222222", "333333")
SMALL_AREAS = "999001"
YEARLY = "999002"


def day(text: str) -> date:
    return date.fromisoformat(text)


def intake(intake_id: str, when: str, **row: object) -> Row:
    return {"intake_id": intake_id, "intake_date": day(when), "intake_type": "stray"} | row


def outcome(intake_id: str, when: str | None, kind: str, **row: object) -> Row:
    return {
        "intake_id": intake_id,
        "outcome_date": day(when) if when else None,
        "outcome_type": kind,
    } | row


def figure(
    year: int, measure: str, value: int | None, age_class: str = "all", **row: object
) -> Row:
    return {
        "report_id": f"{year}/{measure}/{age_class}",
        "edition": f"{year + 1}",
        "revision": 0,
        "measure": measure,
        "age_class": age_class,
        "value": value,
        "value_status": "observed" if value is not None else "unknown",
        "fiscal_year": year,
        "municipality_code": NATION,
    } | row


def body(code: str, name: str, kind: str, **row: object) -> Row:
    return {
        "municipality_code": code,
        "country": "JP",
        "name": name,
        "kind": kind,
        "fiscal_year_start_month": 4,
    } | row


def source(source_id: str, **row: object) -> Row:
    return {
        "source_id": source_id,
        "title": source_id,
        "title_en": source_id,
        "publisher": source_id,
        "is_snapshot": False,
        "is_fictional": True,
    } | row


def _snapshots(lake: FixtureLake) -> None:
    """Three listings of two bodies; the second body's page is missing from the last one."""
    listed: dict[str, list[Row]] = {
        "2026-05-10": [
            intake(
                "stays",
                "2026-05-10",
                sex="unknown",
                coat="black",
                age_months_min=3,
                life_stage="kitten",
                dq_flags=["DATE_FROM_LISTING"],
            ),
            intake("goes", "2026-05-01"),
            intake("pauses", "2026-05-02"),
            intake("recorded", "2026-05-03"),
            intake("elsewhere", "2026-05-04", municipality_code=TOWN),
        ],
        "2026-05-17": [
            intake(
                "stays",
                "2026-05-08",
                sex="female",
                coat="unknown",
                age_months_min=4,
                life_stage="adult",
            ),
            intake("goes", "2026-05-01"),
            intake("recorded", "2026-05-03"),
        ],
        "2026-05-24": [
            intake("stays", "2026-05-09", sex="unknown"),
            intake("pauses", "2026-05-02"),
        ],
    }
    for observed, rows in listed.items():
        seen = [dict(row) | {"observed_date": day(observed)} for row in rows]
        outcomes = (
            [outcome("recorded", None, "rehomed", observed_date=day(observed))]
            if observed >= "2026-05-17"
            else []
        )
        lake.load(
            "snap",
            f"raw/snap/{observed}.json",
            {"shelter_intake": seen, "outcome": outcomes},
            observed_date=day(observed),
        )
    last = intake("last", "2026-05-01", observed_date=day("2026-05-10"))
    lake.load(
        "snap-one",
        "raw/snap-one/1.json",
        {"shelter_intake": [last]},
        observed_date=day("2026-05-10"),
    )
    lake.load("snap-one", "raw/snap-one/2.json", {}, observed_date=day("2026-05-20"))


def _stays(lake: FixtureLake) -> None:
    """Stays cut by movements, and outcomes that are none or come too early."""
    moved = {"dq_flags": ["STAY_CONTINUED"], "municipality_code": CORE}
    home = {"municipality_code": CORE}
    lake.load(
        "stay",
        "raw/stay/a.csv",
        {
            "shelter_intake": [
                intake("a1", "2023-04-10", management_no="A", **home),
                intake("a2", "2023-05-01", management_no="A", **moved),
                intake("a3", "2024-01-05", management_no="A", **home),
                intake("b1", "2023-04-10", management_no="B", **moved),
                intake("c1", "2023-04-10", management_no="C", **home),
                intake("c2", "2023-04-20", management_no="C", **moved),
                intake("d1", "2023-06-10", intake_type="injured", **home),
                intake("e1", "2023-06-10", intake_type="transfer_in", **home),
                intake("f1", "2023-06-10", **home),
                intake("g1", "2023-06-10", life_stage="kitten", **home),
                intake(
                    "h1", "2023-06-10", life_stage="adult", official_age_class="unweaned", **home
                ),
            ],
            "outcome": [
                outcome("a1", "2023-05-01", "transfer_out", dq_flags=["INTERNAL_MOVEMENT"], **home),
                outcome("a2", "2023-06-30", "rehomed", **home),
                outcome("c1", "2023-04-20", "rehomed", **home),
                outcome("d1", "2023-06-11", "died", **home),
                outcome("e1", "2023-06-09", "returned", **home),
                outcome("f1", "2023-06-12", "in_care", **home),
                outcome("g1", "2023-06-20", "euthanized", euthanasia_category="2", **home),
                outcome("g1", "2023-06-15", "rehomed", **home),
                outcome("h1", "2023-06-20", "died", **home),
                outcome("orphan", "2023-07-01", "rehomed", **home),
            ],
        },
    )
    july = {"municipality_code": ABROAD, "fiscal_year": 2022}
    lake.load(
        "july",
        "raw/july/a.csv",
        {
            "shelter_intake": [intake("j1", "2023-06-30", **july)],
            "outcome": [outcome("j1", "2023-07-01", "euthanized", **july)],
        },
    )
    lake.load(
        "listing",
        "raw/listing/a.csv",
        {
            "shelter_intake": [intake("l1", "2023-06-30", municipality_code=TOWN)],
            "outcome": [outcome("l1", "2023-07-30", "unknown", municipality_code=TOWN)],
        },
    )


def _reused_numbers(lake: FixtureLake) -> None:
    """Ledgers whose numbers begin anew, that say a stay again, and that tell outcomes apart."""
    here = {"municipality_code": YEARLY}
    first, second, next_year = "2023-05-01", "2023-07-01", "2024-05-01"
    lake.load(
        "reused",
        "raw/reused/2023.csv",
        {
            "shelter_intake": [
                intake("1", first, source_row=1, coat="black", **here),
                intake("1", second, source_row=2, coat="white", **here),
                intake("2", first, source_row=3, **here),
                intake("4", first, source_row=4, **here),
                intake("5", first, source_row=5, **here),
            ],
            "outcome": [
                outcome("1", "2023-05-03", "returned", source_row=1, **here),
                outcome("1", "2023-08-03", "rehomed", source_row=2, **here),
                outcome("4", None, "escaped", source_row=4, **here),  # its row says whose it is
            ],
        },
    )
    lake.load(
        "reused",
        "raw/reused/2024.csv",
        {
            "shelter_intake": [
                intake("1", next_year, source_row=1, **here),
                intake("2", first, source_row=2, sex="female", **here),  # said again
                intake("3", next_year, source_row=3, intake_date_precision="month", **here),
                intake("3", "2024-05-20", source_row=4, **here),  # the same month
                intake("4", next_year, source_row=5, **here),
                intake("5", next_year, source_row=6, **here),
            ],
        },
    )
    lake.load(
        "reused",
        "raw/reused/outcomes.csv",
        {
            "outcome": [
                outcome("5", "2024-05-01", "died", outcome_date_precision="month", **here),
                outcome("5", "2023-06-01", "rehomed", **here),
                outcome("2", "2023-06-01", "rehomed", **here),
            ]
        },
    )


def _sent_twice(lake: FixtureLake) -> None:
    """The same content under two names, under a third that was withdrawn, and of another source."""
    lake.load("twice", "raw/twice/a.csv", content_sha256="same")
    lake.load("twice", "raw/twice/b.csv", content_sha256="other")
    lake.load("twice", "raw/twice/b.csv", content_sha256="same")
    lake.load("twice", "raw/twice/c.csv", content_sha256="same")
    lake.load("twice", "raw/twice/c.csv", content_sha256="same", status="withdrawn")
    lake.load("twice-not", "raw/twice-not/a.csv", content_sha256="same")


def _moves(lake: FixtureLake) -> None:
    """A cat whose listing goes from one body to another, of which only the second lists it last."""
    first, second = {"municipality_code": TOWN}, {"municipality_code": CORE}
    listings: dict[str, list[Row]] = {
        "2026-06-01": [intake("m", "2026-05-20", **first), intake("x", "2026-05-20", **second)],
        "2026-06-08": [intake("m", "2026-05-20", **second), intake("y", "2026-06-02", **first)],
        "2026-06-15": [intake("x", "2026-05-20", **second)],
    }
    for observed, rows in listings.items():
        seen = [dict(row) | {"observed_date": day(observed)} for row in rows]
        lake.load(
            "moves",
            f"raw/moves/{observed}.json",
            {"shelter_intake": seen},
            observed_date=day(observed),
        )


def _published(lake: FixtureLake) -> None:
    """The nation's years, printed twice, and a prefecture beside its large cities."""
    lake.load(
        "moe",
        "raw/moe/r2.csv",
        {
            "annual_report": [
                figure(2019, "intake_total", 53342),
                figure(2019, "intake_owner", 6936, "adult"),
                figure(2019, "intake_owner", 3467, "unweaned"),
                figure(2019, "intake_stray", 10629, "adult"),
                figure(2019, "intake_stray", 32310, "unweaned"),
                figure(2019, "returned", 305),
                figure(2019, "returned", 65, "unweaned"),
                figure(2019, "rehomed", 25636),
                figure(2019, "rehomed", 16436, "unweaned"),
                figure(2019, "euthanized_total", 27108),
                figure(2019, "euthanized_total", 18176, "unweaned"),
                figure(2019, "euthanized_1", 10478),
                figure(2019, "euthanized_2", 10741),
                figure(2019, "euthanized_3", 5889),
                figure(2019, "injured_intake", 10000),
            ]
        },
    )
    lake.load(
        "moe",
        "raw/moe/r4.csv",
        {
            "annual_report": [
                figure(2019, "euthanized_total", 27107, edition="2022", revision=1),
                figure(2019, "euthanized_1", None, edition="2022", revision=1),
                figure(2021, "intake_total", 34805),
                figure(2021, "returned_and_rehomed", 23112),
                figure(2021, "euthanized_total", 11718),
                figure(2021, "euthanized_total", 7407, "unweaned"),
                figure(2021, "intake_total", 300, municipality_code=PREFECTURE),
                figure(
                    2021,
                    "intake_total",
                    900,
                    municipality_code=PREFECTURE,
                    body_scope="県計",
                    edition="2023",
                ),
                figure(
                    2022,
                    "intake_total",
                    50,
                    municipality_code=PREFECTURE,
                    dq_flags=["PARTIAL_PERIOD"],
                ),
                figure(2021, "intake_total", 0, municipality_code=TOWN),
                figure(2021, "euthanized_total", 0, municipality_code=TOWN),
                figure(2021, "intake_total", 90, municipality_code=CORE),
                figure(2021, "intake_owner", 40, municipality_code=CORE),
                figure(2021, "intake_stray", 49, municipality_code=CORE),
            ]
        },
    )


def _areas(lake: FixtureLake) -> None:
    """Surgeries and complaints of a town of few areas, the numbers drawn with a fixed seed."""
    draw = random.Random(20260401)
    surgeries: list[Row] = []
    complaints: list[Row] = []
    for year in range(1950, 2010):
        for area in range(draw.randint(1, 6)):
            heads = draw.choice([1, 1, 2, 3, 4, 5, 6, 9, 20])
            for number in range(heads):
                sex = draw.choice(["male", "female", "female", "unknown"])
                surgeries.append(
                    {
                        "application_id": f"{year}-{area}-{number}",
                        "municipality_code": SMALL_AREAS,
                        "fiscal_year": year,
                        "area": f"{area}丁目",
                        "sex": sex,
                        "heads": 1,
                        "subsidy_yen": 5000 if sex == "male" else 8001,
                        "surgery_date": date(year, 6, 1),
                        "status": "completed",
                    }
                )
            complaints += [
                {
                    "case_id": f"{year}-{area}-{number}",
                    "municipality_code": SMALL_AREAS,
                    "fiscal_year": year,
                    "received_date": date(year, 7, 1),
                    "area": f"{area}丁目",
                    "categories": ["feeding", "waste"] if number % 2 else ["waste"],
                }
                for number in range(heads)
            ]
    lake.load("areas", "raw/areas/a.csv", {"tnr_case": surgeries, "complaint": complaints})
    case = {"received_date": day("2023-05-02"), "area": "一丁目", "categories": ["noise"]}
    lake.load(
        "cases",
        "raw/cases/a.csv",
        {
            # Equal rows without an id of their own are separate complaints.
            "complaint": [{"case_id": f"row-{n}", **case} for n in range(6)]
            + [{"case_id": "again", "repeat_of": "row-0", **case}],
            "carcass_pickup": [
                {
                    "pickup_id": "p",
                    "period_start": day("2023-05-01"),
                    "period_end": day("2023-05-31"),
                    "heads": 7,
                }
            ],
            "tnr_case": [
                {
                    "application_id": "t1",
                    "heads": 3,
                    "status": "paid",
                    "surgery_date": day("2023-05-01"),
                },
                {"application_id": "t2", "heads": 2, "status": "withdrawn"},
                {"application_id": "t3", "heads": 2, "status": "applied"},
            ],
        },
    )


def write_scenarios(lake: FixtureLake) -> None:
    """Fill a lake with all stories."""
    lake.reference(
        "ref_body",
        [
            body(BODY, "千代田区", "special_ward", population=66680),
            body(NATION, "全国", "nation", population=126146099),
            body(PREFECTURE, "神奈川県", "prefecture", prefecture="神奈川県", population=9237337),
            body(
                DESIGNATED, "横浜市", "designated_city", prefecture="神奈川県", population=3777491
            ),
            body(CORE, "横須賀市", "core_city", prefecture="神奈川県", population=388078),
            body(TOWN, "寒川町", "town", prefecture="神奈川県", population=48348),
            body(ABROAD, "Sonoma", "county", country="US", fiscal_year_start_month=7),
            body(MERGED[0], "旧町", "town", valid_to=day("2005-03-31")),
            body(
                MERGED[1],
                "中間市",
                "city",
                valid_from=day("2005-04-01"),
                valid_to=day("2010-03-31"),
            ),
            body(MERGED[2], "新市", "city", valid_from=day("2010-04-01")),
            body(SMALL_AREAS, "小町", "town"),
            body(YEARLY, "年番町", "town"),
        ],
    )
    lake.reference(
        "ref_body_event",
        [
            {
                "predecessor_code": MERGED[0],
                "successor_code": MERGED[1],
                "event_date": day("2005-04-01"),
            },
            {
                "predecessor_code": MERGED[1],
                "successor_code": MERGED[2],
                "event_date": day("2010-04-01"),
            },
        ],
    )
    lake.reference(
        "ref_source",
        [
            source("snap", is_snapshot=True),
            source("snap-one", is_snapshot=True),
            source("moves", is_snapshot=True),
            source("stay", warn_after_days=30, error_after_days=60),
        ],
    )
    lake.reference(
        "ref_target",
        [
            {
                "municipality_code": NATION,
                "measure": "euthanized",
                "base_year": 2019,
                "base_value": 27108,
                "target_year": 2023,
                "target_value": 7108,
            },
        ],
    )
    _snapshots(lake)
    _stays(lake)
    _reused_numbers(lake)
    _moves(lake)
    _sent_twice(lake)
    _published(lake)
    _areas(lake)
