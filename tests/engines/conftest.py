"""Real engines on this machine, shared by all tests of a run and by its workers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from redshift_service import redshift

from standins.athena.api import FINAL_STATES
from standins.engines import control, services

__all__ = ["athena", "athena_variables", "put", "redshift"]


@pytest.fixture(scope="session")
def athena_variables() -> Iterator[dict[str, str]]:
    """Start Athena's stand-in; gives the variables that lead AWS's clients to it."""
    with control.shared(services.ENGINES["athena"]) as state:
        yield control.environment(state)


@dataclass(frozen=True)
class Athena:
    """One database of a test's own, asked through Athena's API."""

    client: Any
    database: str
    place: str

    def start(self, sql: str, *parameters: str) -> str:
        """Start a query and return its identity; `{here}` is the test's own folder on S3."""
        given = {"ExecutionParameters": list(parameters)} if parameters else {}
        return str(
            self.client.start_query_execution(
                QueryString=sql.replace("{here}", self.place),
                QueryExecutionContext={"Database": self.database, "Catalog": "awsdatacatalog"},
                ResultConfiguration={"OutputLocation": f"{self.place}/results/"},
                WorkGroup="dbt",
                **given,
            )["QueryExecutionId"]
        )

    def wait(self, identity: str) -> dict[str, Any]:
        """Return what Athena says of a query that has come to its end."""
        while True:
            execution = self.client.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
            if execution["Status"]["State"] in FINAL_STATES:
                return dict(execution)

    def run(self, sql: str, *parameters: str) -> dict[str, Any]:
        """Run a query that must succeed, and return what Athena says of it."""
        execution = self.wait(self.start(sql, *parameters))
        status = execution["Status"]
        assert status["State"] == "SUCCEEDED", status.get("StateChangeReason")
        return execution

    def rows(self, sql: str, *parameters: str) -> list[tuple[str | None, ...]]:
        """Return the rows of a query's answer as texts, without the names of columns."""
        execution = self.run(sql, *parameters)
        pages = self.client.get_paginator("get_query_results").paginate(
            QueryExecutionId=execution["QueryExecutionId"]
        )
        lines = [
            tuple(cell.get("VarCharValue") for cell in row["Data"])
            for page in pages
            for row in page["ResultSet"]["Rows"]
        ]
        return lines[1:] if execution["StatementType"] == "DML" else lines

    def refusal(self, sql: str) -> str:
        """Return the reason why a query fails."""
        status = self.wait(self.start(sql))["Status"]
        assert status["State"] == "FAILED", sql
        return str(status["StateChangeReason"])

    def read(self, sql: str) -> int:
        """Return how many bytes a query read, by the engine's own statistics."""
        return int(self.run(sql)["Statistics"]["DataScannedInBytes"])


@pytest.fixture
def athena(athena_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Athena:
    """Give a fresh database and folder, with AWS's clients led to the stand-in."""
    for variable, value in athena_variables.items():
        monkeypatch.setenv(variable, value)
    name = f"test_{uuid4().hex[:12]}"
    asked = Athena(boto3.client("athena"), name, f"s3://{services.BUCKET}/{name}")
    asked.run(f"create schema {name}")
    return asked


@pytest.fixture
def put(athena: Athena) -> Callable[[str, str], None]:
    """Give a function that puts a text under a key below the test's own folder."""
    s3 = boto3.client("s3")

    def put(key: str, text: str) -> None:
        body = text.encode()
        s3.put_object(Bucket=services.BUCKET, Key=f"{athena.database}/{key}", Body=body)

    return put
