"""Calls of the API as API Gateway makes them, and their answers."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from cat_data_api.app import handler

from standins.cat_api.gateway import event

CATS, BODIES = 3000, 12


class Reply:
    """An answer of the function."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.status: int = told["statusCode"]
        self.headers = {k.lower(): ", ".join(v) for k, v in told["multiValueHeaders"].items()}
        self.text: str = told["body"] or ""
        self.is_base64: bool = told["isBase64Encoded"]

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.text)
        return told

    @property
    def data(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json["data"]
        return rows

    def faults(self) -> dict[str, dict[str, Any]]:
        """Return the parameters at fault."""
        return {fault["parameter"]: fault for fault in self.json["errors"]}


class Context:
    function_name = "cat-data-api"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:cat-data-api"
    aws_request_id = "test"


Get = Callable[..., Reply]


def call(path: str, headers: dict[str, str] | None = None, **parameters: Any) -> Reply:
    """Return the answer to a GET; a list is a parameter given several times."""
    query = urlencode({k: v for k, v in parameters.items() if v is not None}, doseq=True)
    return Reply(handler(event(path, query, headers or {}), Context()))


def pages(get: Get, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return all rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        reply = get(path, cursor=cursor, **parameters)
        assert reply.status == 200, reply.text
        rows += reply.data
        cursor = reply.json["next"]
        if cursor is None:
            assert len(rows) == reply.json["total"]
            return rows
