"""What the stand-ins fetch: by the real Apache Ivy, from a repository in a folder."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from standins.engines import fetch as fetching
from standins.engines.archives import VERSION, Archive, fetch, is_whole
from standins.engines.problems import EngineError

CONTENT = b"an archive\n" * 1000
ARCHIVE = Archive("thing", "tar.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place of the archive in a repository that Ivy is led to by its settings."""
    root = tmp_path / "repository"
    settings = tmp_path / "ivysettings.xml"
    settings.write_text(
        "<ivysettings><settings defaultResolver='own'/><resolvers>"
        "<filesystem name='own' m2compatible='true'><artifact pattern='"
        f"{root}/[organisation]/[module]/[revision]/[artifact]-[revision].[ext]"
        "'/></filesystem></resolvers></ivysettings>"
    )
    monkeypatch.setenv("CATDATA_IVY_SETTINGS", str(settings))
    place = root / "io" / "trino" / "thing" / VERSION / f"thing-{VERSION}.tar.gz"
    place.parent.mkdir(parents=True)
    return place


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every start of a process fail."""

    def refuse(*given: object, **named: object) -> None:
        raise AssertionError("nothing must be started")

    monkeypatch.setattr(subprocess, "Popen", refuse)


def test_an_archive_comes_whole_and_is_told(repository: Path, tmp_path: Path) -> None:
    repository.write_bytes(CONTENT)
    seen: list[int] = []
    path = fetch(ARCHIVE, tmp_path / "downloads", seen.append)
    assert path.read_bytes() == CONTENT
    assert seen[-1] == len(CONTENT)
    assert sorted(p.suffix for p in path.parent.iterdir()) == [".gz", ".log"]


@pytest.mark.parametrize("left_over", [b"", CONTENT[:500], CONTENT + b"more", b"x" * len(CONTENT)])
def test_a_broken_download_is_replaced(repository: Path, tmp_path: Path, left_over: bytes) -> None:
    repository.write_bytes(CONTENT)
    broken = tmp_path / "downloads" / ARCHIVE.file_name
    broken.parent.mkdir()
    broken.write_bytes(left_over)
    assert fetch(ARCHIVE, broken.parent, lambda done: None) == broken
    assert broken.read_bytes() == CONTENT


def test_other_bytes_are_refused_and_deleted(repository: Path, tmp_path: Path) -> None:
    repository.write_bytes(CONTENT.replace(b"a", b"b"))
    with pytest.raises(EngineError, match="SHA-256") as raised:
        fetch(ARCHIVE, tmp_path / "downloads", lambda done: None)
    assert "中身が違います" in str(raised.value)
    assert not (tmp_path / "downloads" / ARCHIVE.file_name).exists()


def test_what_cannot_be_fetched_is_a_sentence(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="needs the network") as raised:
        fetch(ARCHIVE, tmp_path / "downloads", lambda done: None)
    assert "取得できません" in str(raised.value)


def test_a_whole_archive_needs_nothing(no_java: None, tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE.file_name
    path.write_bytes(CONTENT)
    assert is_whole(path, ARCHIVE)
    assert fetch(ARCHIVE, tmp_path, lambda done: None) == path


def test_what_was_unpacked_needs_nothing(no_java: None, tmp_path: Path) -> None:
    fetching.java(tmp_path).parent.mkdir(parents=True)
    fetching.trino_folder(tmp_path).mkdir()
    fetching.fetch_trino(tmp_path)


def test_an_interrupted_unpacking_has_no_name(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), fetching._made_whole(tmp_path / "x") as folder:
        (folder / "half").write_text("")
        raise KeyboardInterrupt
    assert not (tmp_path / "x").exists()
    with fetching._made_whole(tmp_path / "x") as folder:
        (folder / "whole").write_text("")
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["whole"]


def test_the_hive_connector_is_made_of_icebergs_jars(tmp_path: Path) -> None:
    iceberg = tmp_path / "iceberg"
    iceberg.mkdir()
    (iceberg / "a.jar").write_text("a")
    (iceberg / "trino-iceberg-476-services.jar").write_text("services")
    fetching._hive_from_iceberg(iceberg, tmp_path / "hive")
    assert sorted(p.name for p in (tmp_path / "hive").iterdir()) == [
        "a.jar",
        "trino-hive-services.jar",
    ]
    assert (tmp_path / "hive" / "a.jar").read_text() == "a"
    with zipfile.ZipFile(tmp_path / "hive" / "trino-hive-services.jar") as services:
        assert b"HivePlugin" in services.read("META-INF/services/io.trino.spi.Plugin")


def test_a_full_disk_is_told_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_java: None
) -> None:
    usage = fetching.shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(EngineError, match="2 GB"):
        fetching.fetch_trino(tmp_path)
