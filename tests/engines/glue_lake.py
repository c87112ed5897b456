"""The lake of the sample files: in a folder, and copied to the stand-in's S3 and Glue catalog."""

import subprocess
import sys
from pathlib import Path

import boto3


def write_lake(folder: Path) -> Path:
    """Load the sample files, corrections included, into a lake below a folder, and return the lake."""
    lake, files = folder / "lake", folder / "samples"
    _run("catdata.samples", str(files))
    for part in ("first", "corrected"):
        _run("catdata.cli", "ingest", str(files / part), "--engine", "local", "--lake", str(lake))
    return lake


def upload(lake: Path, url: str) -> None:
    """Copy a lake to a prefix of S3, raw files left out, and register its tables in Glue."""
    s3, (bucket, _, prefix) = boto3.client("s3"), url.removeprefix("s3://").partition("/")
    for path in sorted(lake.rglob("*")):
        key = path.relative_to(lake).as_posix()
        if path.is_file() and not key.startswith("raw/"):
            s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=path.read_bytes())
    _run("catdata.cli", "register", "--lake", url)


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True)
