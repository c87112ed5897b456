"""Document, handler, gateway's definition and marts say the same; nothing that is sent becomes SQL."""

import json
from pathlib import Path
from typing import Any

import pytest
from api_calls import Get
from cat_data_api.fields import CATS, FIGURES, MUNICIPALITIES
from cat_data_api.openapi import PUBLIC, document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catdata.entities import CODE_LISTS, ENTITIES
from standins.cat_api.page import PAGE, page
from standins.cat_extract import marts

DOCUMENT = document()
PATHS = list(DOCUMENT["paths"])
ROOT = Path(__file__).parents[2]

INJECTIONS = [
    "' or 1=1 --",
    "'; drop view cats; --",
    '"; select 1; --',
    "female' union select * from read_csv('/etc/passwd') --",
    "1) or (1=1",
    "$1",
    "?",
    "{{7*7}}",
    "../../etc/passwd",
    "file:///etc/passwd",
    "s3://other/bucket",
    "%00",
    "\x00",
    "\ud7ff\uffff",
    "\u202e‮",
    "=cmd|' /C calc'!A0",
    "attach 'x.db'",
    "a" * 5000,
    "９" * 50,
    "null",
    "NaN",
    "1e999",
    "0x10",
    "[]",
    "{}",
]


def parameters(path: str) -> list[dict[str, Any]]:
    return [p for p in DOCUMENT["paths"][path]["get"]["parameters"] if p["in"] == "query"]


@pytest.mark.parametrize("path", [p for p in PATHS if parameters(p)])
@pytest.mark.parametrize("text", INJECTIONS, ids=lambda t: repr(t[:20]))
def test_what_is_sent_is_never_a_statement(get: Get, path: str, text: str) -> None:
    for parameter in [*(p["name"] for p in parameters(path)), text[:50]]:
        reply = get(path, **{parameter: text})
        assert reply.status in (200, 400, 410), (parameter, reply.text)
        if reply.status == 200 and path != "/codes":
            # A text that is a value matches nothing.
            assert parameter in ("facility", "area", "prefecture") and reply.json["data"] == []
        assert "root:" not in reply.text and "Binder Error" not in reply.text
    assert get("/cats", limit=1).json["total"] == 3000


def test_the_database_reaches_no_other_file(get: Get) -> None:
    from cat_data_api import app

    snapshot = app.store().current()
    for sql in (
        "select * from read_csv('/etc/passwd')",
        "copy cats to '/tmp/x.csv'",
        "attach '/tmp/x.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set threads = 1",
    ):
        with pytest.raises(Exception, match=r"(?i)disabled|locked|permission|not allowed"):
            snapshot.rows(sql)


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_the_document_says(get: Get, path: str) -> None:
    operation = DOCUMENT["paths"][path]["get"]
    reply = get(path)
    assert reply.status == 200
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    name = schema["$ref"].rpartition("/")[2]
    told = DOCUMENT["components"]["schemas"][name]
    assert set(told["required"]) <= reply.json.keys()
    assert bool(operation["security"]) is (path not in PUBLIC)
    assert get(path, nonsense="1").status == 400
    if "data" in reply.json and isinstance(reply.json["data"], list):
        row = told["properties"]["data"]["items"]["$ref"].rpartition("/")[2]
        allowed = DOCUMENT["components"]["schemas"][row]["properties"]
        for one in reply.json["data"]:
            assert one.keys() <= allowed.keys()
            for key, value in one.items():
                if "enum" in allowed[key]:
                    assert value in allowed[key]["enum"]
                if value is None:
                    assert "null" in allowed[key]["type"]


def test_fields_follow_from_the_canonical_schema() -> None:
    for name, field in CATS.items():
        for entity in ("shelter_intake", "outcome"):
            if name in ENTITIES[entity]:
                assert field.codes == ENTITIES[entity].column(name).codes or name == "fiscal_year"
        if field.codes:
            assert field.code_names == CODE_LISTS[field.codes].names()


def test_fields_are_the_columns_of_the_marts() -> None:
    """The made extract too has the marts' columns: tests of it speak of them."""
    made = {name: set(table.column_names) for name, table in marts(10, 2).items()}
    contract = (ROOT / "dbt_project/models/marts/published_cats.yml").read_text("utf-8")
    columns = {
        line.split(": ")[1] for line in contract.splitlines() if line.startswith("      - name")
    }
    assert made["mart_cat"] | made["mart_cat_area"] == columns
    assert made["mart_cat"] - CATS.keys() == {"record_no"}
    others = (ROOT / "dbt_project/models/marts/marts.yml").read_text("utf-8")
    for name in (*FIGURES, *MUNICIPALITIES):
        assert f"- name: {name}\n" in others, name


def test_the_document_is_json_and_has_every_code() -> None:
    (sex,) = [p for p in parameters("/cats") if p["name"] == "sex"]
    assert sex["schema"]["items"]["enum"] == list(CODE_LISTS["sex"].names())
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "scripts/api page writes it anew"


_VALUES = st.one_of(st.text(max_size=30), st.sampled_from(INJECTIONS), st.integers().map(str))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(PATHS),
    given_=st.dictionaries(
        st.sampled_from(sorted({p["name"] for path in PATHS for p in parameters(path)})),
        st.one_of(_VALUES, st.lists(_VALUES, max_size=3)),
        max_size=4,
    ),
    accept=st.one_of(st.none(), st.text(alphabet=st.characters(max_codepoint=255), max_size=30)),
)
def test_no_request_is_a_mistake_of_ours(
    get: Get, path: str, given_: dict[str, Any], accept: str | None
) -> None:
    reply = get(path, {"Accept": accept} if accept is not None else {}, **given_)
    assert reply.status in (200, 400, 406, 410), reply.text
    if reply.status != 200:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json["detail"] and reply.json["detail_ja"]
