"""The services that stand in for AWS: how each is started, and how it shows that it answers."""

import json
import socket
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from standins import redshift
from standins.athena import trino_server
from standins.engines import fetch, places

HOST = "127.0.0.1"
BUCKET = "cat-data-bucket"
REGION = "ap-northeast-1"
AWS, TRINO, REDSHIFT = "aws", "trino", "redshift"
# What each choice of --only needs.
ENGINES: dict[str, tuple[str, ...]] = {"athena": (AWS, TRINO), "redshift": (AWS, REDSHIFT)}
SERVICES = (AWS, TRINO, REDSHIFT)
TITLES = {
    AWS: "AWS (S3, Glue, Athena API)",
    TRINO: "Trino (Athena のエンジン / Athena's engine)",
    REDSHIFT: "Redshift",
}

Ports = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Service:
    """The command that starts one service, and the variables that it needs."""

    command: list[str]
    environment: dict[str, str]


def url(ports: Ports, name: str) -> str:
    """Return the address of a service that speaks HTTP."""
    return f"http://{HOST}:{ports[name]}"


def aws_environment(ports: Ports) -> dict[str, str]:
    """Return the variables by which every AWS client finds the stand-in."""
    return {
        "AWS_ENDPOINT_URL": url(ports, AWS),
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "stand-in",
        "AWS_SECRET_ACCESS_KEY": "stand-in",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def environment(ports: Ports, running: frozenset[str]) -> dict[str, str]:
    """Return the variables that lead the job, dbt and the scripts to what is running."""
    variables = aws_environment(ports) | {"CATDATA_LAKE": f"s3://{BUCKET}/lake"}
    if TRINO in running:
        variables |= {
            "CATDATA_ATHENA_RESULTS": f"s3://{BUCKET}/athena-query-results/",
            "CATDATA_ATHENA_DATA": f"s3://{BUCKET}/marts/",
            "CATDATA_ATHENA_POLL_SECONDS": "0.1",
        }
    if REDSHIFT in running:
        variables |= redshift.environment(ports[REDSHIFT], folder(REDSHIFT))
    return variables


def folder(name: str) -> Path:
    """Return where a service may write while it runs."""
    return places.running() / name


def service(name: str, ports: Ports) -> Service:
    """Return how to start a service, fetching what it needs."""
    return {AWS: _aws, TRINO: _trino, REDSHIFT: _redshift}[name](ports)


def answers(name: str, ports: Ports) -> bool:
    """Return whether a service answers now."""
    if name == REDSHIFT:
        return _accepts(ports[name])
    if name == TRINO:
        answer = _answer(f"{url(ports, name)}/v1/info")
        return answer is not None and json.loads(answer)["starting"] is False
    return _answer(f"{url(ports, name)}/{BUCKET}") is not None


def _aws(ports: Ports) -> Service:
    options = ["--port", str(ports[AWS]), "--trino", url(ports, TRINO), "--bucket", BUCKET]
    return Service(
        [sys.executable, "-m", "standins.athena", *options],
        _python_path() | aws_environment(ports),
    )


def _trino(ports: Ports) -> Service:
    fetched = places.fetched()
    fetch.fetch_trino(fetched)
    home = fetch.trino_folder(fetched)
    settings = trino_server.Settings(
        port=ports[TRINO], plugins=home / "plugin", aws=aws_environment(ports), bucket=BUCKET
    )
    etc = trino_server.write_configuration(settings, folder(TRINO))
    command = trino_server.command(fetch.java(fetched), home, etc, folder(TRINO) / "data")
    return Service(command, {})


def _redshift(ports: Ports) -> Service:
    options = ["--port", str(ports[REDSHIFT]), "--state", str(folder(REDSHIFT))]
    return Service(
        [sys.executable, "-m", "standins.redshift", *options, "--aws-endpoint", url(ports, AWS)],
        _python_path() | aws_environment(ports),
    )


def _python_path() -> dict[str, str]:
    return {"PYTHONPATH": f"{places.ROOT / 'tests'}:{places.ROOT / 'glue'}"}


def _answer(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bytes(response.read())
    except OSError:
        return None


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except OSError:
        return False
    return True
