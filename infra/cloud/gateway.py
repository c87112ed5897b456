"""API Gateway's definition of the API, made from the OpenAPI document that the handler serves.

API Gateway imports OpenAPI 3.0 and knows a part of it: of every operation this keeps the path, the
parameters, the scopes and which answers there are. Schemas of answers are left out, as a proxy
integration checks none. What API Gateway cannot check of a parameter (it looks whether a required one is
there) the handler checks by the same models.
"""

import json
from typing import Any

from cat_data_api.openapi import document
from cat_data_api.problems import CONTENT_TYPE

AUTHORIZER = "cognito"
_VALIDATOR = "parameters"
_METHODS = ("get",)
# Keywords of JSON Schema that OpenAPI 3.0 has as well.
_KEPT = frozenset(
    {
        "type",
        "format",
        "enum",
        "items",
        "default",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "pattern",
    }
)
# What API Gateway says itself: response type -> status, title, Japanese and English sentence.
_REFUSALS: dict[str, tuple[int, str, str, str]] = {
    "UNAUTHORIZED": (
        401,
        "Unauthorized",
        "有効なアクセストークンがありません。",
        "There is no valid access token.",
    ),
    "ACCESS_DENIED": (
        403,
        "Forbidden",
        "このトークンでは読めません（スコープ cats/read が必要です）。",
        "This token may not read; it needs the scope cats/read.",
    ),
    "INVALID_SIGNATURE": (
        403,
        "Forbidden",
        "Authorization ヘッダーの形が正しくありません。",
        "The Authorization header is malformed.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": (
        404,
        "Not found",
        "この経路はありません。",
        "There is no such path.",
    ),
    "WAF_FILTERED": (403, "Forbidden", "この要求は遮断されました。", "The request was blocked."),
    "THROTTLED": (
        429,
        "Too many requests",
        "要求が多すぎます。しばらく待ってください。",
        "There are too many requests; wait a little.",
    ),
    "QUOTA_EXCEEDED": (
        429,
        "Too many requests",
        "要求の上限に達しました。",
        "The quota of requests is used up.",
    ),
    "REQUEST_TOO_LARGE": (
        413,
        "Request too large",
        "要求が大きすぎます。",
        "The request is too large.",
    ),
    "BAD_REQUEST_PARAMETERS": (
        400,
        "Invalid parameter",
        "パラメーターに誤りがあります。",
        "Some parameters are not valid.",
    ),
    "DEFAULT_4XX": (400, "Bad request", "要求に誤りがあります。", "The request is not valid."),
    "INTEGRATION_TIMEOUT": (
        504,
        "Timed out",
        "時間内に答えられませんでした。条件を絞ってください。",
        "The answer took too long; ask for less.",
    ),
    "DEFAULT_5XX": (
        500,
        "Internal error",
        "処理中に誤りがありました。",
        "Something went wrong here.",
    ),
}


def refusal(kind: str) -> tuple[int, str]:
    """Return the status and the body by which API Gateway refuses a request."""
    status, title, ja, en = _REFUSALS[kind]
    told = {
        "type": f"urn:cat-data-api:problem:{kind.lower().replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": en,
        "detail_ja": ja,
    }
    return status, json.dumps(told, ensure_ascii=False)


def definition(invocation: str, pool: str) -> dict[str, Any]:
    """Return the definition: `invocation` is the ARN that calls the function, `pool` the user pool's."""
    told = document()
    return {
        "openapi": "3.0.1",
        "info": {key: told["info"][key] for key in ("title", "version", "description")},
        "paths": {
            path: {m: _operation(item[m], invocation) for m in _METHODS if m in item}
            for path, item in told["paths"].items()
        },
        "components": {
            "securitySchemes": {
                AUTHORIZER: {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "cognito_user_pools",
                    "x-amazon-apigateway-authorizer": {
                        "type": "cognito_user_pools",
                        "providerARNs": [pool],
                    },
                }
            }
        },
        "x-amazon-apigateway-request-validators": {
            _VALIDATOR: {"validateRequestParameters": True, "validateRequestBody": False}
        },
        "x-amazon-apigateway-request-validator": _VALIDATOR,
        "x-amazon-apigateway-binary-media-types": ["application/vnd.apache.parquet"],
        "x-amazon-apigateway-gateway-responses": {
            kind: {
                "statusCode": refusal(kind)[0],
                "responseTemplates": {"application/json": refusal(kind)[1]},
                "responseParameters": {
                    "gatewayresponse.header.Content-Type": f"'{CONTENT_TYPE}'",
                    "gatewayresponse.header.Cache-Control": "'no-store'",
                },
            }
            for kind in _REFUSALS
        },
    }


def _operation(told: dict[str, Any], invocation: str) -> dict[str, Any]:
    return {
        "operationId": told["operationId"],
        "summary": told["summary"],
        "parameters": [
            {
                "name": parameter["name"],
                "in": parameter["in"],
                "required": parameter.get("required", False),
                "schema": _schema(parameter["schema"]),
            }
            for parameter in told["parameters"]
        ],
        "responses": {
            status: {"description": answer["description"]}
            for status, answer in told["responses"].items()
        },
        "security": told["security"],
        "x-amazon-apigateway-request-validator": _VALIDATOR,
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": invocation,
            "passthroughBehavior": "never",
        },
    }


def _schema(told: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of JSON Schema 2020-12 as OpenAPI 3.0 writes it."""
    kept = {key: value for key, value in told.items() if key in _KEPT}
    if "const" in told:
        kept["enum"] = [told["const"]]
    if "items" in kept:
        kept["items"] = _schema(kept["items"])
    return kept
