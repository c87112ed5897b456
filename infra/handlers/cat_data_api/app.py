"""The routes: what each path answers, from one resolver that Lambda and the local server call."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from cat_data_api import rows as tables
from cat_data_api.openapi import document
from cat_data_api.parameters import (
    CatsQuery,
    CodesQuery,
    MunicipalitiesQuery,
    NoQuery,
    Query,
    SummaryQuery,
    parse,
)
from cat_data_api.problems import CONTENT_TYPE, ProblemError, failed, forbidden_client, not_found
from cat_data_api.render import MEDIA, Format, chosen, labelled, rendered
from cat_data_api.store import Store
from catdata.entities import CODE_LISTS

# Where the extract lies: a folder or s3://bucket/prefix.
EXTRACT = "CATDATA_API_EXTRACT"
# Seconds for which a snapshot is served before the manifest is looked at again.
REFRESH = "CATDATA_API_REFRESH_SECONDS"
# The one client of the user pool whose tokens are taken: API Gateway takes those of all its clients.
CLIENT = "CATDATA_API_CLIENT"

log = Logger(service="cat-data-api")
app = APIGatewayRestResolver()
_ALL: tuple[Format, ...] = ("json", "csv", "parquet")
_COMMON = {
    # Answers are for the one who asked; with the tag they may be kept and asked after.
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization",
    "X-Content-Type-Options": "nosniff",
}
Q = TypeVar("Q", bound=Query)


@cache
def store() -> Store:
    """Return the store of this process."""
    scratch = Path(tempfile.gettempdir()) / f"cat-data-api-{os.getpid()}"
    return Store(os.environ[EXTRACT], scratch, float(os.environ.get(REFRESH, "30")))


@app.get("/cats")
def cats() -> Response[str | bytes]:
    """Answer with records of animals."""
    return _listed(CatsQuery, tables.cats)


@app.get("/cats/summary")
def summary() -> Response[str | bytes]:
    """Answer with sums of records and the marts' figures."""
    return _listed(SummaryQuery, tables.summary)


@app.get("/municipalities")
def municipalities() -> Response[str | bytes]:
    """Answer with the bodies."""
    return _listed(MunicipalitiesQuery, tables.municipalities)


@app.get("/codes")
def codes() -> Response[str]:
    """Answer with the code lists, which are those of the canonical schema."""
    _check_client()
    query = parse(CodesQuery, _given())
    chosen(query.format, _header("accept"), ("json",))
    lists = {
        name: {
            "name_ja": code_list.ja,
            "codes": [{"code": c.code, "ja": c.ja, "en": c.en} for c in code_list.codes],
        }
        for name, code_list in CODE_LISTS.items()
        if not query.code_list or name in query.code_list
    }
    body = json.dumps({"data": lists}, ensure_ascii=False, separators=(",", ":"))
    return _told(body, MEDIA["json"], _tag(body))


@app.get("/health")
def health() -> Response[str]:
    """Answer whether data can be served, and of which snapshot."""
    parse(NoQuery, _given())
    snapshot = store().current()
    told = {
        "status": "ok",
        "snapshot": snapshot.name,
        "published_at": snapshot.published_at,
    }
    return Response(200, MEDIA["json"], json.dumps(told), {**_COMMON, "Cache-Control": "no-store"})


@app.get("/openapi.json")
def openapi() -> Response[str]:
    """Answer with the document of this API."""
    parse(NoQuery, _given())
    body = json.dumps(document(), ensure_ascii=False, separators=(",", ":"))
    return _told(body, MEDIA["json"], _tag(body))


@app.not_found
def no_route(_: NotFoundError) -> Response[str]:
    """Answer for a path that there is not."""
    return _problem(not_found(app.current_event.path[:200]))


@app.exception_handler(ProblemError)  # type: ignore[untyped-decorator]
def problem(error: ProblemError) -> Response[str]:
    """Answer with a problem."""
    return _problem(error)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def mistake(error: Exception) -> Response[str]:
    """Answer for a mistake of ours, which the log tells whole and the answer does not."""
    log.exception("unexpected error")
    return _problem(failed())


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    return app.resolve(event, context)


def _listed(model: type[Q], find: Callable[[Store, Q], tables.Rows]) -> Response[str | bytes]:
    _check_client()
    query = parse(model, _given())
    format_ = chosen(query.format, _header("accept"), _ALL)
    snapshot = _snapshot_asked(query)
    tag = _tag(snapshot, app.current_event.path, query.model_dump_json(), format_)
    if _is_known(tag):
        return Response(HTTPStatus.NOT_MODIFIED, None, "", {**_COMMON, "ETag": tag})
    found = find(store(), query)
    body = rendered(labelled(found, query.labels), format_, bom=query.bom)
    headers = {"X-Snapshot": found.snapshot.name, "X-Total-Count": str(found.total)}
    if found.next:
        headers["X-Next-Cursor"] = found.next
    media = MEDIA[format_] + ("; charset=utf-8" if format_ == "csv" else "")
    return Response(200, media, body, {**_COMMON, "ETag": tag, **headers})


def _check_client() -> None:
    """Refuse a token that was issued to another client of the pool; without the setting, none is asked."""
    client = os.environ.get(CLIENT)
    if client is None:
        return
    authorizer = app.current_event.raw_event.get("requestContext", {}).get("authorizer") or {}
    if (authorizer.get("claims") or {}).get("client_id") != client:
        raise forbidden_client()


def _snapshot_asked(query: Query) -> str:
    cursor = getattr(query, "cursor", None)
    return tables.Place.decode(cursor).snapshot if cursor else store().current().name


def _told(body: str, media: str, tag: str) -> Response[str]:
    if _is_known(tag):
        return Response(HTTPStatus.NOT_MODIFIED, None, "", {**_COMMON, "ETag": tag})
    return Response(200, media, body, {**_COMMON, "ETag": tag})


def _problem(error: ProblemError) -> Response[str]:
    headers = {**_COMMON, "Cache-Control": "no-store", **error.headers}
    return Response(error.status, CONTENT_TYPE, error.body(app.current_event.path[:200]), headers)


def _given() -> dict[str, list[str]]:
    return dict(app.current_event.resolved_query_string_parameters or {})


def _header(name: str) -> str | None:
    values = app.current_event.resolved_headers_field.get(name)
    return ",".join(values) if isinstance(values, list) else values


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def _is_known(tag: str) -> bool:
    asked = _header("if-none-match")
    if not asked:
        return False
    known = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return tag in known or "*" in known
