"""The project itself: generated files, documentation, portability."""

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catdata.entities import ENTITIES, REFERENCES
from conftest import ROOT, Project, Query

MODELS = ROOT / "dbt_project" / "models"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3}")


@pytest.fixture(scope="module")
def manifest(project: Project) -> dict[str, Any]:
    path = project.folder / "target" / "manifest.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def models(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (n for n in manifest["nodes"].values() if n["resource_type"] == "model")


def test_generated_files_follow_the_entities() -> None:
    generator = runpy.run_path(str(ROOT / "dbt_project" / "generate_sources.py"))
    assert generator["stale"]() == []


def test_staging_has_the_columns_of_the_lake(query: Query) -> None:
    for entity in (*ENTITIES.values(), *REFERENCES.values()):
        columns = query(f"select column_name from (describe stg_{entity.name})")
        assert [r["column_name"] for r in columns] == [c.name for c in entity.columns]


def test_every_column_is_described_in_both_languages(
    query: Query, manifest: dict[str, Any]
) -> None:
    for model in models(manifest):
        described = {name: column["description"] for name, column in model["columns"].items()}
        built = {
            r["column_name"] for r in query(f"select column_name from (describe {model['name']})")
        }
        assert described.keys() == built, model["name"]
        for text in (model["description"], *described.values()):
            assert JAPANESE.search(text) and ENGLISH.search(text), (model["name"], text)
        assert "Grain: " in model["description"]


def test_every_mart_has_an_enforced_contract_and_a_grain_test(manifest: dict[str, Any]) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node["test_metadata"]["name"] in ("unique_combination", "unique")
    }
    for model in models(manifest):
        if "/marts/" in model["original_file_path"]:
            assert model["contract"]["enforced"], model["name"]
            assert model["unique_id"] in tested, model["name"]


@pytest.mark.parametrize("path", sorted(MODELS.rglob("*.sql")), ids=lambda p: p.stem)
def test_models_use_what_all_engines_have(path: Path) -> None:
    sql = re.sub(r"--.*|\{#.*?#\}", "", path.read_text("utf-8"))
    forbidden = (
        r"target\.(type|name)|\bqualify\b|\bfilter\s*\(|distinct\s+on|group\s+by\s+all"
        r"|\bilike\b|::|\bstring_agg\b|\blistagg\b|\bmedian\s*\(|percentile|is\s+(not\s+)?distinct"
        r"|\bgreatest\b|\bleast\b|date_diff|datediff|dateadd|date_trunc|\bvalues\s*\("
    )
    assert re.search(forbidden, sql, re.IGNORECASE) is None
    for order in re.findall(r"order by\s+(.*?)(?:\n\s*rows|\n\s*\)|\) )", sql, re.DOTALL):
        assert re.search(r"\b(asc|desc)\b", order), order


@pytest.mark.parametrize("target", ["athena", "redshift"])
def test_the_cloud_targets_compile(project: Project, target: str) -> None:
    assert project.dbt("compile", "--target", target, "--no-introspect", "--no-populate-cache")


def test_docs_are_one_page(project: Project) -> None:
    assert project.dbt("docs", "generate", "--static")
    page = project.folder / "target" / "static_index.html"
    assert "返還・譲渡率" in page.read_text("utf-8") or "\\u8fd4\\u9084" in page.read_text("utf-8")
