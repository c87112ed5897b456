"""The templates of every profile, synthesised once a run."""

from collections.abc import Callable
from functools import cache

import pytest
from infra_templates import Templates, resources, synthesise

from cloud.settings import read_settings

__all__ = ["resources", "synthesise", "templates"]


@pytest.fixture(scope="session")
def templates() -> Callable[[str], Templates]:
    """Give a function from the name of a profile to its templates."""
    return cache(lambda profile: synthesise(read_settings(profile)))
