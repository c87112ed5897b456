"""Who is told of what: the topic, the alarms, each with its section of the runbook, and the dashboard."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from catdata.cli.freshness import LATE_METRIC, NAMESPACE, OVERDUE_METRIC
from cloud import design
from cloud.api import ApiStack
from cloud.catalog import CRAWLER
from cloud.jobs import JobsStack
from cloud.settings import Settings
from cloud.storage import FUNCTION_SECONDS, StorageStack
from cloud.trigger import TriggerStack
from cloud.warehouse import WarehouseStack

DASHBOARD = "cat-data"
RUNBOOK = "docs/runbook.md"
# What the function counts (its observability), and what it means when there is any.
_TRIGGER_SAYS = {
    "StartsRefused": ("Glue がジョブの開始を拒みました", "Glue refused to start the job"),
    "MessagesMalformed": ("読めない通知があります", "A notification cannot be read"),
    "ObjectsMisplaced": (
        "raw/ の直下など、提供元のフォルダーにないファイルがあります",
        "A file lies in no source's folder",
    ),
}
_FIVE_MINUTES = Duration.minutes(5)
_DAY = Duration.days(1)
_MISSING = cloudwatch.TreatMissingData
_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class MonitoringStack(Stack):
    """Alarms of everything that runs, one topic for them, one dashboard that shows them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        *,
        storage: StorageStack,
        jobs: JobsStack,
        trigger: TriggerStack,
        warehouse: WarehouseStack | None,
        api: ApiStack | None,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self.topic = sns.Topic(
            self,
            "Alerts",
            topic_name="cat-data-alerts",
            display_name="猫データ / cat data",
            master_key=storage.key,
            enforce_ssl=True,
        )
        # A topic with a policy of its own knows no other sender.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        for address in settings.alerts.emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))
        self._rows: list[list[cloudwatch.IWidget]] = []
        self._function_alarms(trigger.function)
        self._queue_alarms(storage)
        self._glue_alarms(jobs.names)
        self._freshness_alarms()
        if warehouse is not None and warehouse.cluster_identifier is not None:
            self._redshift_alarms(warehouse.cluster_identifier)
        if api is not None:
            self._api_alarms(api.function)
            self._waf_alarms(api.web_acl)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=DASHBOARD,
            default_interval=Duration.days(7),
            widgets=self._rows,
        )

    def _function_alarms(self, function: lambda_.IFunction) -> None:
        errors = function.metric_errors(period=_FIVE_MINUTES)
        throttles = function.metric_throttles(period=_FIVE_MINUTES)
        duration = function.metric_duration(period=_FIVE_MINUTES, statistic="Maximum")
        self._alarm(
            "TriggerErrors",
            errors,
            1,
            "trigger",
            "トリガー関数が失敗しています",
            "The trigger fails",
        )
        self._alarm(
            "TriggerThrottles",
            throttles,
            1,
            "trigger",
            "トリガー関数が同時実行数の上限に達しています",
            "The trigger is throttled",
        )
        self._alarm(
            "TriggerDuration",
            duration,
            0.8 * FUNCTION_SECONDS * 1000,
            "trigger",
            "トリガー関数が制限時間に近づいています",
            "The trigger nears its time-out",
        )
        self._row(f"{design.FUNCTION}（Lambda）", [errors, throttles], [duration])
        counted = [_said(name) for name in ("RunsStarted", "ObjectsStarted")]
        for name, (ja, en) in _TRIGGER_SAYS.items():
            metric = _said(name)
            counted.append(metric)
            self._alarm(f"Trigger{name}", metric, 1, "trigger", ja, en)
        self._row("届いたファイルの処理 / what arrived", counted)

    def _queue_alarms(self, storage: StorageStack) -> None:
        age = storage.arrivals.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES)
        dead = storage.arrivals_dead.metric_approximate_number_of_messages_visible(
            period=_FIVE_MINUTES
        )
        self._alarm(
            "ArrivalsAge",
            age,
            Duration.hours(1).to_seconds(),
            "queue",
            "届いたファイルが1時間以上待っています",
            "Files have waited for an hour",
        )
        self._alarm(
            "ArrivalsDead",
            dead,
            1,
            "dead-letter-queue",
            "処理できなかった通知があります",
            "Notifications could not be processed",
        )
        self._row("届いたファイル / arrivals", [age], [dead])

    def _glue_alarms(self, jobs: Mapping[str, str]) -> None:
        failures = [
            self._failure(
                f"Job-{script}",
                "Glue Job State Change",
                {"jobName": [name], "state": ["FAILED", "TIMEOUT", "ERROR"]},
                f"ジョブ {name} が失敗しました",
                f"Job {name} failed",
            )
            for script, name in jobs.items()
        ]
        failures.append(
            self._failure(
                "Crawler",
                "Glue Crawler State Change",
                {"crawlerName": [CRAWLER], "state": ["Failed"]},
                f"クローラー {CRAWLER} が失敗しました",
                f"Crawler {CRAWLER} failed",
            )
        )
        self._row("失敗したジョブ / failed jobs", failures)

    def _failure(
        self, id: str, kind: str, detail: dict[str, Any], ja: str, en: str
    ) -> cloudwatch.Metric:
        """Tell of a failure that Glue announces, and count it for an alarm."""
        rule = events.Rule(
            self,
            f"{id}-failed",
            description=f"{ja} / {en}",
            event_pattern=events.EventPattern(
                source=["aws.glue"], detail_type=[kind], detail=detail
            ),
            targets=[targets.SnsTopic(self.topic)],
        )
        metric = cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="TriggeredRules",
            dimensions_map={"RuleName": rule.rule_name},
            statistic="Sum",
            period=_FIVE_MINUTES,
            label=id,
        )
        self._alarm(f"{id}Failure", metric, 1, "glue", ja, en)
        return metric

    def _freshness_alarms(self) -> None:
        late, overdue = (
            cloudwatch.Metric(
                namespace=NAMESPACE, metric_name=name, statistic="Maximum", period=_DAY
            )
            for name in (LATE_METRIC, OVERDUE_METRIC)
        )
        # No figure for a day means that nobody looked: that is late, too.
        self._alarm(
            "Freshness",
            overdue,
            1,
            "freshness",
            "期限を過ぎてもデータが届いていない提供元があります",
            "A source is overdue",
            missing=_MISSING.BREACHING,
        )
        self._row("データの新しさ / freshness", [late, overdue])

    def _redshift_alarms(self, cluster: str) -> None:
        health, disk, cpu = (
            cloudwatch.Metric(
                namespace="AWS/Redshift",
                metric_name=name,
                dimensions_map={"ClusterIdentifier": cluster},
                statistic=statistic,
                period=_FIVE_MINUTES,
            )
            for name, statistic in (
                ("HealthStatus", "Minimum"),
                ("PercentageDiskSpaceUsed", "Average"),
                ("CPUUtilization", "Average"),
            )
        )
        self._alarm(
            "RedshiftHealth",
            health,
            1,
            "redshift",
            "Redshift が正常ではありません",
            "Redshift is not healthy",
            comparison=_BELOW,
            periods=3,
        )
        self._alarm(
            "RedshiftDisk",
            disk,
            80,
            "redshift",
            "Redshift のディスク使用率が80％を超えました",
            "Redshift's disk is filled to 80%",
        )
        self._alarm(
            "RedshiftCpu",
            cpu,
            90,
            "redshift",
            "Redshift のCPU使用率が高い状態です",
            "Redshift's processors are busy",
            periods=6,
        )
        self._row("Redshift", [health], [disk, cpu])

    def _api_alarms(self, function: lambda_.IFunction) -> None:
        found = {
            name: cloudwatch.Metric(
                namespace="AWS/ApiGateway",
                metric_name=name,
                dimensions_map={"ApiName": design.API},
                statistic=statistic,
                period=_FIVE_MINUTES,
            )
            for name, statistic in (
                ("Count", "Sum"),
                ("4XXError", "Sum"),
                ("5XXError", "Sum"),
                ("Latency", "p99"),
            )
        }
        self._alarm(
            "Api5xx", found["5XXError"], 1, "api", "APIがエラーを返しています", "The API fails"
        )
        self._alarm(
            "Api4xx",
            found["4XXError"],
            500,
            "api",
            "APIへの要求が数多く拒否されています",
            "Many of the API's requests are refused",
            periods=3,
        )
        self._alarm(
            "ApiLatency",
            found["Latency"],
            2000,
            "api",
            "APIの応答が遅くなっています",
            "The API answers slowly",
            periods=3,
        )
        self._alarm(
            "ApiFunctionErrors",
            function.metric_errors(period=_FIVE_MINUTES),
            1,
            "api",
            "APIの関数が失敗しています",
            "The API's function fails",
        )
        self._row(
            f"{design.API}（API Gateway）",
            [found["Count"], found["4XXError"], found["5XXError"]],
            [found["Latency"]],
        )

    def _waf_alarms(self, web_acl: wafv2.CfnWebACL) -> None:
        blocked = cloudwatch.Metric(
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions_map={"WebACL": str(web_acl.name), "Region": self.region, "Rule": "ALL"},
            statistic="Sum",
            period=_FIVE_MINUTES,
        )
        self._alarm(
            "WafBlocks",
            blocked,
            100,
            "waf",
            "WAFが多くの要求を遮断しています",
            "The WAF blocks many requests",
        )
        self._row("WAF", [blocked])

    def _alarm(
        self,
        id: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        section: str,
        ja: str,
        en: str,
        *,
        comparison: cloudwatch.ComparisonOperator = _ABOVE,
        periods: int = 1,
        missing: cloudwatch.TreatMissingData = _MISSING.NOT_BREACHING,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id,
            alarm_name=f"{design.PROJECT}-{id}",
            alarm_description=f"{ja}。 / {en}. 対応 / what to do: {RUNBOOK}#{section}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))

    def _row(self, title: str, *graphs: Sequence[cloudwatch.IMetric]) -> None:
        self._rows.append(
            [
                cloudwatch.GraphWidget(title=title, left=list(metrics), width=24 // len(graphs))
                for metrics in graphs
            ]
        )


def _said(name: str) -> cloudwatch.Metric:
    """Return a metric that the trigger sends itself."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": design.FUNCTION},
        statistic="Sum",
        period=_FIVE_MINUTES,
    )
