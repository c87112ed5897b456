"""What stands before CloudFront: the web ACL of the edge, which AWS takes in us-east-1 alone."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from cloud.parts import KEPT

REGION = "us-east-1"
NAME = "cat-data-edge"
# Requests of one address within five minutes; a page takes a reader longer than a second.
RATE = 2000
_MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)


class EdgeStack(Stack):
    """The web ACL of the distribution, with its log."""

    def __init__(self, scope: Construct, id: str, **stack: Any) -> None:
        super().__init__(scope, id, **stack)
        self.web_acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            name=NAME,
            description="Before CloudFront: rate limit and AWS managed rules",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=visibility(NAME),
            rules=[_rate_rule(), *(_managed_rule(n, name) for n, name in enumerate(_MANAGED, 1))],
        )
        log_web_acl(self, self.web_acl)


def visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Return that a rule counts its requests under a name and keeps samples."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )


def log_web_acl(stack: Stack, web_acl: wafv2.CfnWebACL, *secret_headers: str, **log: Any) -> None:
    """Log what a web ACL decides, without tokens and without the headers that are secrets."""
    group = logs.LogGroup(
        stack,
        "WebAclLog",
        # The prefix is what WAF asks for.
        log_group_name=f"aws-waf-logs-{web_acl.name}",
        retention=logs.RetentionDays.ONE_YEAR,
        removal_policy=KEPT,
        **log,
    )
    arn = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:aws-waf-logs-{web_acl.name}"
    wafv2.CfnLoggingConfiguration(
        stack,
        "WebAclLogging",
        resource_arn=web_acl.attr_arn,
        log_destination_configs=[arn],
        redacted_fields=[
            wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})
            for name in ("authorization", *secret_headers)
        ],
    ).node.add_dependency(group)


def _rate_rule() -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="rate",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(
            block=wafv2.CfnWebACL.BlockActionProperty(
                custom_response=wafv2.CfnWebACL.CustomResponseProperty(response_code=429)
            )
        ),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=RATE, aggregate_key_type="IP", evaluation_window_sec=300
            )
        ),
        visibility_config=visibility(f"{NAME}-rate"),
    )


def _managed_rule(priority: int, name: str) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name
            )
        ),
        visibility_config=visibility(f"{NAME}-{name}"),
    )
