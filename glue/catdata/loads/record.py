"""One record of the ledger: what it says, its single line of JSON, and the identity of a load."""

import json
import secrets
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Literal

from catdata.entities import LOADS, Type
from catdata.sentences import SentenceError

Status = Literal["committed", "withdrawn"]


class ConservationError(SentenceError):
    """Rows in are not rows accepted, rejected and excluded; such a load must not be committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecord:
    """One version of one raw object, as entities.LOADS describes it; times are UTC, in
    whole milliseconds.

    The fields that LOADS calls JSON hold JSON text.
    """

    load_id: str
    source_id: str
    source_object: str
    object_version: int
    status: Status
    content_sha256: str | None = None
    contract_sha256: str | None = None
    size_bytes: int | None = None
    rows_in: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_excluded: int = 0
    entity_rows: str = "{}"
    reasons: str = "{}"
    flags: str = "{}"
    unknown_codes: str = "{}"
    totals_found: int = 0
    totals_differing: int = 0
    totals: str = "[]"
    fiscal_years: str = "[]"
    observed_date: date | None = None
    files: int = 0
    started_at: datetime
    committed_at: datetime
    compacted_at: datetime | None = None

    def __post_init__(self) -> None:
        # A timestamp of Athena has three decimals and rounds the others: cut, all engines see one time.
        for name in ("started_at", "committed_at", "compacted_at"):
            if time := getattr(self, name):
                cut = time.replace(microsecond=time.microsecond // 1000 * 1000)
                object.__setattr__(self, name, cut)

    @property
    def visible(self) -> bool:
        """Whether the rows of the load can be seen while this record is its object's head."""
        return self.status == "committed"

    @property
    def effective_at(self) -> datetime:
        """The time since when this record is its object's head."""
        return self.compacted_at or self.committed_at

    def check(self) -> None:
        """Raise ConservationError unless rows in = accepted + rejected + excluded."""
        counted = self.rows_accepted + self.rows_rejected + self.rows_excluded
        if self.rows_in != counted:
            parts = f"{self.rows_accepted} + {self.rows_rejected} + {self.rows_excluded}"
            raise ConservationError(
                f"入力 {self.rows_in} 行と、採用＋却下＋除外 {parts} = {counted} 行が合わないため、"
                "確定しませんでした。",
                f"{self.rows_in} rows in, but accepted + rejected + excluded is {parts} = {counted};"
                " the load was not committed.",
                self.source_object,
            )

    def to_json(self) -> bytes:
        """Return the record as one line of JSON with the flat columns of LOADS."""
        values = {f.name: _to_json(getattr(self, f.name)) for f in fields(self)}
        return (json.dumps(values, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> "LoadRecord":
        """Return the record of a line of JSON; a column it lacks takes its default."""
        return cls(**{name: _from_json(name, value) for name, value in json.loads(data).items()})


def load_id_of(now: datetime, token: bytes) -> str:
    """Return the identity of a load that starts at `now`; identities sort by time.

    `token` is 6 random bytes that keep apart loads of one microsecond.
    """
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}{token.hex()}"


def draw_load_id(now: datetime) -> str:
    """Return a new, unique identity of a load that starts at `now`."""
    return load_id_of(now, secrets.token_bytes(6))


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        # The form that DuckDB, Athena's JSON serde and Redshift Spectrum all read as a timestamp.
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")
    return value.isoformat() if isinstance(value, date) else value


def _from_json(name: str, value: Any) -> Any:
    if value is None:
        return None
    match LOADS.column(name).type:
        case Type.TIMESTAMP:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case Type.DATE:
            return date.fromisoformat(value)
    return value
