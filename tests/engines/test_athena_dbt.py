"""What the unmodified dbt-athena adapter does beyond plain tables, on a small project."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.engines]

ROOT = Path(__file__).parents[2]
PROJECT = """
name: small
version: "1.0"
profile: catdata
model-paths: [models]
seed-paths: [seeds]
snapshot-paths: [snapshots]
flags: {send_anonymous_usage_stats: false}
"""
FILES = {
    "dbt_project.yml": PROJECT,
    "seeds/day.csv": 'id,name,d\n1,猫,2024-04-01\n2,"a, ""b""",2024-04-02\n3,,2024-05-01\n',
    "models/by_year.sql": """{{ config(materialized='incremental', incremental_strategy='insert_overwrite',
        partitioned_by=['y']) }}
        select n, '{{ var("tag") }}' as tag, n as y
        from unnest(sequence({{ var("first") }}, {{ var("last") }})) as s(n)""",
    "models/appended.sql": """{{ config(materialized='incremental', incremental_strategy='append') }}
        select '{{ var("tag") }}' as tag""",
    "models/merged.sql": """{{ config(materialized='incremental', incremental_strategy='merge',
        unique_key='id', table_type='iceberg', format='parquet', on_schema_change='fail') }}
        select id, '{{ var("tag") }}' as tag from {{ ref('day') }}
        {% if is_incremental() %}where id > 1{% endif %}""",
    "models/swapped.sql": """{{ config(materialized='table', table_type='iceberg', format='parquet') }}
        select '{{ var("tag") }}' as tag""",
    "models/kept.sql": """{{ config(materialized='table', ha=true) }}
        select '{{ var("tag") }}' as tag""",
    "models/seen.sql": """{{ config(materialized='view') }}
        select s.tag, k.tag as k from {{ ref('swapped') }} as s cross join {{ ref('kept') }} as k""",
    "models/all.yml": """
models:
  - name: by_year
    columns: [{name: n, description: "数 / number", data_tests: [unique, not_null]}]
  - name: merged
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: integer}, {name: tag, data_type: varchar}]
""",
    "snapshots/history.sql": """{% snapshot history %}{{ config(unique_key='id', strategy='check',
        check_cols=['tag'], table_type='iceberg', format='parquet') }}
        select id, tag from {{ ref('merged') }}{% endsnapshot %}""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give the small project."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def dbt(project: Path, athena, *command: str, **variables: object) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *command),
            *("--target", "athena", "--profiles-dir", str(ROOT), "--project-dir", str(project)),
            *("--vars", str(variables)),
        ],
        env=os.environ
        | {"CATDATA_SCHEMA": athena.database, "CATDATA_ATHENA_DATA": f"{athena.place}/marts/"},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def test_seeds_incremental_models_and_snapshots(athena, project: Path) -> None:
    dbt(project, athena, "build", tag="one", first=1, last=4)
    # 150 partitions at once are more than Athena opens: the adapter writes them in batches.
    dbt(project, athena, "build", tag="two", first=3, last=152)
    assert athena.rows("select id, name, d from day order by id") == [
        ("1", "猫", "2024-04-01"),
        ("2", 'a, "b"', "2024-04-02"),
        ("3", None, "2024-05-01"),
    ]
    assert athena.rows(
        "select tag, count(*), min(n), max(n) from by_year group by 1 order by 1"
    ) == [
        ("one", "2", "1", "2"),
        ("two", "150", "3", "152"),
    ]
    assert athena.rows("select tag from appended order by tag") == [("one",), ("two",)]
    assert athena.rows("select id, tag from merged order by id") == [
        ("1", "one"),
        ("2", "two"),
        ("3", "two"),
    ]
    assert athena.rows("select * from seen") == [("two", "two")]
    history = "select id, tag, dbt_valid_to is null from history order by id, dbt_valid_from"
    assert athena.rows(history) == [
        ("1", "one", "true"),
        ("2", "one", "false"),
        ("2", "two", "true"),
        ("3", "one", "false"),
        ("3", "two", "true"),
    ]


def test_docs_tell_columns_and_types(athena, project: Path) -> None:
    dbt(project, athena, "build", "--select", "seen+ +seen", tag="one", first=1, last=1)
    dbt(project, athena, "docs", "generate", tag="one", first=1, last=1)
    catalog = json.loads((project / "target" / "catalog.json").read_text("utf-8"))
    columns = catalog["nodes"]["model.small.seen"]["columns"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "tag": "string",
        "k": "varchar(3)",
    }
