"""What a Glue job needs beside its script: the project's code, and the locked packages it imports."""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from functools import cache
from pathlib import Path

from cloud.packaging import ROOT, PackagingError, lock_entries

BUILT = ROOT / "build" / "glue"


@cache
def job_code() -> Path:
    """Build the wheel of glue/catdata, named as Spark's workers import it; same sources, same bytes.

    A wheel is a zip; Spark puts only what ends in .zip, .egg or .jar on its workers' path.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
        done = subprocess.run(
            [*command, "--directory", folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PackagingError(
                f"ジョブのwheelを作れません。 / The job's wheel cannot be built: {done.stderr}"
            )
        [wheel] = Path(folder).glob("*.whl")
        return _kept("catdata.zip", wheel.read_bytes())


@cache
def job_requirements() -> Path:
    """Write the lock's entries of what the wheel depends on, with hashes, as pip reads them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return _kept("requirements.txt", lock_entries(project["dependencies"]).encode())


def _kept(name: str, data: bytes) -> Path:
    """Keep a file by its content; another process may write the same at the same time."""
    path = BUILT / hashlib.sha256(data).hexdigest()[:16] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(data)
    Path(part.name).replace(path)
    return path
