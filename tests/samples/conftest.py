"""The samples of one seed, made once for all tests of this folder."""

from typing import Any

import pytest

from catdata.samples.generate import SampleFile, generate

SEED, SCALE = 20260401, 1.0


@pytest.fixture(scope="session")
def samples() -> tuple[list[SampleFile], dict[str, Any]]:
    """The files and the truth that `python -m catdata.samples` writes by default."""
    return generate(SEED, SCALE)
