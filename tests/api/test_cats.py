"""GET /cats: filters, order, pages, fields, formats, and what is said of mistakes."""

import base64
import csv
import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from api_calls import Get, pages
from cat_data_api.fields import CATS
from cat_data_api.parameters import MOST_ROWS, SORTS

from catdata.entities import CODE_LISTS
from standins.cat_extract import marts

RECORDS = marts(3000, 12)["mart_cat"].to_pylist()


def expected(**filters: Any) -> int:
    def fits(row: dict[str, Any]) -> bool:
        return all(row[name] in values for name, values in filters.items())

    return sum(fits(row) for row in RECORDS)


@pytest.mark.parametrize(
    ("asked", "filters"),
    [
        ({}, {}),
        ({"municipality_code": "000019"}, {"municipality_code": ["000019"]}),
        ({"fiscal_year": "2019,2020"}, {"fiscal_year": [2019, 2020]}),
        ({"fiscal_year": ["2019", "2020"]}, {"fiscal_year": [2019, 2020]}),
        (
            {"sex": "female", "coat": ["calico", "torbie"]},
            {"sex": ["female"], "coat": ["calico", "torbie"]},
        ),
        ({"outcome_type": "in_care"}, {"outcome_type": ["in_care"]}),
        ({"facility": "施設000019-1"}, {"facility": ["施設000019-1"]}),
        ({"area": "北3丁目"}, {"area": ["北3丁目"]}),
        ({"prefecture": "県1"}, {"municipality_code": ["000019", "000069", "000119"]}),
        ({"prefecture": "無い県"}, {"municipality_code": []}),
        ({"prefecture": "県1", "municipality_code": "000029"}, {"municipality_code": []}),
    ],
)
def test_filters_choose_what_they_say(
    get: Get, asked: dict[str, Any], filters: dict[str, Any]
) -> None:
    reply = get("/cats", **asked)
    assert reply.status == 200
    assert reply.json["total"] == expected(**filters)
    for row in reply.data:
        assert all(row[name] in values for name, values in filters.items())


def test_days_and_ages(get: Get) -> None:
    reply = get(
        "/cats", intake_date_from="2020-01-01", intake_date_to="2020-06-30", limit=MOST_ROWS
    )
    days = [r["intake_date"] for r in reply.data]
    assert days and min(days) >= "2020-01-01" and max(days) <= "2020-06-30"
    # An animal of 10 to 20 months may be 15 months old.
    for row in get("/cats", age_months_from="15", age_months_to="15", limit=MOST_ROWS).data:
        assert row["age_months_min"] <= 15 <= row["age_months_max"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1000, 317])
def test_pages_hold_every_record_once_and_in_order(get: Get, sort: str, limit: int) -> None:
    rows = pages(get, "/cats", sort=sort, limit=limit)
    assert len(rows) == len(RECORDS)
    column = sort.lstrip("-")
    values = [row[column] for row in rows]
    known = [v for v in values if v is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=sort.startswith("-"))
    told = sorted(str(sorted(row.items(), key=str)) for row in rows)
    others = sorted(
        str(sorted(row.items(), key=str)) for row in pages(get, "/cats", limit=MOST_ROWS)
    )
    assert told == others


def test_only_the_fields_that_are_asked_for(get: Get) -> None:
    (row, *_) = get("/cats", fields="sex,intake_date", limit=1).data
    assert list(row) == ["sex", "intake_date"]
    (whole, *_) = get("/cats", limit=1).data
    assert list(whole) == list(CATS)
    assert not whole.keys() & {
        "record_no",
        "stay_id",
        "management_no",
        "source_id",
        "breed",
        "load_id",
    }


@pytest.mark.parametrize("language", ["ja", "en"])
def test_labels_stand_beside_the_codes(get: Get, language: str) -> None:
    labels = {c.code: getattr(c, language) for c in CODE_LISTS["sex"].codes}
    for row in get("/cats", labels=language, limit=20).data:
        assert row["sex_label"] == labels[row["sex"]]
        assert row["municipality_code_label"].startswith("市" if language == "ja" else "City")


def test_formats(get: Get) -> None:
    rows = get("/cats", limit=50).data
    text = get("/cats", {"Accept": "text/csv"}, limit=50)
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    told = list(csv.DictReader(io.StringIO(text.text)))
    assert [r["intake_date"] for r in told] == [r["intake_date"] for r in rows]
    assert not text.text.startswith("\ufeff")
    assert get("/cats", format="csv", bom="true", limit=1).text.startswith(
        "\ufeffmunicipality_code"
    )
    binary = get("/cats", {"Accept": "application/vnd.apache.parquet"}, limit=50)
    assert binary.is_base64
    table = pq.read_table(io.BytesIO(base64.b64decode(binary.text)))
    assert table.column_names == list(CATS)
    assert [str(d) for d in table["intake_date"].to_pylist()] == [r["intake_date"] for r in rows]
    assert get("/cats", format="parquet", prefecture="無い県").status == 200


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        ("*/*", 200, "application/json"),
        ("text/*", 200, "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/json;q=0.4", 200, "text/csv; charset=utf-8"),
        ("text/html, */*;q=0.1", 200, "application/json"),
        ("text/html", 406, "application/problem+json"),
        ("application/json;q=0", 406, "application/problem+json"),
        ("application/json;q=x", 406, "application/problem+json"),
        ("nonsense", 406, "application/problem+json"),
    ],
)
def test_accept(get: Get, accept: str, status: int, media: str) -> None:
    reply = get("/cats", {"Accept": accept}, limit=1)
    assert (reply.status, reply.headers["content-type"]) == (status, media)


def test_a_tag_saves_the_answer(get: Get) -> None:
    first = get("/cats", limit=5)
    again = get("/cats", {"If-None-Match": first.headers["etag"]}, limit=5)
    assert (
        again.status == 304 and again.text == "" and again.headers["etag"] == first.headers["etag"]
    )
    assert get("/cats", {"If-None-Match": f'"x", W/{first.headers["etag"]}'}, limit=5).status == 304
    assert get("/cats", {"If-None-Match": first.headers["etag"]}, limit=6).status == 200
    assert (
        get("/cats", {"If-None-Match": first.headers["etag"], "Accept": "text/csv"}, limit=5).status
        == 200
    )


@pytest.mark.parametrize(
    ("asked", "parameter", "allowed"),
    [
        ({"sex": "Female"}, "sex", ["male", "female", "unknown"]),
        ({"sex": ""}, "sex", ["male", "female", "unknown"]),
        ({"sort": "coat"}, "sort", list(SORTS)),
        ({"fields": "sex,owner"}, "fields", list(CATS)),
        ({"labels": "fr"}, "labels", ["ja", "en"]),
        ({"format": "xml"}, "format", ["json", "csv", "parquet"]),
        ({"limit": "0"}, "limit", None),
        ({"limit": "2001"}, "limit", None),
        ({"limit": "x"}, "limit", None),
        ({"limit": ["1", "2"]}, "limit", None),
        ({"fiscal_year": "1949"}, "fiscal_year", None),
        ({"municipality_code": "12"}, "municipality_code", None),
        ({"intake_date_from": "20200101"}, "intake_date_from", None),
        ({"intake_date_from": "2020-02-30"}, "intake_date_from", None),
        (
            {"intake_date_from": "2020-02-01", "intake_date_to": "2020-01-01"},
            "intake_date_to",
            None,
        ),
        ({"age_months_from": "nan"}, "age_months_from", None),
        ({"age_months_from": "5", "age_months_to": "4"}, "age_months_to", None),
        ({"facility": "x" * 201}, "facility", None),
        ({"facility": [f"x{n}" for n in range(101)]}, "facility", None),
        ({"cursor": "abc"}, "cursor", None),
        ({"cursor": "*"}, "cursor", None),
        ({"owner": "x"}, "owner", None),
    ],
)
def test_a_mistake_is_named(
    get: Get, asked: dict[str, Any], parameter: str, allowed: list[str] | None
) -> None:
    reply = get("/cats", **asked)
    assert reply.status == 400 and reply.headers["content-type"] == "application/problem+json"
    fault = reply.faults()[parameter]
    assert fault["detail"] and fault["detail_ja"]
    if allowed is not None:
        assert fault["allowed"] == allowed


def test_a_cursor_belongs_to_its_question(get: Get) -> None:
    cursor = get("/cats", sex="female", limit=5).json["next"]
    assert get("/cats", sex="female", limit=9, fields="sex", cursor=cursor).status == 200
    assert "cursor" in get("/cats", sex="male", limit=5, cursor=cursor).faults()
    assert "cursor" in get("/cats/summary", cursor=cursor).faults()


@pytest.mark.parametrize("path", ["/", "/cat", "/cats/1", "/../etc/passwd", "/cats%2F"])
def test_other_paths_are_a_problem(get: Get, path: str) -> None:
    reply = get(path)
    assert reply.status == 404 and reply.headers["content-type"] == "application/problem+json"
