"""What tests build on the shared stand-ins: places of a run's own, a lake on S3, and dbt."""

import subprocess
import sys
from pathlib import Path

import boto3

from catdata.catalog import LAYERS
from standins.engines import services

ROOT = Path(__file__).parents[2]


def own_places(run: str) -> dict[str, str]:
    """Return the variables by which no build of one run meets that of another."""
    place = f"s3://{services.BUCKET}/{run}"
    return {
        "CATDATA_ATHENA_DATA": f"{place}/marts/",
        "CATDATA_ATHENA_RESULTS": f"{place}/results/",
        "CATDATA_SCHEMA": f"{run}_marts",
        **{f"CATDATA_SCHEMA_{layer.upper()}": f"{run}_{layer}" for layer in LAYERS},
    }


def upload(lake: Path, url: str) -> None:
    """Copy a lake to a prefix of S3, raw files left out, and register its tables in Glue."""
    s3, (bucket, _, prefix) = boto3.client("s3"), url.removeprefix("s3://").partition("/")
    for path in sorted(lake.rglob("*")):
        key = path.relative_to(lake).as_posix()
        if path.is_file() and not key.startswith("raw/"):
            s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=path.read_bytes())
    run_module("catdata.cli", "register", "--lake", url)


def run_module(module: str, *arguments: str) -> None:
    """Run a module of the project in a process of its own; it must succeed."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True)


def dbt_command(target: str, folder: Path, *command: str) -> list[str]:
    """Return the command line of dbt on a target; what it writes goes into the folder."""
    return [
        *(sys.executable, "-m", "dbt.cli.main", *command, "--target", target),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(folder), "--log-path", str(folder)),
    ]


def dbt(target: str, folder: Path, *command: str) -> None:
    """Run dbt on a target; it must succeed."""
    done = subprocess.run(
        dbt_command(target, folder, *command),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-3000:]
