"""cat-data-api in the template: who may call it, from where, how often, and what its function may do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cat_data_api.openapi import document
from cat_data_api.scope import GROUP, SCOPE, handler
from infra_templates import Templates, resources, synthesise
from nag import SWITCHES

from cloud import design
from cloud.api import EXTRACT_PREFIX, ORIGIN_HEADER
from cloud.settings import Api, Settings

Give = Callable[[str], Templates]


@pytest.fixture(scope="module")
def api(templates: Give) -> dict[str, Any]:
    return templates("standard")["cat-data-api"]


def one(template: dict[str, Any], type: str) -> dict[str, Any]:
    (found,) = resources(template, type).values()
    return found


def body(template: dict[str, Any]) -> dict[str, Any]:
    return one(template, "AWS::ApiGateway::RestApi")["Body"]


def test_the_definition_is_made_of_the_document(api: dict[str, Any]) -> None:
    told, made = document(), body(api)
    assert made["openapi"] == "3.0.1" and made["info"]["title"] == design.API
    assert made["paths"].keys() == told["paths"].keys()
    for path, item in told["paths"].items():
        (method,) = item
        operation = made["paths"][path][method]
        assert [p["name"] for p in operation["parameters"]] == [
            p["name"] for p in item[method]["parameters"]
        ]
        assert operation["responses"].keys() == item[method]["responses"].keys()
        assert operation["x-amazon-apigateway-integration"]["type"] == "aws_proxy"


def test_the_definition_has_nothing_that_openapi_3_0_lacks(api: dict[str, Any]) -> None:
    def look(told: Any) -> None:
        if isinstance(told, dict):
            assert not told.keys() & {"const", "examples", "anyOf", "$defs", "$ref", "links"}
            assert not isinstance(told.get("type"), list)
            for value in told.values():
                look(value)
        elif isinstance(told, list):
            for value in told:
                look(value)

    look(body(api)["paths"])


def test_cats_takes_a_token_with_the_scope(api: dict[str, Any]) -> None:
    made = body(api)
    get = made["paths"][design.API_RESOURCE]["get"]
    ((name, scopes),) = get["security"][0].items()
    assert scopes == [SCOPE]
    scheme = made["components"]["securitySchemes"][name]
    assert scheme["x-amazon-apigateway-authtype"] == "cognito_user_pools"
    open_paths = [path for path, item in made["paths"].items() if not item["get"]["security"]]
    assert open_paths == ["/health", "/openapi.json"]


def test_requests_are_checked_and_refusals_are_problems(api: dict[str, Any]) -> None:
    made = body(api)
    validators = made["x-amazon-apigateway-request-validators"]
    assert validators[made["x-amazon-apigateway-request-validator"]]["validateRequestParameters"]
    for answer in made["x-amazon-apigateway-gateway-responses"].values():
        told = json.loads(answer["responseTemplates"]["application/json"])
        assert told["status"] == answer["statusCode"] and told["detail_ja"] and told["detail"]


def test_the_stage_is_throttled_logged_and_traced() -> None:
    settings = Settings(api=Api(requests_per_second=7, burst=9))
    stage = one(synthesise(settings)["cat-data-api"], "AWS::ApiGateway::Stage")
    (all_methods,) = stage["MethodSettings"]
    assert (all_methods["ThrottlingRateLimit"], all_methods["ThrottlingBurstLimit"]) == (7, 9)
    assert stage["TracingEnabled"] and stage["AccessLogSetting"]["DestinationArn"]
    assert all_methods["DataTraceEnabled"] is False


@pytest.mark.parametrize(("password", "allowed"), [(False, False), (True, True)])
def test_sign_in(password: bool, allowed: bool) -> None:
    made = synthesise(Settings(api=Api(user_password_auth=password)))["cat-data-api"]
    flows = one(made, "AWS::Cognito::UserPoolClient")["ExplicitAuthFlows"]
    assert {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"} <= set(flows)
    assert ("ALLOW_USER_PASSWORD_AUTH" in flows) is allowed
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" not in flows


def test_the_user_pool(api: dict[str, Any]) -> None:
    pool = one(api, "AWS::Cognito::UserPool")
    assert pool["UserPoolName"] == design.USER_POOL
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 14 and policy["RequireSymbols"]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaVersion"] == "V2_0"
    assert one(api, "AWS::Cognito::UserPoolGroup")["GroupName"] == GROUP


@pytest.mark.parametrize(
    ("groups", "scopes"), [([GROUP], [SCOPE]), ([GROUP, "x"], [SCOPE]), (["x"], None), ([], None)]
)
def test_members_alone_get_the_scope(groups: list[str], scopes: list[str] | None) -> None:
    event = {"request": {"groupConfiguration": {"groupsToOverride": groups}}, "response": {}}
    answer = handler(event, None)["response"]
    details = answer.get("claimsAndScopeOverrideDetails", {})
    assert details.get("accessTokenGeneration", {}).get("scopesToAdd") == scopes


def test_the_function_reads_the_extract_alone(api: dict[str, Any]) -> None:
    functions = resources(api, "AWS::Lambda::Function")
    (function,) = [f for f in functions.values() if f.get("FunctionName") == design.API]
    assert function["MemorySize"] == 1024 and function["TracingConfig"]["Mode"] == "Active"
    (policy,) = [
        p
        for p in resources(api, "AWS::IAM::Policy").values()
        if {"Ref": function["Role"]["Fn::GetAtt"][0]} in p["Roles"]
    ]
    granted: dict[str, Any] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert "*" not in action
            granted[action] = json.dumps(statement)
    reading = {name for name in granted if name.startswith("s3:")}
    assert reading == {"s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject"}
    assert f"/{EXTRACT_PREFIX}*" in granted["s3:GetObject"]
    assert granted.keys() - reading == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }


def test_logs_are_named_kept_and_encrypted(api: dict[str, Any]) -> None:
    groups = resources(api, "AWS::Logs::LogGroup").values()
    assert f"/aws/lambda/{design.API}" in [g["LogGroupName"] for g in groups]
    assert all(g["RetentionInDays"] == 365 and g["KmsKeyId"] for g in groups)


def test_api_gateway_answers_cloudfront_alone(api: dict[str, Any]) -> None:
    acl = one(api, "AWS::WAFv2::WebACL")
    assert acl["Scope"] == "REGIONAL" and acl["DefaultAction"] == {"Block": {}}
    (rule,) = acl["Rules"]
    match = rule["Statement"]["ByteMatchStatement"]
    assert match["FieldToMatch"] == {"SingleHeader": {"Name": ORIGIN_HEADER}}
    config = one(api, "AWS::CloudFront::Distribution")["DistributionConfig"]
    (origin,) = config["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == ORIGIN_HEADER
    # The word itself is in no template.
    assert header["HeaderValue"] == match["SearchString"]
    assert "{{resolve:secretsmanager:" in json.dumps(match["SearchString"])
    assert one(api, "AWS::WAFv2::WebACLAssociation")["WebACLArn"]


def test_cloudfront_keeps_no_answer_and_speaks_tls(api: dict[str, Any]) -> None:
    config = one(api, "AWS::CloudFront::Distribution")["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]
    # CachingDisabled, one of CloudFront's own policies.
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert sorted(behaviour["AllowedMethods"]) == ["GET", "HEAD"]
    (origin,) = config["Origins"]
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert config["WebACLId"] and config["Logging"]["Bucket"]


def test_a_domain_of_ones_own_brings_its_certificate_and_tls_1_2() -> None:
    template = synthesise(SWITCHES["domain"])["cat-data-api"]
    [distribution] = resources(template, "AWS::CloudFront::Distribution").values()
    configuration = distribution["DistributionConfig"]
    assert configuration["Aliases"] == ["cats.example.jp"]
    assert configuration["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert ":us-east-1:" in configuration["ViewerCertificate"]["AcmCertificateArn"]
