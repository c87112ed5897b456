"""What the macros of the session write for each engine, without an engine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:iam::123456789012:role/lake-reader"
SCHEMAS = ("catdata_normalized", "catdata_operations", "catdata_reference")
EXTERNAL = "create external schema if not exists {0} from data catalog database '{0}' iam_role {1};"


def compiled(folder: Path, target: str, *macros: str, **variables: str) -> str:
    """Return what dbt makes of macros, blanks made one."""
    place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target", target]
    output = ["--target-path", str(folder / target), "--log-path", str(folder)]
    offline = ["--no-introspect", "--no-populate-cache"]
    marked = f"<<{' '.join(f'{{{{ {macro}() }}}}' for macro in macros)}>>"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", "--inline", marked),
            *(*offline, *place, *output),
        ],
        env=os.environ | {"CATDATA_DUCKDB": str(folder / "marts.duckdb")} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return " ".join(done.stdout.partition("<<")[2].partition(">>")[0].split())


@pytest.mark.parametrize(
    ("variables", "role"),
    [({}, "default"), ({"CATDATA_REDSHIFT_IAM_ROLE": ARN}, f"'{ARN}'")],
)
def test_external_schemas_of_redshift(tmp_path: Path, variables: dict[str, str], role: str) -> None:
    found = compiled(tmp_path, "redshift", "external_schemas", **variables)
    assert found == " ".join(EXTERNAL.format(schema, role) for schema in SCHEMAS)


def test_grants_on_the_schema_of_redshift(tmp_path: Path) -> None:
    readers = {"CATDATA_READERS": "role:board,group:staff,ann", "CATDATA_SCHEMA": "m"}
    assert compiled(tmp_path, "redshift", "schema_grants", **readers) == (
        "grant usage on schema m to ROLE board; grant usage on schema m to GROUP staff;"
        " grant usage on schema m to ann;"
    )


@pytest.mark.parametrize("target", ["local", "athena"])
def test_other_engines_need_none_of_it(tmp_path: Path, target: str) -> None:
    macros = ("external_schemas", "session_settings", "schema_grants")
    assert compiled(tmp_path, target, *macros, CATDATA_READERS="role:board") == ""
