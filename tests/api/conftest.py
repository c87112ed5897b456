"""The API over an extract made for the tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from api_calls import BODIES, CATS, Get, call
from cat_data_api import app
from cat_data_api.app import EXTRACT, REFRESH

from standins.cat_extract import publish_made


@pytest.fixture(scope="session")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish an extract of some thousand records."""
    folder = tmp_path_factory.mktemp("extract")
    publish_made(folder, CATS, BODIES)
    return folder


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Path | str], Get]]:
    """Give a function that lets the API serve an extract, looking at its manifest every time."""

    def serve(place: Path | str) -> Get:
        monkeypatch.setenv(EXTRACT, str(place))
        monkeypatch.setenv(REFRESH, "0")
        monkeypatch.setattr(app.tempfile, "gettempdir", lambda: str(tmp_path / "scratch"))
        app.store.cache_clear()
        return call

    yield serve
    app.store.cache_clear()


@pytest.fixture
def get(serve: Callable[[Path | str], Get], extract: Path) -> Get:
    """Give the function that calls the API."""
    return serve(extract)
