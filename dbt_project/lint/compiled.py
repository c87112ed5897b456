"""The SQL that dbt compiles for each engine, without a connection to any."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "lint"
# Target of profiles.yml -> dialect of sqlglot.
DIALECTS = {"local": "duckdb", "athena": "athena", "redshift": "redshift"}


@dataclass(frozen=True)
class Compiled:
    """One compiled model or test."""

    path: Path
    sql: str


def compile_all(folder: Path = FOLDER) -> None:
    """Compile models and tests for every target, each below a folder of its own."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda target: compile_target(target, folder / target), DIALECTS))


def compile_target(target: str, folder: Path) -> None:
    """Compile models and tests for one target; raises RuntimeError with what dbt said."""
    # A lake and a database of their own: what is compiled must not depend on the caller's.
    settings = {"CATDATA_LAKE": "lake", "CATDATA_DUCKDB": str(folder / "none.duckdb")}
    place = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    output = ["--target-path", str(folder), "--log-path", str(folder / "logs")]
    offline = ["--no-introspect", "--no-populate-cache"]
    folder.mkdir(parents=True, exist_ok=True)
    # SQL of an earlier state of the models would be looked at again.
    for path in (folder / "compiled").rglob("*.sql"):
        path.unlink()
    dbt = str(Path(sys.executable).with_name("dbt"))
    done = subprocess.run(
        [dbt, "--quiet", "compile", "--target", target, *offline, *place, *output],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{target}: SQLを作れません / dbt could not compile:\n{done.stdout}{done.stderr}"
        )


def all_sql(folder: Path) -> Iterator[Compiled]:
    """Yield every SQL file below a folder, in the order of their paths."""
    for path in sorted(folder.rglob("*.sql")):
        yield Compiled(path, path.read_text("utf-8"))
