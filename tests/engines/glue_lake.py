"""The lake of the sample files in a folder."""

from pathlib import Path

from standins.warehouse import run_module


def write_lake(folder: Path) -> Path:
    """Load the sample files, corrections included, into a lake below a folder, and return the lake."""
    lake, files = folder / "lake", folder / "samples"
    run_module("catdata.samples", str(files))
    for part in ("first", "corrected"):
        run_module(
            "catdata.cli", "ingest", str(files / part), "--engine", "local", "--lake", str(lake)
        )
    return lake
