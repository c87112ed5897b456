"""Fixtures that several rooms' tests share."""

from pathlib import Path

import pytest
from catdata.storage import Storage
from standins.s3 import denied, s3_service, s3_url

__all__ = ["denied", "s3_service", "s3_url", "storage"]


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Give an empty storage: once a local folder, once S3."""
    if request.param == "local":
        return Storage(str(tmp_path / "lake"))
    return Storage(request.getfixturevalue("s3_url"))
