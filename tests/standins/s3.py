"""An S3 on this machine: moto's server, spoken to over HTTP by the real client."""

import os
import threading
import urllib.request
from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest

from standins.moto_server import make_moto_server

BUCKET = "catdata-test"


@pytest.fixture(scope="session")
def s3_service() -> Iterator[str]:
    """Serve S3 with one bucket, set AWS_* for this process and its children; gives the address."""
    server = make_moto_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "AWS_ACCESS_KEY_ID": "stand-in",
        "AWS_SECRET_ACCESS_KEY": "stand-in",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield settings["AWS_ENDPOINT_URL"]
    server.shutdown()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture
def s3_url(s3_service: str) -> str:
    """Give the URL of a fresh prefix."""
    return f"s3://{BUCKET}/{uuid4().hex}"


@pytest.fixture
def denied(s3_service: str) -> Iterator[None]:
    """Have every request refused for want of permission."""
    _permit(s3_service, b"0")
    yield
    _permit(s3_service, b"inf")


def _permit(service: str, actions_without_permission: bytes) -> None:
    request = urllib.request.Request(
        f"{service}/moto-api/reset-auth",
        data=actions_without_permission,
        headers={"Content-Type": "text/plain"},
    )
    urllib.request.urlopen(request).close()
