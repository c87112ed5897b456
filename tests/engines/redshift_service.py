"""The stand-in of Redshift as tests use it: started as scripts/engines does, asked by the real driver."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redshift_connector

from standins.redshift import DATABASE, OWNER, environment, trusted
from standins.redshift.postgres import Postgres

_PATIENCE_S = 180


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
        self.aws = {
            "AWS_ENDPOINT_URL": aws_endpoint,
            "AWS_ACCESS_KEY_ID": "stand-in",
            "AWS_SECRET_ACCESS_KEY": "stand-in",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }
        python_path = {"PYTHONPATH": f"{root / 'tests'}:{root / 'glue'}"}
        self.process_environment = os.environ | self.aws | python_path

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which dbt and the driver reach it, and AWS's clients what is behind it."""
        return self.aws | environment(self.port, self.state)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(self.command, env=self.process_environment)
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

    def remove(self) -> None:
        """End it if it runs, and remove what it keeps outside of the test's folder."""
        if self.process.poll() is None:
            self.end()
        shutil.rmtree(Postgres(self.state).socket.parent, ignore_errors=True)

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


@pytest.fixture(scope="session")
def redshift(tmp_path_factory: pytest.TempPathFactory, s3_service: str) -> Iterator[Redshift]:
    """Serve a stand-in of Redshift over the stand-in of S3 and Glue."""
    service = Redshift(tmp_path_factory.mktemp("redshift"), s3_service)
    service.start()
    yield service
    service.remove()


def rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return [tuple(row) for row in cursor.execute(sql).fetchall()]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
