"""Packages of functions come from the lock alone, for Lambda's platform, and are kept by content."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cloud import packaging
from cloud.packaging import PackagingError, build_package, lock_entries


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packaging, "BUILT", tmp_path / "built")
    return tmp_path / "built"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__" / "stale.pyc").write_bytes(b"stale")
    (folder / "__init__.py").write_text("import jmespath\nANSWER = 42\n")
    return folder


def test_entries_hold_hashes_and_what_they_need_themselves() -> None:
    entries = lock_entries(["pydantic"])
    names = [line.split("==")[0] for line in entries.splitlines() if "==" in line]
    assert "pydantic-core" in names and names == sorted(names)
    assert entries.count("--hash=sha256:") > len(names)
    assert "boto3" not in names


def test_what_the_lock_lacks_is_refused() -> None:
    with pytest.raises(PackagingError, match="scripts/relock"):
        lock_entries(["no-such-package"])


def test_a_package_runs_by_itself_and_is_kept(built: Path, source: Path) -> None:
    package = build_package("some", ["jmespath"], {"catdata/part": source})
    files = {str(p.relative_to(package.folder)) for p in package.folder.rglob("*") if p.is_file()}
    assert "catdata/part/__init__.py" in files
    assert not any(name.endswith(("stale.pyc", ".pyi")) for name in files)
    assert set(zipfile.ZipFile(package.archive).namelist()) == files
    run = [sys.executable, "-I", "-S", "-c"]
    code = f"import sys; sys.path[:0] = [{str(package.folder)!r}]; import catdata.part as p; print(p.ANSWER)"
    assert subprocess.run([*run, code], capture_output=True, text=True).stdout == "42\n"

    written = package.archive.stat().st_mtime_ns
    assert build_package("some", ["jmespath"], {"catdata/part": source}) == package
    assert package.archive.stat().st_mtime_ns == written
    (source / "__init__.py").write_text("ANSWER = 43\n")
    assert build_package("some", ["jmespath"], {"catdata/part": source}).digest != package.digest


def test_the_same_content_gives_the_same_bytes(built: Path, source: Path) -> None:
    first = build_package("first", [], {"part": source})
    os.utime(source / "__init__.py", (0, 0))
    second = build_package("second", [], {"part": source})
    assert first.archive.read_bytes() == second.archive.read_bytes()
    assert not list(built.glob(".*"))


def test_a_wheel_for_a_newer_system_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "thing-1.dist-info" / "WHEEL"
    wheel.parent.mkdir()
    wheel.write_text("Tag: cp311-cp311-manylinux_2_34_x86_64\n")
    with pytest.raises(PackagingError, match="thing-1"):
        packaging._check_wheels(tmp_path)
    wheel.write_text(
        "Tag: cp311-cp311-manylinux_2_26_x86_64\nTag: cp311-cp311-manylinux_2_28_x86_64\n"
    )
    packaging._check_wheels(tmp_path)
