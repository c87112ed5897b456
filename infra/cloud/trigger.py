"""process-cat-data: the function that starts the job when objects arrive."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cloud import design, grants
from cloud.jobs import JobsStack
from cloud.packaging import HANDLERS, build_package
from cloud.parts import function
from cloud.storage import FUNCTION_SECONDS, TRIGGER_PREFIX, StorageStack

HANDLER = "process_cat_data"
MEMORY_MB = 512
BATCH, BATCH_WINDOW = 100, Duration.seconds(60)
# Enough for arrivals, and few enough that runs of the job are not asked for in vain.
CONCURRENCY = 2


class TriggerStack(Stack):
    """The function, its log group, and the queue that feeds it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        storage: StorageStack,
        jobs: JobsStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        job = jobs.names["normalize"]
        self.function, role = function(
            self,
            "Function",
            design.FUNCTION,
            "Starts one run of the normalize job for a batch of arrived objects",
            storage.key,
            prefix="",
            handler=f"{HANDLER}.handler.handler",
            code=build_package(
                design.FUNCTION,
                requirements=("aws-lambda-powertools",),
                sources={HANDLER: HANDLERS / HANDLER},
            ).code(),
            memory_size=MEMORY_MB,
            timeout=Duration.seconds(FUNCTION_SECONDS),
            environment={
                "CATDATA_LAKE": storage.lake_url,
                "GLUE_JOB_NAME": job,
            },
        )
        # The queue's key is the queue's own; what feeds the function is read by its role.
        lambda_.EventSourceMapping(
            self,
            "Arrivals",
            target=self.function,
            event_source_arn=storage.arrivals.queue_arn,
            batch_size=BATCH,
            max_batching_window=BATCH_WINDOW,
            max_concurrency=CONCURRENCY,
            report_batch_item_failures=True,
        ).node.add_dependency(role)
        grants.take_messages(role, storage.arrivals)
        grants.write(role, storage.lake, TRIGGER_PREFIX)
        grants.start_job(self, role, job)
