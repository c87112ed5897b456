"""Which marts there are and what identifies a row of each: read from dbt's manifest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parity.figures import Mart

FOLDER = "/models/marts/"


class NoKeyError(ValueError):
    """A mart that no test gives a key."""

    def __init__(self, mart: str) -> None:
        super().__init__(
            f"{mart} の主キーが分かりません（unique か unique_combination のテストを書いてください）。/ "
            f"The key of {mart} is not known; give it a test unique or unique_combination."
        )


def marts(manifest: Mapping[str, Any]) -> list[Mart]:
    """Return the marts of a manifest in the order of their names, each with its key."""
    nodes: list[dict[str, Any]] = list(manifest["nodes"].values())
    tests = [node for node in nodes if node["resource_type"] == "test" and "test_metadata" in node]
    # A combination is the whole grain: where a mart has both tests, it wins.
    keys = {
        node["attached_node"]: _key(node["test_metadata"])
        for name in ("unique", "unique_combination")
        for node in tests
        if node["test_metadata"]["name"] == name
    }
    found = []
    for node in nodes:
        if node["resource_type"] != "model" or FOLDER not in "/" + node["original_file_path"]:
            continue
        if node["unique_id"] not in keys:
            raise NoKeyError(node["name"])
        found.append(
            Mart(node["name"], node["relation_name"], node["schema"], keys[node["unique_id"]])
        )
    return sorted(found, key=lambda mart: mart.name)


def read_marts(target_path: Path) -> list[Mart]:
    """Return the marts of the manifest that dbt left in a target path."""
    return marts(json.loads((target_path / "manifest.json").read_text("utf-8")))


def _key(test: Mapping[str, Any]) -> tuple[str, ...]:
    arguments = test["kwargs"]
    if test["name"] == "unique":
        return (arguments["column_name"],)
    return tuple(arguments["columns"])
