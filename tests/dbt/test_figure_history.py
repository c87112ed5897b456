"""The history of figures says now what the mart says, column by column, and every column is described."""

import json
import re

from conftest import Project, Query

COLUMNS = """municipality_code, fiscal_year, basis, body_scope, intakes, intakes_owner, intakes_stray,
    injured_intakes, returned, rehomed, returned_and_rehomed, euthanized, euthanized_1, euthanized_2,
    euthanized_3"""


def test_what_is_said_now_is_the_mart(query: Query) -> None:
    now = query(f"select {COLUMNS} from figure_history where dbt_valid_to is null order by all")
    mart = query(f"select {COLUMNS} from mart_municipality_fiscal_year order by all")
    assert now == mart != []


def test_every_column_is_described_in_both_languages(project: Project, query: Query) -> None:
    manifest = json.loads((project.folder / "target" / "manifest.json").read_text("utf-8"))
    history = manifest["nodes"]["snapshot.catdata.figure_history"]
    columns = history["columns"]
    built = {r["column_name"] for r in query("select column_name from (describe figure_history)")}
    assert columns.keys() == built
    for text in (history["description"], *(c["description"] for c in columns.values())):
        assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", text) and re.search("[A-Za-z]{3}", text)


def test_it_is_no_mart_and_no_model_reads_it(project: Project) -> None:
    manifest = json.loads((project.folder / "target" / "manifest.json").read_text("utf-8"))
    readers = manifest["child_map"]["snapshot.catdata.figure_history"]
    assert [name for name in readers if not name.startswith("test.")] == []
