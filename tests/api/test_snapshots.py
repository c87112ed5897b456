"""A reader sees one snapshot, whatever is published meanwhile; a broken one is never served."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from api_calls import Get, pages

from catdata.storage import Storage
from published.publish import TABLES, publish
from published.snapshot import CURRENT, Manifest, ManifestError
from standins.cat_extract import marts, publish_made

Serve = Callable[[Path | str], Get]


def test_the_same_rows_are_the_same_snapshot(tmp_path: Path) -> None:
    first = publish_made(tmp_path, 200, 3)
    assert publish_made(tmp_path, 200, 3) == first
    assert len(list((tmp_path / "snapshots").iterdir())) == 1
    assert publish_made(tmp_path, 201, 3).snapshot != first.snapshot


def test_pages_go_on_in_their_snapshot(serve: Serve, tmp_path: Path) -> None:
    publish_made(tmp_path / "x", 500, 3)
    get = serve(tmp_path / "x")
    first = get("/cats", limit=100, sort="-intake_date")
    publish_made(tmp_path / "x", 900, 3)
    assert get("/cats", limit=1).json["total"] == 900
    rows, reply = first.data, first
    while cursor := reply.json["next"]:
        reply = get("/cats", limit=100, sort="-intake_date", cursor=cursor)
        assert reply.json["snapshot"] == first.json["snapshot"]
        rows += reply.data
    assert len(rows) == 500


def test_a_snapshot_that_is_gone_says_so(serve: Serve, tmp_path: Path) -> None:
    publish_made(tmp_path / "x", 500, 3)
    cursor = serve(tmp_path / "x")("/cats", limit=100).json["next"]
    publish(marts(700, 3), Storage(str(tmp_path / "x")), keep=timedelta(0))
    get = serve(tmp_path / "x")
    reply = get("/cats", limit=100, cursor=cursor)
    assert reply.status == 410 and reply.json["type"].endswith("snapshot-gone")
    assert len(list((tmp_path / "x" / "tables").iterdir())) == len(TABLES)
    assert len(pages(get, "/cats", limit=300)) == 700


def test_another_build_changes_the_tag(serve: Serve, tmp_path: Path) -> None:
    publish_made(tmp_path / "x", 500, 3)
    get = serve(tmp_path / "x")
    tag = get("/cats").headers["etag"]
    publish_made(tmp_path / "x", 501, 3)
    assert get("/cats", {"If-None-Match": tag}).status == 200


@pytest.mark.parametrize("damage", ["cut", "gone", "manifest", "no manifest"])
def test_what_is_broken_is_not_served(serve: Serve, tmp_path: Path, damage: str) -> None:
    """The snapshot that is served stays; a process that has none says that there is no data."""
    place = tmp_path / "x"
    publish_made(place, 500, 3)
    get = serve(place)
    good = get("/cats", limit=5).json
    manifest = publish_made(place, 900, 3)
    cats = place / manifest.tables["cats"].key
    if damage == "cut":
        cats.write_bytes(cats.read_bytes()[:-100])
    elif damage == "gone":
        cats.unlink()
    elif damage == "manifest":
        (place / CURRENT).write_text("{")
    else:
        (place / CURRENT).unlink()
    assert get("/cats", limit=5).json == good
    fresh = serve(place)
    fresh_reply = fresh("/health")
    if damage in ("manifest", "no manifest"):
        assert fresh_reply.status == 503 and fresh_reply.headers["retry-after"]
    else:
        assert fresh_reply.status == 503 or fresh_reply.json["snapshot"] == manifest.snapshot


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 9}', json.dumps({"format": 1})])
def test_a_manifest_that_is_none(text: str) -> None:
    with pytest.raises(ManifestError):
        Manifest.parse(text.encode())


def test_s3_and_a_folder_are_alike(serve: Serve, tmp_path: Path, s3_url: str) -> None:
    here, there = publish_made(tmp_path / "x", 300, 3), publish_made(s3_url, 300, 3)
    assert here.snapshot == there.snapshot
    assert serve(s3_url)("/cats", limit=50).data == serve(tmp_path / "x")("/cats", limit=50).data
