"""Repeat applicants without names: a keyed hash per municipality and fiscal year."""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

KEY_VARIABLE = "CATDATA_APPLICANT_KEY"


@dataclass(frozen=True, slots=True)
class ApplicantKeys:
    """Hashes applicants with a key that lives outside the lake; without one, gives nulls.

    The same person has the same hash within one municipality and fiscal year only, so that years
    and bodies cannot be linked.
    """

    key: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls) -> "ApplicantKeys":
        """Take the key from CATDATA_APPLICANT_KEY."""
        key = os.environ.get(KEY_VARIABLE)
        return cls(key.encode() if key else None)

    def column(
        self, names: pa.Array, municipality_code: pa.Array, fiscal_year: pa.Array
    ) -> pa.Array:
        """Return 16 hexadecimal digits a row, null for a blank name."""
        if self.key is None:
            return pa.nulls(len(names), pa.string())
        rows = zip(
            pc.cast(names, pa.string()).to_pylist(),
            pc.cast(municipality_code, pa.string()).to_pylist(),
            fiscal_year.to_pylist(),
            strict=True,
        )
        return pa.array([self._hash(*row) for row in rows], pa.string())

    def _hash(
        self, name: str, municipality_code: str | None, fiscal_year: int | None
    ) -> str | None:
        person = "".join(unicodedata.normalize("NFKC", name).split())
        if not person or self.key is None:
            return None
        message = f"{municipality_code}|{fiscal_year}|{person}".encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:16]
