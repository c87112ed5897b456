"""API Gateway on this machine: its authoriser's rules, its refusals, and its event for the function."""

import base64
import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cat_data_api.openapi import PUBLIC, document
from cat_data_api.scope import SCOPE
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cloud.gateway import refusal

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class RefusedError(Exception):
    """A request that does not reach the function; `kind` is API Gateway's name of the answer."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


@dataclass(frozen=True)
class Authorizer:
    """Judges tokens as a Cognito authoriser with a scope does; `keys` is where the pool's keys are."""

    issuer: str
    keys: str
    scope: str = SCOPE
    _known: list[KeySet] = field(default_factory=list)

    def claims(self, header: str | None) -> dict[str, Any]:
        """Return the claims of a token; raises RefusedError."""
        if not header:
            raise RefusedError("UNAUTHORIZED")
        token = header[7:] if header[:7].lower() == "bearer " else header
        try:
            # The algorithm is the pool's, whatever the token says.
            claims = jwt.decode(token.strip(), self._key_set(), algorithms=["RS256"]).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise RefusedError("UNAUTHORIZED") from None
        expires = claims.get("exp")
        if (
            claims.get("iss") != self.issuer
            or not isinstance(expires, int | float)
            or expires <= time.time()
            # With scopes an authoriser takes access tokens alone.
            or claims.get("token_use") != "access"
        ):
            raise RefusedError("UNAUTHORIZED")
        if self.scope not in str(claims.get("scope", "")).split():
            raise RefusedError("ACCESS_DENIED")
        return claims

    def _key_set(self) -> KeySet:
        if not self._known:
            with urllib.request.urlopen(self.keys, timeout=5) as answer:
                self._known.append(KeySet.import_key_set(json.load(answer)))
        return self._known[0]


@dataclass(frozen=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Context:
    function_name = "cat-data-api"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:cat-data-api"
    aws_request_id = "local"


@dataclass(frozen=True)
class Gateway:
    """Takes requests to the function: GET of the document's paths, with a token where it asks for one."""

    handler: Handler
    authorizer: Authorizer | None

    def answer(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a request."""
        split = urlsplit(target)
        path = unquote(split.path)
        try:
            if method != "GET" or path not in document_paths():
                raise RefusedError("MISSING_AUTHENTICATION_TOKEN")
            claims = None
            if self.authorizer is not None and path not in PUBLIC:
                claims = self.authorizer.claims(_header(headers, "authorization"))
        except RefusedError as error:
            status, body = refusal(error.kind)
            told = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
            return Answer(status, told, body.encode())
        told_event = event(path, split.query, headers, claims)
        return _answer(self.handler(told_event, _Context()))


def event(
    path: str, query: str, headers: Mapping[str, str], claims: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a request as API Gateway gives it to a function."""
    values = parse_qs(query, keep_blank_values=True)
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: given[-1] for name, given in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "local",
            "stage": "prod",
            "authorizer": {"claims": dict(claims)} if claims else {},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def document_paths() -> frozenset[str]:
    """Return the paths that there are."""
    if not _PATHS:
        _PATHS.update(document()["paths"])
    return frozenset(_PATHS)


_PATHS: set[str] = set()


def _answer(told: dict[str, Any]) -> Answer:
    body = told.get("body") or ""
    data = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
    headers = {name: ", ".join(v) for name, v in told.get("multiValueHeaders", {}).items()}
    return Answer(told["statusCode"], headers, data)


def _header(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)
