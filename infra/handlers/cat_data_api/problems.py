"""What the API says when it does not answer: problem details as RFC 9457 has them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CONTENT_TYPE = "application/problem+json"
_TYPE = "urn:cat-data-api:problem:"


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter at fault: which, why in both languages, and what is allowed where that is a list."""

    parameter: str
    ja: str
    en: str
    allowed: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as the document shows it."""
        told: dict[str, Any] = {
            "parameter": self.parameter,
            "detail": self.en,
            "detail_ja": self.ja,
        }
        return told | ({"allowed": list(self.allowed)} if self.allowed else {})


@dataclass(slots=True)
class ProblemError(Exception):
    """An answer that is a problem; `name` is the last part of its type."""

    status: int
    name: str
    title: str
    ja: str
    en: str
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, instance: str) -> str:
        """Return the problem details document."""
        told: dict[str, Any] = {
            "type": _TYPE + self.name,
            "title": self.title,
            "status": self.status,
            "detail": self.en,
            "detail_ja": self.ja,
            "instance": instance,
        }
        if self.faults:
            told["errors"] = [fault.as_dict() for fault in self.faults]
        return json.dumps(told, ensure_ascii=False)


def invalid(faults: Sequence[Fault]) -> ProblemError:
    """Return the problem of a request with parameters at fault."""
    names = ", ".join(dict.fromkeys(fault.parameter for fault in faults))
    return ProblemError(
        400,
        "invalid-parameter",
        "Invalid parameter",
        f"パラメーターに誤りがあります: {names}",
        f"Some parameters are not valid: {names}",
        faults,
    )


def not_acceptable(offered: Sequence[str]) -> ProblemError:
    """Return the problem of an Accept header that names none of the formats."""
    listed = ", ".join(offered)
    return ProblemError(
        406,
        "not-acceptable",
        "Not acceptable",
        f"この形式では返せません。Accept には次のいずれかを指定してください: {listed}",
        f"None of the formats of Accept can be given; ask for one of: {listed}",
    )


def snapshot_gone() -> ProblemError:
    """Return the problem of a cursor whose snapshot is kept no more."""
    return ProblemError(
        410,
        "snapshot-gone",
        "Snapshot gone",
        "続きのデータは新しい版に置き換わりました。cursor を付けずに最初から読み直してください。",
        "The snapshot that this cursor continues is kept no more; begin again without cursor.",
    )


def not_found(path: str) -> ProblemError:
    """Return the problem of a path or method that there is not."""
    return ProblemError(
        404,
        "not-found",
        "Not found",
        f"{path} はありません。/openapi.json に一覧があります。",
        f"There is no {path}; /openapi.json lists what there is.",
    )


def forbidden_client() -> ProblemError:
    """Return the problem of a token that was issued to another client."""
    return ProblemError(
        403,
        "wrong-client",
        "Forbidden",
        "このトークンは別のクライアントに発行されたものです。",
        "This token was issued to another client of the user pool.",
    )


def unavailable() -> ProblemError:
    """Return the problem of an extract that cannot be read."""
    return ProblemError(
        503,
        "no-data",
        "Data not available",
        "公開データを読めません。しばらくしてからもう一度お試しください。",
        "The published data cannot be read now; try again later.",
        headers={"Retry-After": "30"},
    )


def failed() -> ProblemError:
    """Return the problem of a mistake of ours."""
    return ProblemError(
        500,
        "internal",
        "Internal error",
        "処理中に誤りがありました。記録されています。",
        "Something went wrong here; it has been recorded.",
    )
