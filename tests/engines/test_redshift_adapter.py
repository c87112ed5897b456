"""What dbt's adapter does besides views and tables: seeds, incremental models, snapshots."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redshift_service import Redshift, rows

pytestmark = pytest.mark.engines

ROOT = Path(__file__).parents[2]
SCHEMA = "adapter_test"
PROJECT = {
    "dbt_project.yml": """
name: small
version: "1.0"
profile: catdata
config-version: 2
flags: {send_anonymous_usage_stats: false}
""",
    "seeds/cats.csv": "id,name,born\n1,みけ,2020-01-31\n2,たま,2021-02-28\n",
    "models/bound.sql": "{{ config(materialized='view') }} select id, name from {{ ref('cats') }}",
    "models/ephemeral_cats.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('cats') }}",
    "models/replaced.sql": """
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id',
    dist='id', sort=['id', 'name'], sort_type='compound', on_schema_change='append_new_columns') }}
select id, name, {{ dbt.dateadd('year', 1, 'born') }} as next_year,
    cast('{{ var('run') }}' as varchar(10)) as run
    {% if var('run') == 'second' %}, 1 as added {% endif %}
from {{ ref('ephemeral_cats') }}
{% if is_incremental() %} where id > 1 {% endif %}
""",
    "models/merged.sql": """
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', diststyle='even') }}
select id, name, cast('{{ var('run') }}' as varchar(10)) as run from {{ ref('cats') }}
{% if is_incremental() %} where id > 1 {% endif %}
""",
    "models/appended.sql": """
{{ config(materialized='incremental', incremental_strategy='append') }}
select count(*) as n, {{ dbt.current_timestamp() }} as at from {{ ref('bound') }}
""",
    "models/checked.yml": """
models:
  - name: bound
    columns: [{name: id, data_tests: [unique, not_null]}]
  - name: replaced
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: integer, constraints: [{type: not_null}]}
      - {name: name, data_type: varchar(20)}
      - {name: next_year, data_type: timestamp}
      - {name: run, data_type: varchar(10)}
      - {name: added, data_type: integer}
""",
    "snapshots/history.yml": """
snapshots:
  - name: history
    relation: ref('cats')
    config: {unique_key: id, strategy: check, check_cols: [name]}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    yield tmp_path


def dbt(redshift: Redshift, folder: Path, run: str) -> None:
    place = ["--project-dir", str(folder), "--profiles-dir", str(ROOT), "--target", "redshift"]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "build", *place, "--vars", f"run: {run}"],
        env=os.environ | redshift.environment | {"CATDATA_SCHEMA": SCHEMA},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_seeds_incremental_models_and_snapshots(redshift: Redshift, folder: Path) -> None:
    # The contract has one more column than the first run gives.
    checked = folder / "models/checked.yml"
    whole = checked.read_text("utf-8")
    checked.write_text(whole.replace("      - {name: added, data_type: integer}\n", ""), "utf-8")
    dbt(redshift, folder, "first")
    checked.write_text(whole, "utf-8")
    (folder / "seeds/cats.csv").write_text(
        "id,name,born\n1,みけ,2020-01-31\n2,とら,2020-02-29\n3,くろ,2022-03-01\n", "utf-8"
    )
    dbt(redshift, folder, "second")
    with redshift.connection() as cursor:
        cursor.execute(f"set search_path to {SCHEMA}")
        assert rows(cursor, "select id, name from bound order by id") == [
            (1, "みけ"),
            (2, "とら"),
            (3, "くろ"),
        ]
        assert rows(
            cursor, "select id, name, next_year::date::text, run, added from replaced order by id"
        ) == [
            (1, "みけ", "2021-01-31", "first", None),
            (2, "とら", "2021-02-28", "second", 1),
            (3, "くろ", "2023-03-01", "second", 1),
        ]
        assert rows(cursor, "select id, name, run from merged order by id") == [
            (1, "みけ", "first"),
            (2, "とら", "second"),
            (3, "くろ", "second"),
        ]
        assert rows(cursor, "select n from appended order by n") == [(2,), (3,)]
        query = """select id, name, dbt_valid_to is null from history
            order by id, dbt_valid_from, dbt_valid_to"""
        assert rows(cursor, query) == [
            (1, "みけ", True),
            (2, "たま", False),
            (2, "とら", True),
            (3, "くろ", True),
        ]
