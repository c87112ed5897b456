"""Fixtures that several rooms' tests share."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from catdata.storage import Storage
from standins.s3 import denied, s3_service, s3_url

# No test fails for a slow machine; where a merge depends on it, the same examples are tried each time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

__all__ = ["denied", "s3_service", "s3_url", "storage"]


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Give an empty storage: once a local folder, once S3."""
    if request.param == "local":
        return Storage(str(tmp_path / "lake"))
    return Storage(request.getfixturevalue("s3_url"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Give the folder of public data; without it the test is skipped, and says so."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("CATDATA_REAL_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED: no public data in {folder} (CATDATA_REAL_DATA)")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 256 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("NOT TESTED: a really full disk needs the right to mount one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
