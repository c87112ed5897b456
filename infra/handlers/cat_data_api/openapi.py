"""The OpenAPI 3.1 document, made from the models that check the requests and the fields of the rows."""

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from cat_data_api.fields import (
    BASIS,
    CATS,
    COUNTED,
    FIGURES,
    GROUPS,
    HELD,
    MUNICIPALITIES,
    Field,
)
from cat_data_api.parameters import (
    CatsQuery,
    CodesQuery,
    MunicipalitiesQuery,
    NoQuery,
    SummaryQuery,
)
from cat_data_api.scope import SCOPE

Schema = dict[str, Any]

VERSION = "1.0.0"
PROBLEM = "application/problem+json"

_TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "list": {"type": "array", "items": {"type": "string"}},
}

# Path -> operation id, query, schema of the JSON answer, whether it gives other formats, summary.
_OPERATIONS: dict[str, tuple[str, type[BaseModel], str, bool, str]] = {
    "/cats": (
        "listCats",
        CatsQuery,
        "CatsPage",
        True,
        "Records of animals: intake and outcome / 個体記録（収容と転帰）",
    ),
    "/cats/summary": (
        "summariseCats",
        SummaryQuery,
        "SummaryPage",
        True,
        "Sums, official rates and their 95 % Wilson intervals / 集計と公式の率",
    ),
    "/municipalities": (
        "listMunicipalities",
        MunicipalitiesQuery,
        "MunicipalitiesPage",
        True,
        "Bodies, and what records there are of each / 自治体の一覧",
    ),
    "/codes": (
        "listCodes",
        CodesQuery,
        "Codes",
        False,
        "Code lists with their labels / コード表",
    ),
    "/health": ("health", NoQuery, "Health", False, "Whether data can be served / 稼働状況"),
    "/openapi.json": ("document", NoQuery, "Document", False, "This document / この文書"),
}
# What says nothing of data is open; everything else takes a token.
PUBLIC = ("/health", "/openapi.json")


@cache
def _document() -> Schema:
    """Make the document once a process."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cat-data-api",
            "version": VERSION,
            "summary": "Municipal cat data of Japan / 自治体猫データ",
            "description": (
                "Facts about animals down to the municipality and facility; an area only where its cell of "
                "area and fiscal year holds at least 5 heads. Nothing about people, no free text. "
                "個体の事実を自治体と施設の単位で公開します。町丁目は年度内に5頭以上の場合だけです。"
            ),
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "paths": {path: {"get": _operation(path)} for path in _OPERATIONS},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "cognito": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"Access token of the user pool cat-data-users with the scope {SCOPE}.",
                }
            },
        },
    }


def document() -> Schema:
    """Return the document."""
    return copy.deepcopy(_document())


def _operation(path: str) -> Schema:
    name, model, answer, has_formats, summary = _OPERATIONS[path]
    content: Schema = {"application/json": {"schema": _ref(answer)}}
    if has_formats:
        content["text/csv"] = {"schema": {"type": "string"}}
        # A body of bytes has no schema in OpenAPI 3.1.
        content["application/vnd.apache.parquet"] = {}
    ok: Schema = {"description": "OK", "content": content}
    if has_formats:
        ok["headers"] = {
            "ETag": _header("Tag of the answer, for If-None-Match."),
            "X-Snapshot": _header("Snapshot that the answer is of."),
            "X-Total-Count": {
                "description": "Rows in all pages together.",
                "schema": {"type": "integer"},
            },
            "X-Next-Cursor": _header("`cursor` of the next page; absent on the last."),
        }
    if has_formats:
        ok["links"] = _links(path)
    operation: Schema = {
        "operationId": name,
        "summary": summary,
        "parameters": list(_parameters(model)),
        "responses": {"200": ok} | _problems(path, has_formats),
        "security": [] if path in PUBLIC else [{"cognito": [SCOPE]}],
    }
    if path not in ("/health",):
        operation["parameters"].append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "ETag of an answer that is kept; 304 when it still holds.",
                "schema": {"type": "string"},
            }
        )
        operation["responses"]["304"] = {"description": "Not modified"}
    return operation


def _links(path: str) -> Schema:
    """Return where an answer leads to: its next page, and the records of the body in its first row."""
    name, model, *_ = _OPERATIONS[path]
    same = {p: f"$request.query.{p}" for p in model.model_fields if p != "cursor"}
    links: Schema = {
        "next": {
            "operationId": name,
            "parameters": {"cursor": "$response.body#/next"} | same,
            "description": "The next page, with the other parameters as they were.",
        }
    }
    if path != "/cats":
        links["cats"] = {
            "operationId": _OPERATIONS["/cats"][0],
            "parameters": {"municipality_code": "$response.body#/data/0/municipality_code"},
            "description": "The records of the first body of the answer.",
        }
    return links


def _header(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}


def _problems(path: str, has_formats: bool) -> Schema:
    told = {"400": "A parameter is not valid; `errors` names it and what is allowed."}
    if path not in PUBLIC:
        told |= {
            "401": "No valid access token.",
            "403": f"The token lacks the scope {SCOPE}.",
        }
    if path != "/health" and path != "/openapi.json":
        told["406"] = "None of the formats of Accept can be given."
    if has_formats:
        told["410"] = "The snapshot of the cursor is kept no more; begin again."
    told |= {"429": "Too many requests.", "500": "A mistake of ours."}
    if path not in ("/codes", "/openapi.json"):
        told["503"] = "The data cannot be read now."
    return {
        status: {"description": text, "content": {PROBLEM: {"schema": _ref("Problem")}}}
        for status, text in told.items()
    }


def _parameters(model: type[BaseModel]) -> Iterable[Schema]:
    """Yield the parameters of a model as the document has them."""
    schema = model.model_json_schema()
    for name, told in schema.get("properties", {}).items():
        plain = _resolved(told, schema.get("$defs", {}))
        description = plain.pop("description", "")
        plain.pop("title", None)
        parameter: Schema = {
            "name": name,
            "in": "query",
            "description": description,
            "required": False,
            "schema": plain,
        }
        if plain.get("default", ...) in (None, []):
            del plain["default"]
        if plain.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        yield parameter


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Return a schema without references and without the null that stands for "not given"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = {**definitions[name], **{k: v for k, v in schema.items() if k != "$ref"}}
    if "anyOf" in schema:
        (one,) = [s for s in schema["anyOf"] if s.get("type") != "null"]
        schema = {**one, **{k: v for k, v in schema.items() if k != "anyOf"}}
        return _resolved(schema, definitions)
    plain = dict(schema)
    if "items" in plain:
        plain["items"] = _resolved(plain["items"], definitions)
        plain["items"].pop("title", None)
    return plain


def _schemas() -> dict[str, Schema]:
    summary = {**GROUPS, **BASIS, **COUNTED, **FIGURES}
    return {
        "Cat": _row(CATS.values()),
        "CatsPage": _page("Cat"),
        # Which fields a row has depends on group_by.
        "SummaryRow": _row(summary.values(), required=COUNTED),
        "SummaryPage": _page("SummaryRow"),
        "Municipality": _row([*MUNICIPALITIES.values(), *HELD.values()]),
        "MunicipalitiesPage": _page("Municipality"),
        "Codes": {
            "type": "object",
            "required": ["data"],
            "properties": {
                "data": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["name_ja", "codes"],
                        "properties": {
                            "name_ja": {"type": "string"},
                            "codes": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["code", "ja", "en"],
                                    "properties": {
                                        key: {"type": "string"} for key in ("code", "ja", "en")
                                    },
                                },
                            },
                        },
                    },
                }
            },
        },
        "Health": {
            "type": "object",
            "required": ["status", "snapshot", "published_at"],
            "properties": {
                "status": {"type": "string", "enum": ["ok"]},
                "snapshot": {"type": "string"},
                "published_at": {"type": "string", "format": "date-time"},
            },
        },
        "Document": {"type": "object", "required": ["openapi", "paths"]},
        "Problem": {
            "type": "object",
            "description": "Problem details, RFC 9457.",
            "required": ["type", "title", "status", "detail", "detail_ja"],
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "detail_ja": {"type": "string"},
                "instance": {"type": "string"},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["parameter", "detail", "detail_ja"],
                        "properties": {
                            "parameter": {"type": "string"},
                            "detail": {"type": "string"},
                            "detail_ja": {"type": "string"},
                            "allowed": {"type": "array", "items": {"type": "string"}},
                        },
                    },
                },
            },
        },
    }


def _page(row: str) -> Schema:
    return {
        "type": "object",
        "required": ["snapshot", "published_at", "total", "count", "next", "data"],
        "properties": {
            "snapshot": {"type": "string", "description": "Version of the data."},
            "published_at": {"type": "string", "format": "date-time"},
            "total": {"type": "integer", "minimum": 0, "description": "Rows in all pages."},
            "count": {"type": "integer", "minimum": 0, "description": "Rows of this page."},
            "next": {"type": ["string", "null"], "description": "`cursor` of the next page."},
            "data": {"type": "array", "items": _ref(row)},
        },
    }


def _row(fields: Iterable[Field], required: Iterable[str] = ()) -> Schema:
    """Return the schema of a row; labels come beside the fields where they are asked for."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {field.name: _property(field) for field in fields},
        "additionalProperties": {"type": ["string", "null"]},
    }


def _property(field: Field) -> Schema:
    told: Schema = dict(_TYPES[field.kind])
    if field.nullable:
        told["type"] = [told["type"], "null"]
    if field.codes:
        told["enum"] = [*field.code_names, *([None] if field.nullable else [])]
    told["description"] = f"{field.ja} / {field.en}"
    if field.example is not None:
        told["examples"] = [field.example]
    return told


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
