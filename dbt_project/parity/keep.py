"""Figures of a run, kept as Parquet files in a folder and read again."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

import pyarrow.parquet as pq

from parity.figures import Figures

_MARK = b"catdata"


class NotKeptError(ValueError):
    """A folder that holds no kept figures."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: 保存された数値がありません（--keep で保存したフォルダーを指定してください）。/ "
            f"{folder} holds no kept figures; name a folder that --keep wrote."
        )


def keep(folder: Path, figures: Mapping[str, Figures]) -> None:
    """Write the figures of all marts as one folder, which appears whole or not at all."""
    if folder.exists() and any(folder.iterdir()):
        _files(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, mart in figures.items():
            about = json.dumps({"key": mart.key, "declared": dict(mart.declared)})
            pq.write_table(
                mart.rows.replace_schema_metadata({_MARK: about}), new / f"{name}.parquet"
            )
        new.chmod(0o755)
        _replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def kept(folder: Path) -> dict[str, Figures]:
    """Return the figures that a folder holds, by mart."""
    return {path.stem: _read(path) for path in _files(folder)}


def _read(path: Path) -> Figures:
    rows = pq.read_table(path)
    about = json.loads((rows.schema.metadata or {}).get(_MARK, b"null"))
    if about is None:
        raise NotKeptError(path)
    return Figures(tuple(about["key"]), about["declared"], rows.replace_schema_metadata())


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    # A folder of something else must neither be compared nor replaced.
    if not files or any(path not in files for path in folder.iterdir()):
        raise NotKeptError(folder)
    return files


def _replace(new: Path, folder: Path) -> None:
    """Put a folder in another's place; no system call swaps two folders everywhere."""
    old = new.with_name(f"{new.name}-old")
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
    shutil.rmtree(old, ignore_errors=True)
