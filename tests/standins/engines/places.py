"""Where the stand-ins keep their things: all below one cache folder that git ignores."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".cache" / "engines"


def fetched() -> Path:
    """Return the folder of what was fetched; checkouts may share one by CATDATA_ENGINES_CACHE."""
    return Path(os.environ.get("CATDATA_ENGINES_CACHE") or CACHE / "fetched")


def running() -> Path:
    """Return the folder of the processes of this checkout: state, logs, data."""
    return CACHE / "run"


def users() -> Path:
    """Return the folder of marks of the processes that use what runs."""
    return CACHE / "users"
