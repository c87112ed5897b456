"""Hashes in place of personal data: of repeat applicants, and of identities that hold such data."""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from catdata.normalize.texts import squeezed
from catdata.sentences import SentenceError
from catdata.values import scrub

KEY_VARIABLE = "CATDATA_APPLICANT_KEY"
# Telephone numbers are few: whoever guesses a short key has them all.
MIN_KEY_BYTES = 16
# Stands for an identity that holds personal data, where there is no key to hash it with.
NO_HASH = ""
# Ten digits, perhaps in groups, a mail's sign, a label, an honorific or a street: few identities have any of them.
_PERHAPS_PERSONAL = (
    r"[0-9]{10}|[0-9][-() ._/・~]{1,3}[0-9]{1,4}[-() ._/・~]{1,3}[0-9]{3}|@|[:=]|様|さん|氏|番|丁目"
    r"|電話|携帯|連絡先|(?i:tel|phone|fax)|口座|普通|当座|\b(?:Mr|Mrs|Ms|Miss|Dr)\b"
)

# Eight letters and digits, three times four, twelve: some of them look like a telephone number.
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


class ShortKeyError(SentenceError):
    """The key is too short to keep anything secret."""


@dataclass(frozen=True, slots=True)
class ApplicantKeys:
    """Hashes with a key that lives outside the lake; without one nothing is hashed.

    The same person has the same hash within one municipality and fiscal year only, and an identity
    within its source only, so that years and bodies cannot be linked.
    """

    key: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls) -> "ApplicantKeys":
        """Take the key from CATDATA_APPLICANT_KEY; raises ShortKeyError."""
        return cls.of(os.environ.get(KEY_VARIABLE, ""))

    @classmethod
    def of(cls, text: str) -> "ApplicantKeys":
        """Take a text as the key, none if it is empty; raises ShortKeyError."""
        key = text.encode()
        if 0 < len(key) < MIN_KEY_BYTES:
            raise ShortKeyError(
                f"鍵が短すぎます（{len(key)}バイト）。{MIN_KEY_BYTES}バイト以上にしてください。",
                f"The key is too short ({len(key)} bytes); give it {MIN_KEY_BYTES} or more.",
                KEY_VARIABLE,
            )
        return cls(key or None)

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

    def identities(self, texts: pa.Array) -> pa.Array:
        """Return identities with a hash in place of each that holds personal data.

        A microchip number that stands in for a management number is the usual one. Equal ones of one
        source stay equal. Without a key there is NO_HASH in their place: a hash that anyone can make
        is found by trying all numbers.
        """
        perhaps = pc.fill_null(pc.match_substring_regex(texts, _PERHAPS_PERSONAL), False)
        if not pc.any(perhaps).as_py():
            return texts
        some = texts.filter(perhaps).to_pylist()
        return pc.replace_with_mask(
            texts, perhaps, pa.array(map(self._identity, some), pa.string())
        )

    def _identity(self, text: str) -> str:
        source, _, rest = text.partition("/")
        if not scrub(_UUID.sub("", rest))[1]:
            return text
        if self.key is None:
            return NO_HASH
        return f"{source}/{hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:32]}"

    def _hash(
        self, name: str, municipality_code: str | None, fiscal_year: int | None
    ) -> str | None:
        person = squeezed(name)
        if not person or self.key is None:
            return None
        message = f"{municipality_code}|{fiscal_year}|{person}".encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:16]
