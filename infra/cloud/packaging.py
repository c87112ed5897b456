"""Lambda packages made from the hash-pinned lock, without Docker.

    package = build_package(
        "cat-data-api",                                   # a name for people, and of the folder
        requirements=("duckdb", "pydantic"),              # what the handler imports, as the lock names it
        sources={"cat_data_api": HANDLERS / "cat_data_api"},  # folders and files, by their place in it
    )
    lambda_.Function(..., runtime=RUNTIME, architecture=ARCHITECTURE,
                     code=package.code(), handler="cat_data_api.app.handler")

`requirements` are completed by what they need themselves; versions and hashes come from
requirements.lock alone, wheels are those of Lambda's platform. What Lambda's runtime brings (boto3) need
not be named. The folder is kept by its content in build/lambda and made again only when the lock's
entries, the sources or this module change; with the wheels in uv's cache no network is needed.
"""

import compileall
import hashlib
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
HANDLERS = ROOT / "infra" / "handlers"
BUILT = ROOT / "build" / "lambda"

# The interpreter of the lock, of the tests and of Glue 5.1.
RUNTIME = lambda_.Runtime.PYTHON_3_11
ARCHITECTURE = lambda_.Architecture.X86_64
_PYTHON = "3.11"
_PLATFORM = "x86_64-manylinux_2_28"
# Lambda's Python 3.11 runs on Amazon Linux 2, whose C library is older than uv's nearest platform.
_GLIBC = (2, 26)
_MANYLINUX = re.compile(
    r"manylinux_(\d+)_(\d+)_x86_64|(manylinux2014_x86_64)|(-any)$", re.MULTILINE
)
# A zip knows no time before this.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NOT_SHIPPED = ("__pycache__", "*.pyc", "*.pyi", "py.typed", "*-stubs")


class PackagingError(RuntimeError):
    """A package that cannot be built, with the reason."""


@dataclass(frozen=True, slots=True)
class Package:
    """A built package: its files, the same files zipped, and the hash of what it was made from."""

    folder: Path
    archive: Path
    digest: str

    def code(self) -> lambda_.Code:
        """Return the package as the code of a function."""
        return lambda_.Code.from_asset(str(self.archive))


def build_package(name: str, requirements: Sequence[str], sources: Mapping[str, Path]) -> Package:
    """Return the package of some requirements and sources, made if it is not there yet."""
    entries = lock_entries(requirements)
    digest = _digest(entries, sources)
    home = BUILT / f"{name}-{digest[:16]}"
    package = Package(home / "package", home / "package.zip", digest)
    if not home.exists():
        BUILT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILT, prefix=f".{name}-") as temporary:
            made = Path(temporary) / "made"
            _install(entries, made / "package", Path(temporary))
            for place, source in sources.items():
                _copy(source, made / "package" / place)
            _compile(made / "package")
            _zip(made / "package", made / "package.zip")
            _publish(made, home)
    return package


def lock_entries(requirements: Iterable[str]) -> str:
    """Return the lock's entries of some requirements and all that these need, hashes included."""
    locked = _lock()
    needed: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in locked:
            raise PackagingError(
                f"{requirement.name} は requirements.lock にありません（pyproject.toml に加えて scripts/relock）。 / "
                f"{requirement.name} is not in requirements.lock; add it to pyproject.toml and run scripts/relock."
            )
        if name in needed and not requirement.extras:
            continue
        needed.add(name)
        waiting += _needs(requirement)
    return "".join(locked[name] for name in sorted(needed))


def _needs(requirement: Requirement) -> Iterator[Requirement]:
    """Yield what a distribution needs itself, as the environment of the same lock tells."""
    for text in distribution(requirement.name).requires or ():
        needed = Requirement(text)
        environments: list[dict[str, str]] = [
            {"extra": extra} for extra in requirement.extras or {""}
        ]
        if needed.marker is None or any(needed.marker.evaluate(e) for e in environments):
            yield needed


@cache
def _lock() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(==.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    # What stands behind an entry says who needs it, and changes without the entry.
    return {
        canonicalize_name(name): name + re.sub(r"^ +#.*\n", "", rest, flags=re.MULTILINE)
        for name, rest in found
    }


def _digest(entries: str, sources: Mapping[str, Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(entries.encode())
    for place, source in sources.items():
        for path in sorted(_shipped(source)):
            digest.update(f"{place}/{path.relative_to(source)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _shipped(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    for folder, folders, names in os.walk(source):
        left_out = shutil.ignore_patterns(*_NOT_SHIPPED)(folder, folders + names)
        folders[:] = [name for name in folders if name not in left_out]
        yield from (Path(folder) / name for name in names if name not in left_out)


def _copy(source: Path, place: Path) -> None:
    if source.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
    else:
        left_out = shutil.ignore_patterns(*_NOT_SHIPPED)
        shutil.copytree(source, place, ignore=left_out, dirs_exist_ok=True)


def _install(entries: str, target: Path, scratch: Path) -> None:
    target.mkdir(parents=True)
    if not entries:
        return
    listed = scratch / "requirements.txt"
    listed.write_text(entries, "utf-8")
    # fmt: off
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--no-config",
        "--no-deps", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy",
        "--python-version", _PYTHON, "--python-platform", _PLATFORM,
        "--target", str(target), "--requirements", str(listed),
    ]
    # fmt: on
    environment = os.environ | {"UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS", "true")}
    for network in (["--offline"], []):
        done = subprocess.run(
            [*command, *network], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            break
    else:
        raise PackagingError(
            f"Lambdaのパッケージを取得できません。 / Packages for Lambda cannot be fetched: {done.stderr}"
        )
    shutil.rmtree(target / "bin", ignore_errors=True)
    (target / ".lock").unlink(missing_ok=True)
    for path in list(target.rglob("*")):
        if path.match("*.pyi") or path.name.endswith("-stubs"):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _check_wheels(target)


def _check_wheels(target: Path) -> None:
    """Refuse wheels that need a newer C library than Lambda's runtime has."""
    for wheel in target.glob("*.dist-info/WHEEL"):
        tags = [
            (int(major), int(minor)) if major else (0, 0)
            for major, minor, _, _ in _MANYLINUX.findall(wheel.read_text("utf-8"))
        ]
        if not tags or min(tags) > _GLIBC:
            raise PackagingError(
                f"{wheel.parent.name} はLambdaの {RUNTIME.name} では動きません。 / "
                f"{wheel.parent.name} has no wheel for the C library of Lambda's {RUNTIME.name}."
            )


def _compile(folder: Path) -> None:
    """Compile everything now: Lambda's file system is read-only, each cold start would do it again."""
    compileall.compile_dir(
        folder,
        quiet=2,
        stripdir=str(folder),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _zip(folder: Path, archive: Path) -> None:
    """Zip a folder so that the same files give the same bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = zipfile.ZipInfo(str(path.relative_to(folder)), _ZIP_TIME)
            info.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(info, path.read_bytes())


def _publish(made: Path, home: Path) -> None:
    try:
        made.rename(home)
    except OSError:
        # Another process was faster, with the same content.
        if not home.exists():
            raise
