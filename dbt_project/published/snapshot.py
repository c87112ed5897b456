"""What a snapshot of the extract is: the files of one build, named by their content, and a manifest.

    tables/cats-<sha256>.parquet      never changed
    snapshots/<snapshot>.json         a manifest for every snapshot that is still kept
    manifest.json                     the current one; written last, by one atomic put

A reader takes a manifest and then the files that it names: it sees one build and never parts of two.
This module imports nothing but the standard library, as it is part of the API's package too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

CURRENT = "manifest.json"
FORMAT = 2
# Columns by which records can be sorted: the records lie in each of these orders once.
ORDERS = ("intake_date", "outcome_date", "length_of_stay_days", "age_months_min")
_SNAPSHOT = re.compile(r"[0-9a-f]{16}")


class ManifestError(ValueError):
    """A manifest that cannot be read, or of a format that is not known."""


@dataclass(frozen=True, slots=True)
class File:
    """One table of a snapshot: where it lies and what its bytes are."""

    key: str
    sha256: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The tables of one snapshot; `snapshot` follows from their content alone."""

    snapshot: str
    published_at: str
    tables: Mapping[str, File]

    @classmethod
    def of(cls, tables: Mapping[str, File], published_at: str) -> Self:
        """Return the manifest of some tables."""
        told = "\n".join(f"{name} {tables[name].sha256}" for name in sorted(tables))
        return cls(hashlib.sha256(told.encode()).hexdigest()[:16], published_at, tables)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the manifest that some bytes hold; raises ManifestError."""
        try:
            found = json.loads(data)
            if found["format"] != FORMAT:
                raise ManifestError(f"format {found['format']!r}, expected {FORMAT}")
            tables = {name: File(**about) for name, about in found["tables"].items()}
            return cls(found["snapshot"], found["published_at"], tables)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ManifestError(
                f"公開データの目録を読めません。 / The manifest of the extract cannot be read: {error}"
            ) from error

    def encode(self) -> bytes:
        """Return the manifest as JSON."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=1).encode()


def is_snapshot(text: str) -> bool:
    """Return whether a text has the form of a snapshot's name."""
    return _SNAPSHOT.fullmatch(text) is not None


def manifest_key(snapshot: str) -> str:
    """Return where the manifest of a snapshot is kept."""
    return f"snapshots/{snapshot}.json"


def table_key(name: str, sha256: str) -> str:
    """Return where a table of that content lies."""
    return f"tables/{name}-{sha256}.parquet"


def order_table(column: str) -> str:
    """Return the name of the table that has the records in the order of a column, empty values last."""
    return f"cats_by_{column}"
