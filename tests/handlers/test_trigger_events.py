"""What a message says: which objects arrived, and why an event starts nothing."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from process_cat_data.events import Reason, describe, read_messages
from process_cat_data.settings import Settings, SettingsError, read_settings
from trigger_world import SETTINGS, body, notification, put

from standins.lambda_queue import record

NFC = unicodedata.normalize("NFC", "raw/hamamatsu/ガイド 令和7年度+改.csv")
NFD = unicodedata.normalize("NFD", NFC)


def read(text: object, settings: Settings = SETTINGS):  # type: ignore[no-untyped-def]
    [message] = read_messages([record(text)], settings)  # type: ignore[arg-type]
    return message


@pytest.mark.parametrize(
    "key",
    [NFC, NFD, "raw/a/b/c.csv", "raw/a/100%+1 (2).csv", "raw/a/改\n行.csv", "raw/a/😺.xlsx"],
)
def test_keys_keep_their_code_points(key: str) -> None:
    [arrival] = read(put(key)).arrivals
    assert arrival.key == key


def test_composed_and_decomposed_names_are_two_objects() -> None:
    names = {read(put(key, "v")).arrivals[0].name for key in (NFC, NFD)}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"version": "a"}, {"version": "a", "sequencer": "02"}, True),
        ({"version": "a"}, {"version": "b"}, False),
        ({"version": "null", "eTag": "x"}, {"eTag": "x"}, True),
        ({"eTag": "x", "sequencer": "01"}, {"eTag": "x", "sequencer": "02"}, False),
        ({"eTag": "x"}, {"eTag": "y"}, False),
    ],
)
def test_what_is_the_same_version(
    first: dict[str, str], second: dict[str, str], same: bool
) -> None:
    arrivals = [read(put("raw/a/b.csv", **told)).arrivals[0] for told in (first, second)]
    assert (arrivals[0] == arrivals[1]) is same
    assert (arrivals[0].name == arrivals[1].name) is same


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (notification("raw/a/b.csv", bucket="other"), Reason.OTHER_BUCKET),
        (notification("normalized/a/b.parquet"), Reason.OUTSIDE_RAW),
        (notification("trigger/claims/x.json"), Reason.OUTSIDE_RAW),
        (notification("rawer/a/b.csv"), Reason.OUTSIDE_RAW),
        (notification("raw/"), Reason.FOLDER),
        (notification("raw/a/"), Reason.FOLDER),
        (notification("raw/佐藤様.csv"), Reason.NO_SOURCE),
        (notification("raw//b.csv"), Reason.NO_SOURCE),
        (notification("raw/unmatched/b.csv"), Reason.UNMATCHED),
        (notification("raw/a/b.csv", event="ObjectRemoved:Delete"), Reason.REMOVED),
        (notification("raw/a/b.csv", event="ObjectRemoved:DeleteMarkerCreated"), Reason.REMOVED),
        (notification("raw/a/b.csv", event="ObjectTagging:Put"), Reason.OTHER_EVENT),
    ],
)
def test_what_starts_nothing(told: dict[str, object], reason: Reason) -> None:
    message = read(body(told))
    assert [ignored.reason for ignored in message.ignored] == [reason]
    assert not message.arrivals and message.problem is None


def test_the_test_event_of_a_new_notification() -> None:
    message = read(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}))
    assert [ignored.reason for ignored in message.ignored] == [Reason.TEST]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "Records"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("null", "Records"),
        ("[]", "Records"),
        ("{}", "Records"),
        ('{"Records": []}', "Records"),
        ('{"Records": {}}', "Records"),
        ('{"Records": [1]}', "eventName"),
        ('{"Records": [{"eventName": "ObjectCreated:Put"}]}', "s3.bucket.name"),
        (body(notification("")), "s3.object.key"),
        (put("raw/a/b.csv").replace("raw%2Fa", "raw%2F%E3%81"), "UTF-8"),
        (put("raw/a/b.csv").replace("b.csv", "\\ud800.csv"), "UTF-8"),
        (put("raw/a/b.csv", eTag="", sequencer=""), "versionId"),
    ],
)
def test_a_malformed_message_has_a_problem(text: object, said: str) -> None:
    message = read(text)
    assert message.problem is not None and said in message.problem
    assert not message.arrivals


def test_the_good_part_of_a_malformed_message_is_kept() -> None:
    message = read(json.dumps({"Records": [notification("raw/a/b.csv"), {"eventName": 5}]}))
    assert [arrival.key for arrival in message.arrivals] == ["raw/a/b.csv"]
    assert message.problem is not None


@given(st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.sampled_from(["Records", "Event", "eventName", "s3", "bucket", "name", "object", "key"]), v
)))  # fmt: skip
def test_no_message_stops_the_others(content: object) -> None:
    good, odd = record(put("raw/a/b.csv"), "good"), record(json.dumps(content), "odd")
    messages = {message.id: message for message in read_messages([odd, good], SETTINGS)}
    assert messages["good"].problem is None
    assert not messages["odd"].arrivals


@pytest.mark.parametrize(
    ("lake", "key", "relative"),
    [
        ("s3://lake-bucket", "raw/a/b.csv", "raw/a/b.csv"),
        ("s3://lake-bucket/", "raw/a/b.csv", "raw/a/b.csv"),
        ("s3://lake-bucket/cats/lake", "cats/lake/raw/a/b.csv", "raw/a/b.csv"),
        ("s3://lake-bucket/cats/lake/", "cats/lake/raw/a/b.csv", "raw/a/b.csv"),
        ("s3://lake-bucket/cats/lake", "raw/a/b.csv", None),
        ("s3://lake-bucket/cats/lake", "cats/lakes/raw/a/b.csv", None),
        ("s3://lake-bucket/raw", "raw/raw/a/b.csv", "raw/a/b.csv"),
    ],
)
def test_keys_are_relative_to_the_lake(lake: str, key: str, relative: str | None) -> None:
    settings = read_settings({"CATDATA_LAKE": lake, "GLUE_JOB_NAME": "job"})
    arrivals = read(put(key), settings).arrivals
    assert [arrival.key for arrival in arrivals] == ([relative] if relative else [])


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "CATDATA_LAKE"),
        ({"CATDATA_LAKE": "s3://b", "GLUE_JOB_NAME": " "}, "GLUE_JOB_NAME"),
        ({"CATDATA_LAKE": "/srv/lake", "GLUE_JOB_NAME": "job"}, "s3://bucket/prefix"),
        ({"CATDATA_LAKE": "s3://b//c", "GLUE_JOB_NAME": "job"}, "s3://bucket/prefix"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        read_settings(environment)


def test_a_log_says_source_and_hash_but_no_name() -> None:
    from catdata.loads import layout

    key = "raw/sample-kaku-intake/佐藤様.csv"
    said = describe(key)
    assert said["source"] == "sample-kaku-intake"
    # The ledger's folder of the object: whoever reads the log finds its loads.
    assert layout.object_folder("sample-kaku-intake", key).endswith(said["key_hash"])
    assert describe("raw/佐藤様/台帳.csv")["source"] == "?"
    assert describe("raw/佐藤様.csv")["source"] == "?"
