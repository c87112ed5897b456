"""The stand-in of Redshift as tests use it: started as scripts/engines does, asked by the real driver."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import redshift_connector

from standins.redshift import DATABASE, OWNER, environment, trusted

_PATIENCE_S = 60


class Redshift:
    """A stand-in in a process of its own, its state in a folder."""

    def __init__(self, state: Path, aws_endpoint: str) -> None:
        self.state = state
        self.port = _free_port()
        self.command = [
            *(sys.executable, "-m", "standins.redshift", "--port", str(self.port)),
            *("--state", str(state), "--aws-endpoint", aws_endpoint),
        ]
        root = Path(__file__).parents[2]
        self.python_path = {"PYTHONPATH": f"{root / 'tests'}:{root / 'glue'}"}

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which dbt and the driver reach it."""
        return environment(self.port, self.state)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(self.command, env=os.environ | self.python_path)
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the stand-in does not answer")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(_PATIENCE_S)

    @contextmanager
    def connection(self, user: str = OWNER) -> Iterator[Any]:
        """Give a cursor of a user, each statement committed; TLS is checked as on AWS."""
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(trusted(self.state))
        try:
            connection = redshift_connector.connect(
                host="127.0.0.1", port=self.port, database=DATABASE, user=user, password="any"
            )
        finally:
            if before is None:
                del os.environ["SSL_CERT_FILE"]
            else:
                os.environ["SSL_CERT_FILE"] = before
        connection.autocommit = True
        with closing(connection), closing(connection.cursor()) as cursor:
            yield cursor


def rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return [tuple(row) for row in cursor.execute(sql).fetchall()]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
