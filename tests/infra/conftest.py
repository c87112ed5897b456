"""The templates of every profile."""

from collections.abc import Callable

import pytest
from infra_templates import Templates, synthesise

from cloud.settings import read_settings


@pytest.fixture(scope="session")
def templates() -> Callable[[str], Templates]:
    """Give a function from the name of a profile to its templates."""
    return lambda profile: synthesise(read_settings(profile))
