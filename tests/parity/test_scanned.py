"""What a build on Athena read against the budgets: from dbt's own files, without an engine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from parity.scanned import lake_rows, read_scans, scanned


def write_build(
    folder: Path, rows: int, budgets: dict[str, float | None], scanned_bytes: int
) -> Path:
    """Write what dbt leaves of a build whose models all read the same."""
    nodes, results = {}, []
    for name, budget in budgets.items():
        folder_name = {"stg": "staging", "mart": "marts"}.get(
            name.partition("_")[0], "intermediate"
        )
        nodes[f"model.catdata.{name}"] = {
            "resource_type": "model",
            "name": name,
            "fqn": ["catdata", folder_name, name],
            "config": {
                "materialized": "view" if name == "int_view" else "table",
                "meta": {} if budget is None else {"scan_budget": budget},
            },
        }
        response = {"rows_affected": rows, "data_scanned_in_bytes": scanned_bytes}
        results.append({"unique_id": f"model.catdata.{name}", "adapter_response": response})
    results.append({"unique_id": "test.catdata.one", "adapter_response": {}})
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (folder / "run_results.json").write_text(json.dumps({"results": results}))
    return folder


def run(folder: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(scanned, [str(folder)])
    return result.exit_code, result.stdout, result.stderr


MODELS = {"stg_complaint": 40, "int_view": None, "mart_complaint": 20}


def test_rows_of_the_lake_are_those_of_the_staging_tables(tmp_path: Path) -> None:
    scans = read_scans(write_build(tmp_path, 12_000, MODELS | {"stg_load": 40}, 240_000))
    assert [scan.model for scan in scans] == ["stg_complaint", "mart_complaint", "stg_load"]
    assert lake_rows(scans) == 12_000


def test_a_build_within_its_budgets(tmp_path: Path) -> None:
    code, out, err = run(write_build(tmp_path, 12_000, MODELS, 240_000))
    assert (code, err) == (0, "")
    assert out.count("20.0") == 2


def test_a_model_over_its_budget_is_named(tmp_path: Path) -> None:
    code, _, err = run(write_build(tmp_path, 12_000, MODELS, 240_001))
    assert code == 1
    assert "mart_complaint read 20.0 bytes per row of the lake; its budget is 20." in err
    assert "stg_complaint" not in err


def test_a_model_without_a_budget_is_named(tmp_path: Path) -> None:
    code, _, err = run(write_build(tmp_path, 12_000, MODELS | {"mart_new": None}, 1))
    assert (code, "mart_new has no budget" in err) == (1, True)


def test_a_very_small_lake_is_not_judged(tmp_path: Path) -> None:
    code, _, err = run(write_build(tmp_path, 9_999, MODELS, 10**9))
    assert (code, "not judged" in err) == (0, True)


@pytest.mark.parametrize("left", ["nothing", "another engine's"])
def test_what_could_not_be_read_is_told(tmp_path: Path, left: str) -> None:
    if left != "nothing":
        write_build(tmp_path, 1, {}, 0)
    code, out, err = run(tmp_path)
    assert (code, out, "could not be read" in err) == (2, "", True)
