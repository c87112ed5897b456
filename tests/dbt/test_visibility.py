"""Correction, withdrawal, uncommitted and merged loads, as the marts show them."""

from datetime import UTC, datetime

from fixture_lake import BODY
from scenarios import body, intake, outcome, source

from conftest import Project, Query

OBJECT = ("shelter", "raw/shelter/2023.csv")


def figures(project: Project) -> list[tuple[object, ...]]:
    assert project.dbt("run", "--select", "+fct_intake", "+mart_data_quality")
    rows = project.query("select stay_id, coat, is_open from fct_intake order by stay_id")
    return [tuple(r.values()) for r in rows]


def test_the_marts_follow_the_ledger(empty_project: Project) -> None:
    lake = empty_project.lake
    lake.reference("ref_body", [body(BODY, "千代田区", "special_ward")])
    assert figures(empty_project) == []

    lake.load(
        *OBJECT,
        {
            "shelter_intake": [intake("1", "2023-05-01", coat="black"), intake("2", "2023-05-01")],
            "outcome": [outcome("2", "2023-05-02", "rehomed")],
        },
    )
    lake.load("other", "raw/other/a.csv", {"shelter_intake": [intake("9", "2023-05-01")]})
    before = [("other/9", None, True), ("shelter/1", "black", True), ("shelter/2", None, False)]
    assert figures(empty_project) == before

    # Rows whose load was never committed, as a crash leaves them.
    corrected = {"shelter_intake": [intake("1", "2023-05-01", coat="white")]}
    lake.rows(*OBJECT, corrected)
    assert figures(empty_project) == before

    # A correction replaces exactly the rows of its object.
    lake.load(*OBJECT, corrected)
    after = [("other/9", None, True), ("shelter/1", "white", True)]
    assert figures(empty_project) == after

    # The same rows in fewer files are the same figures, and no correction.
    lake.load(*OBJECT, corrected, compacted_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert figures(empty_project) == after
    versions = empty_project.query("""select object_version, is_head, is_compaction, corrections
        from mart_data_quality where source_id = 'shelter' order by 1""")
    assert [tuple(r.values()) for r in versions] == [
        (1, False, False, 0),
        (2, False, False, 1),
        (3, True, True, 1),
    ]

    lake.withdraw(*OBJECT)
    assert figures(empty_project) == [("other/9", None, True)]
    assert empty_project.dbt("build")


def test_a_late_source_fails_its_freshness(empty_project: Project) -> None:
    lake = empty_project.lake
    limits = {"warn_after_days": 30, "error_after_days": 60}
    lake.reference("ref_source", [source("late", **limits), source("other", **limits)])
    lake.load("late", "raw/late/a.csv", {}, committed_at=datetime(2026, 1, 30, tzinfo=UTC))
    lake.load("other", "raw/other/a.csv")
    assert not empty_project.dbt("build", "--select", "+mart_data_quality")
    state = empty_project.query("""select freshness, days_behind from mart_data_quality
        order by source_id""")
    assert [tuple(r.values()) for r in state] == [("error", 61), ("fresh", 0)]


def test_the_same_content_under_another_name_is_counted(query: Query) -> None:
    rows = query("""select source_object, object_version, same_content_objects
        from mart_data_quality where source_id like 'twice%' order by 1, 2""")
    assert [tuple(r.values()) for r in rows] == [
        ("raw/twice-not/a.csv", 1, 0),
        ("raw/twice/a.csv", 1, 1),
        ("raw/twice/b.csv", 1, None),
        ("raw/twice/b.csv", 2, 1),
        ("raw/twice/c.csv", 1, None),
        ("raw/twice/c.csv", 2, None),
    ]
