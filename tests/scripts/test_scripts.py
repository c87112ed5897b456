"""The scripts as a person types them, as far as they go without installing anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ["catdata", "demo", "docs", "ingest", "parity", "relock", "test"]


def run(script: Path, *arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, *arguments],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of the scripts and the lock, without an environment, in a folder with spaces."""
    root = tmp_path / "a folder 自治体"
    shutil.copytree(ROOT / "scripts", root / "scripts")
    shutil.copy(ROOT / "requirements.lock", root)
    return root


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with what the scripts need of the system, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "sed", "awk", "df", "cksum", "cat", "mkdir", "rm", "env"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def tool(folder: Path, name: str, body: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("script", ["demo", "docs", "parity", "relock", "test"])
def test_help_needs_no_environment(script: str, bare: Path, tmp_path: Path) -> None:
    done = run(bare / "scripts" / script, "--help", cwd=tmp_path)
    assert done.returncode == 0 and len(done.stdout.splitlines()) >= 3
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize(
    "line",
    [
        ["demo", "--fast"],
        ["demo", "--engine", "dask"],
        ["demo", "--engine"],
        ["docs", "x"],
        ["parity", "--fast"],
        ["parity", "--keep"],
        ["parity", "none.csv"],
        ["parity", "--targets", "local"],
        ["parity", "--targets", "a b"],
        ["parity", "--lake", "s3://a/b", "."],
    ],
)
def test_an_unknown_argument_is_named(line: list[str], bare: Path, tmp_path: Path) -> None:
    script, *arguments = line
    done = run(bare / "scripts" / script, *arguments, cwd=tmp_path)
    assert done.returncode == 2 and arguments[0] in done.stderr and "中止" in done.stderr
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize("script", SCRIPTS)
def test_without_python_a_sentence_says_so(script: str, bare: Path, tools: Path) -> None:
    done = run(bare / "scripts" / script, cwd=bare, PATH=str(tools), PYTHON="")
    assert done.returncode == 2
    assert "Python 3.11 was not found" in done.stderr and "見つかりません" in done.stderr


def test_another_python_is_not_taken(bare: Path, tools: Path) -> None:
    for name in ("python3.11", "python3", "python"):
        tool(tools, name, "exit 1")
    done = run(bare / "scripts/docs", cwd=bare, PATH=str(tools), PYTHON=str(tools / "python3"))
    assert done.returncode == 2 and "Python 3.11 was not found" in done.stderr


def test_a_small_disk_is_told_before_anything_is_installed(bare: Path, tools: Path) -> None:
    tool(
        tools,
        "df",
        "echo Filesystem 1024-blocks Used Available Capacity Mounted; echo d 9 9 9 9% /",
    )
    done = run(bare / "scripts/docs", cwd=bare, PATH=str(tools))
    assert done.returncode == 2 and "Not enough disk space" in done.stderr
    assert not (bare / ".venv").exists()


def test_without_network_a_sentence_says_so_and_the_next_run_starts_anew(
    bare: Path, tools: Path
) -> None:
    made = 'mkdir -p "$4/bin"; printf "#!/bin/sh\\nexit 1\\n" >"$4/bin/python"; chmod +x "$4/bin/python"'
    (tools / "chmod").symlink_to(shutil.which("chmod") or "")
    tool(tools, "python3.11", f'[ "$1" = -c ] && exit 0; {made}')
    for _ in range(2):
        done = run(bare / "scripts/docs", cwd=bare, PATH=str(tools), PYTHON="")
        assert done.returncode == 2 and "the first run needs the network" in done.stderr
        assert not (bare / ".venv/installed").exists()
        assert (bare / ".venv/uv.lock").read_text().startswith("uv==")


def test_shellcheck_finds_nothing() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("NOT TESTED: shellcheck is not installed")
    names = [f"scripts/{name}" for name in (*SCRIPTS, "bench", "lib.sh")]
    done = run(Path("shellcheck"), "-x", *names, ".ci/run", cwd=ROOT)
    assert done.returncode == 0, done.stdout
