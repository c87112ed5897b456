"""cat-data-api: the user pool, the function, API Gateway before it, and CloudFront before that."""

from typing import Any

from aws_cdk import CfnOutput, Duration, Size, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_wafv2 as wafv2
from cat_data_api.scope import GROUP, SCOPE
from constructs import Construct

from cloud import design, grants
from cloud.edge import EdgeStack, log_web_acl, visibility
from cloud.gateway import definition
from cloud.packaging import HANDLERS, ROOT, build_package
from cloud.parts import KEPT, function, log_bucket
from cloud.settings import Settings
from cloud.storage import EXTRACT_PREFIX, StorageStack

HANDLER = "cat_data_api"
# Where a dbt run publishes what the API serves.
STAGE = "prod"
MEMORY_MB = 1024
SECONDS = 20
ORIGIN_HEADER = "x-cat-data-origin"
PASSWORD_LENGTH = 14


def api_package() -> lambda_.Code:
    """Return the function's code: the handler, and the parts of the project that it shares."""
    return build_package(
        design.API,
        requirements=("aws-lambda-powertools", "duckdb", "pydantic", "obstore"),
        sources={
            HANDLER: HANDLERS / HANDLER,
            "published": ROOT / "dbt_project" / "published",
            "catdata/entities": ROOT / "glue" / "catdata" / "entities",
            "catdata/sentences.py": ROOT / "glue" / "catdata" / "sentences.py",
            "catdata/storage": ROOT / "glue" / "catdata" / "storage",
        },
    ).code()


class ApiStack(Stack):
    """The API from its users to its data."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        storage: StorageStack,
        edge: EdgeStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self._storage = storage
        self.user_pool = self._user_pool()
        self.client = self._client(settings)
        self.function = self._function()
        self.rest_api = self._rest_api(settings)
        origin_secret = self._origin_secret(settings)
        self.web_acl = self._web_acl(origin_secret)
        self.distribution = self._distribution(settings, origin_secret, edge)
        address = settings.api.domain or self.distribution.distribution_domain_name
        for name, value in {
            "ApiAddress": f"https://{address}",
            "UserPoolId": self.user_pool.user_pool_id,
            "ClientId": self.client.user_pool_client_id,
        }.items():
            CfnOutput(self, name, value=value)

    def _user_pool(self) -> cognito.UserPool:
        scope_giver = function(
            self,
            "TokenScope",
            "cat-data-token-scope",
            "Gives readers the scope of the API",
            self._storage.key,
            prefix="TokenScope",
            handler="index.handler",
            # Short enough to stand in the template.
            code=lambda_.Code.from_inline((HANDLERS / HANDLER / "scope.py").read_text("utf-8")),
            memory_size=128,
            timeout=Duration.seconds(5),
        ).function
        pool = cognito.UserPool(
            self,
            "UserPool",
            user_pool_name=design.USER_POOL,
            # Scopes in tokens of SRP need it.
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=PASSWORD_LENGTH,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                password_history_size=5,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=True,
            removal_policy=KEPT,
        )
        pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
            scope_giver,
            cognito.LambdaVersion.V2_0,
        )
        cognito.CfnUserPoolGroup(
            self,
            "Readers",
            user_pool_id=pool.user_pool_id,
            group_name=GROUP,
            description=f"May read the API: their tokens have the scope {SCOPE}",
        )
        server, _, name = SCOPE.partition("/")
        pool.add_resource_server(
            "Resources",
            identifier=server,
            user_pool_resource_server_name=design.API,
            scopes=[
                cognito.ResourceServerScope(
                    scope_name=name, scope_description="Read published cat data"
                )
            ],
        )
        grants.acknowledge(
            pool,
            "AwsSolutions-COG2",
            "Partner systems sign in unattended; people may add TOTP, and the data is public anyway",
        )
        grants.acknowledge(
            pool,
            "AwsSolutions-COG8",
            "Threat protection of the Plus plan costs per user; WAF limits and the password policy stand",
        )
        return pool

    def _client(self, settings: Settings) -> cognito.UserPoolClient:
        return self.user_pool.add_client(
            "Client",
            user_pool_client_name="cat-data-clients",
            generate_secret=False,
            disable_o_auth=True,
            auth_flows=cognito.AuthFlow(
                user_srp=True, user_password=settings.api.user_password_auth
            ),
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    def _function(self) -> lambda_.Function:
        made, role = function(
            self,
            "Function",
            design.API,
            "Answers GET /cats and its companions from the published extract",
            self._storage.key,
            prefix="Function",
            handler=f"{HANDLER}.app.handler",
            code=api_package(),
            memory_size=MEMORY_MB,
            timeout=Duration.seconds(SECONDS),
            environment={
                "CATDATA_API_EXTRACT": f"{self._storage.lake_url}/{EXTRACT_PREFIX.rstrip('/')}",
                "CATDATA_API_CLIENT": self.client.user_pool_client_id,
                "POWERTOOLS_SERVICE_NAME": design.API,
            },
        )
        grants.read(role, self._storage.lake, EXTRACT_PREFIX)
        return made

    def _rest_api(self, settings: Settings) -> apigateway.SpecRestApi:
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name=f"/aws/apigateway/{design.API}",
            retention=logs.RetentionDays.ONE_YEAR,
            encryption_key=self._storage.key,
            removal_policy=KEPT,
        )
        invocation = (
            f"arn:{self.partition}:apigateway:{self.region}:lambda:path/2015-03-31/functions/"
            f"{self.function.function_arn}/invocations"
        )
        api = apigateway.SpecRestApi(
            self,
            "RestApi",
            rest_api_name=design.API,
            description="Published cat data of municipalities",
            api_definition=apigateway.ApiDefinition.from_inline(
                definition(invocation, self.user_pool.user_pool_arn)
            ),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            min_compression_size=Size.kibibytes(1),
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=settings.api.requests_per_second,
                throttling_burst_limit=settings.api.burst,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                ),
            ),
        )
        api.deployment_stage.node.add_dependency(self._let_api_gateway_log())
        self.function.add_permission(
            "ApiGateway",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=f"arn:{self.partition}:execute-api:{self.region}:{self.account}:"
            f"{api.rest_api_id}/{STAGE}/GET/*",
        )
        grants.acknowledge(
            api,
            "AwsSolutions-APIG2",
            "The definition itself names the validator (x-amazon-apigateway-request-validator)",
        )
        return api

    def _let_api_gateway_log(self) -> apigateway.CfnAccount:
        """Set the role by which API Gateway writes logs: one an account and region."""
        role = iam.Role(
            self,
            "GatewayLogRole",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        )
        grants.acknowledge(
            role,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway asks for exactly this policy before it takes the role",
        )
        account = apigateway.CfnAccount(self, "GatewayAccount", cloud_watch_role_arn=role.role_arn)
        account.apply_removal_policy(KEPT)
        return account

    def _origin_secret(self, settings: Settings) -> secretsmanager.Secret:
        """Make the word by which API Gateway's firewall knows CloudFront."""
        # A reference to a secret is read again only when the secret is another.
        generation = settings.api.origin_secret_generation
        id = "OriginSecret" if generation == 1 else f"OriginSecret{generation}"
        secret = secretsmanager.Secret(
            self,
            id,
            description="Header that CloudFront sends to cat-data-api",
            encryption_key=self._storage.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=48, exclude_punctuation=True
            ),
        )
        grants.acknowledge(
            secret,
            "AwsSolutions-SMG4",
            "Two resources hold it, which a deployment changes together: see the runbook",
        )
        return secret

    def _web_acl(self, secret: secretsmanager.Secret) -> wafv2.CfnWebACL:
        """Let through what comes from CloudFront, and nothing else."""
        web_acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            name=design.API,
            description="Before API Gateway: requests of our CloudFront alone",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(block={}),
            visibility_config=visibility(design.API),
            rules=[
                wafv2.CfnWebACL.RuleProperty(
                    name="from-cloudfront",
                    priority=0,
                    action=wafv2.CfnWebACL.RuleActionProperty(allow={}),
                    statement=wafv2.CfnWebACL.StatementProperty(
                        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
                            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(
                                single_header={"Name": ORIGIN_HEADER}
                            ),
                            positional_constraint="EXACTLY",
                            # Resolved by CloudFormation; the template holds a reference only.
                            search_string=secret.secret_value.unsafe_unwrap(),
                            text_transformations=[
                                wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")
                            ],
                        )
                    ),
                    visibility_config=visibility(f"{design.API}-from-cloudfront"),
                )
            ],
        )
        log_web_acl(self, web_acl, ORIGIN_HEADER, encryption_key=self._storage.key)
        wafv2.CfnWebACLAssociation(
            self,
            "WebAclOfApi",
            web_acl_arn=web_acl.attr_arn,
            resource_arn=self.rest_api.deployment_stage.stage_arn,
        )
        return web_acl

    def _distribution(
        self, settings: Settings, secret: secretsmanager.Secret, edge: EdgeStack
    ) -> cloudfront.Distribution:
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=design.API,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.HttpOrigin(
                    f"{self.rest_api.rest_api_id}.execute-api.{self.region}.{self.url_suffix}",
                    origin_path=f"/{STAGE}",
                    protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                    origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                    custom_headers={ORIGIN_HEADER: secret.secret_value.unsafe_unwrap()},
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                # An answer belongs to a token: nothing is kept at the edge.
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            ),
            **self._certificate(settings),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_200,
            web_acl_id=edge.web_acl.attr_arn,
            enable_logging=True,
            log_bucket=self._edge_log_bucket(),
            log_file_prefix="cloudfront/",
        )
        grants.acknowledge(
            distribution,
            "AwsSolutions-CFR1",
            "The data is public; partners abroad may read it",
        )
        if settings.api.domain is None:
            grants.acknowledge(
                distribution,
                "AwsSolutions-CFR4",
                "CloudFront's own certificate fixes the oldest protocol; api.domain brings TLS 1.2",
            )
        return distribution

    def _certificate(self, settings: Settings) -> dict[str, Any]:
        """Return what the distribution needs for a domain of one's own, nothing without one."""
        if settings.api.domain is None:
            return {}
        return {
            "domain_names": [settings.api.domain],
            "certificate": acm.Certificate.from_certificate_arn(
                self, "Certificate", str(settings.api.certificate_arn)
            ),
            "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }

    def _edge_log_bucket(self) -> s3.Bucket:
        """Make a bucket of its own: CloudFront delivers logs by ACLs, which the log bucket refuses."""
        bucket = log_bucket(self, "EdgeLogs", s3.ObjectOwnership.BUCKET_OWNER_PREFERRED)
        grants.acknowledge(bucket, "AwsSolutions-S1", "It holds access logs itself")
        return bucket
