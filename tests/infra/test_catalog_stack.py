"""Glue's tables follow from the one schema; workgroups and roles are those of the design."""

import json
import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from infra_templates import Templates, resources
from ruamel.yaml import YAML

from catdata.catalog import LAYERS, table_input
from catdata.catalog.tables import location
from cloud.catalog import READABLE

Given = Callable[[str], Templates]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def catalog(templates: Given) -> dict[str, Any]:
    return templates("standard")["cat-data-catalog"]


def flat(value: Any) -> str:
    """Return a value of a template as a text, with the bucket's name in place of its reference."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    return "BUCKET" if isinstance(value, dict) else str(value)


def test_there_is_a_database_a_layer(catalog: dict[str, Any]) -> None:
    names = {
        found["DatabaseInput"]["Name"]
        for found in resources(catalog, "AWS::Glue::Database").values()
    }
    layers = {f"catdata_{layer}" for layer in LAYERS}
    assert names == layers | {"catdata_raw", "catdata_marts"}


def test_every_table_is_the_one_schemas(catalog: dict[str, Any]) -> None:
    found = {
        (table["DatabaseName"], table["TableInput"]["Name"]): table["TableInput"]
        for table in resources(catalog, "AWS::Glue::Table").values()
    }
    expected = {
        (f"catdata_{layer}", entity.name): entity
        for layer, entities in LAYERS.items()
        for entity in entities
    }
    assert set(found) == set(expected)
    for key, entity in expected.items():
        table = found[key]
        wanted = table_input(entity, "s3://BUCKET", None)
        assert table["StorageDescriptor"]["Columns"] == wanted["StorageDescriptor"]["Columns"]
        assert table.get("PartitionKeys", []) == wanted["PartitionKeys"]
        assert flat(table["StorageDescriptor"]["Location"]) == location(entity, "s3://BUCKET")
        assert not [name for name in table["Parameters"] if name.startswith("projection")]


def test_the_crawler_looks_at_new_folders_of_raw_at_three_in_japan(catalog: dict[str, Any]) -> None:
    [crawler] = resources(catalog, "AWS::Glue::Crawler").values()
    assert crawler["Schedule"] == {"ScheduleExpression": "cron(0 18 * * ? *)"}
    assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    [target] = crawler["Targets"]["S3Targets"]
    assert flat(target["Path"]) == "s3://BUCKET/raw/"


@pytest.mark.parametrize(
    ("profile", "enforced"),
    [("standard", {"adhoc": True, "dbt": False}), ("v22", {"dbt": True})],
)
def test_workgroups_write_to_the_designs_place(
    templates: Given, profile: str, enforced: dict[str, bool]
) -> None:
    groups = resources(templates(profile)["cat-data-catalog"], "AWS::Athena::WorkGroup")
    found = {group["Name"]: group["WorkGroupConfiguration"] for group in groups.values()}
    assert {n: c["EnforceWorkGroupConfiguration"] for n, c in found.items()} == enforced
    of_dbt = found["dbt"]["ResultConfiguration"]["OutputLocation"]
    assert flat(of_dbt) == "s3://BUCKET/athena-query-results/"
    for configuration in found.values():
        results = configuration["ResultConfiguration"]
        assert flat(results["OutputLocation"]).startswith("s3://BUCKET/athena-query-results/")
        assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
        assert configuration["BytesScannedCutoffPerQuery"] == 50 << 30
        assert configuration["EngineVersion"] == {
            "SelectedEngineVersion": "Athena engine version 3"
        }


def test_the_role_has_the_designs_name_and_nobody_from_outside_may_take_it(
    catalog: dict[str, Any],
) -> None:
    roles = resources(catalog, "AWS::IAM::Role")
    [role] = [r for r in roles.values() if r.get("RoleName") == "athena-execution-role"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert "AWS::AccountId" in json.dumps(statement["Principal"])
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalTag/CatDataAccess": "dbt"}}


def test_analysts_read_figures_and_nothing_of_single_animals(catalog: dict[str, Any]) -> None:
    project = YAML(typ="safe").load(ROOT / "dbt_project.yml")["models"]["catdata"]["marts"]
    nobody = project["fct_intake"]["+grants"]
    hidden = {
        name
        for name, given in project.items()
        if isinstance(given, dict) and given.get("+grants") == nobody
    }
    before_marts = {
        path.stem
        for folder in ("staging", "intermediate")
        for path in (ROOT / "dbt_project" / "models" / folder).glob("*.sql")
    }
    marts = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").glob("*.sql")}
    assert len(before_marts) > 20 and hidden < marts
    readable = {name for name in marts | before_marts if any(fnmatch(name, r) for r in READABLE)}
    assert readable == marts - hidden
    granted = json.dumps(
        [
            statement["Resource"]
            for name, policy in resources(catalog, "AWS::IAM::Policy").items()
            if name.startswith("AnalystRole")
            for statement in policy["PolicyDocument"]["Statement"]
        ]
    )
    tables = set(re.findall(r"table/catdata_marts/([^\"]+)", granted))
    assert tables == set(READABLE)
    objects = set(re.findall(r"/([a-z-]+/[^\"]*)\*", granted.replace("table/catdata_marts/", "")))
    assert objects == {
        "marts/catdata_marts/dim_",
        "marts/catdata_marts/mart_",
        "athena-query-results/adhoc/",
    }
