"""Sorted lists: the same order whichever way the rows are found, from files that come when they are asked for."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_calls import Get, pages
from cat_data_api import paging
from cat_data_api.parameters import SORTS

from published.snapshot import CURRENT, ORDERS, Manifest, order_table
from standins.cat_extract import publish_made

Serve = Callable[[Path | str], Get]
BODY = {"municipality_code": ["000019", "000029", "000039"]}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "filters", [{"sex": "female"}, {"coat": "calico", "fiscal_year": "2020"}, BODY], ids=str
)
def test_filtered_pages_are_in_order_and_whole(
    get: Get, sort: str, filters: dict[str, Any]
) -> None:
    rows = pages(get, "/cats", sort=sort, limit=61, **filters)
    values = [row[sort.lstrip("-")] for row in rows]
    known = [v for v in values if v is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert sorted(map(str, rows)) == sorted(map(str, pages(get, "/cats", limit=2000, **filters)))


@pytest.mark.parametrize("sort", SORTS[1:])
def test_few_rows_have_the_order_of_many(
    get: Get, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = pages(get, "/cats", sort=sort, limit=97, **BODY)
    monkeypatch.setattr(paging, "_FEW", 0)
    assert pages(get, "/cats", sort=sort, limit=97, **BODY) == few
    # However short the stretches are that are looked at first.
    monkeypatch.setattr(paging, "_LEAST", 10)
    assert pages(get, "/cats", sort=sort, limit=97, **BODY) == few


def test_an_order_is_fetched_when_it_is_asked_for(serve: Serve, tmp_path: Path) -> None:
    from cat_data_api import app

    publish_made(tmp_path / "x", 400, 3)
    get = serve(tmp_path / "x")
    get("/cats", limit=1)
    late = {order_table(column) for column in ORDERS}
    assert not late & app.store().current().files.keys()
    get("/cats", limit=1, sort="-outcome_date")
    assert late & app.store().current().files.keys() == {"cats_by_outcome_date"}


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_an_order_that_cannot_be_had_is_said(serve: Serve, tmp_path: Path, damage: str) -> None:
    """A list already begun in a snapshot that has left begins again; other lists go on."""
    place = tmp_path / "x"
    file = publish_made(place, 400, 3).tables["cats_by_intake_date"]
    get = serve(place)
    assert get("/cats", limit=1).status == 200
    if damage == "gone":
        (place / file.key).unlink()
    else:
        (place / file.key).write_bytes((place / file.key).read_bytes()[:-9])
    reply = get("/cats", limit=1, sort="intake_date")
    assert reply.status == (410 if damage == "gone" else 503)
    assert reply.headers["content-type"] == "application/problem+json"
    assert get("/cats", limit=1).status == 200
    assert get("/cats", limit=1, sort="outcome_date").status == 200


@pytest.mark.parametrize("row", [-1, 1 << 31, 1 << 200, 1.5, True, None, "1", [1]])
def test_a_cursor_made_up_is_a_mistake_of_the_client(get: Get, row: object) -> None:
    told = json.loads(_decoded(get("/cats", limit=5).json["next"]))
    assert get("/cats", cursor=_encoded([*told[:2], row])).status == 400


def test_a_cursor_behind_the_end_finds_nothing(get: Get) -> None:
    for sort in ("municipality_code", "intake_date", "-outcome_date"):
        told = json.loads(_decoded(get("/cats", sort=sort, limit=5).json["next"]))
        reply = get("/cats", sort=sort, cursor=_encoded([*told[:2], 99_999]))
        assert (reply.status, reply.data, reply.json["next"]) == (200, [], None)


def test_an_extract_without_the_orders_is_of_another_format(serve: Serve, tmp_path: Path) -> None:
    publish_made(tmp_path / "x", 200, 3)
    manifest = tmp_path / "x" / CURRENT
    told = json.loads(manifest.read_bytes())
    assert set(Manifest.parse(manifest.read_bytes()).tables) >= set(map(order_table, ORDERS))
    manifest.write_text(json.dumps(told | {"format": 1}))
    assert serve(tmp_path / "x")("/health").status == 503


def _decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def _encoded(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
