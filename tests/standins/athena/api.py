"""Athena's API on moto: a query that is started is really run, and its statistics are real."""

import json
import threading
import time
from typing import Any

import boto3
from moto.athena import models
from moto.athena.exceptions import InvalidArgumentException
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from standins.athena import actions
from standins.athena.catalog import Catalog
from standins.athena.engine import Answer, Engine
from standins.athena.perform import Performer
from standins.athena.problems import StatementError
from standins.athena.results import Result, as_text, base_type
from standins.athena.statements import translate
from standins.athena.words import words

FINAL_STATES = ("SUCCEEDED", "FAILED", "CANCELLED")

_PAGE = 1000
_UTILITIES = ("show", "describe", "desc", "explain")
_DDL = ("create", "drop", "alter", "msck")


def install(trino: str) -> None:
    """Have moto run the queries of Athena's API on the Trino of that address."""
    engine, catalog = Engine(trino), Catalog()

    def start(
        self: models.AthenaBackend,
        query: str,
        context: dict[str, str] | None,
        config: dict[str, Any] | None,
        workgroup: str | None,
        execution_parameters: list[str] | None,
    ) -> str:
        execution = _Execution(
            query,
            context or {},
            _with_output(config or {}, self.work_groups.get(workgroup or "primary")),
            self.work_groups.get(workgroup or "primary"),
            execution_parameters,
        )
        self.executions[execution.id] = execution
        # Athena answers at once and runs the query meanwhile.
        threading.Thread(target=execution.run, args=(engine, catalog), daemon=True).start()
        return execution.id

    def stop(self: models.AthenaBackend, exec_id: str) -> None:
        _of(self, exec_id).cancel()

    models.AthenaBackend.start_query_execution = start  # type: ignore[method-assign,assignment]
    models.AthenaBackend.stop_query_execution = stop  # type: ignore[method-assign]
    _describe = AthenaResponse.get_query_execution

    def get_query_execution(self: AthenaResponse) -> str:
        execution = _of(self.athena_backend, self._get_param("QueryExecutionId"))
        answer: dict[str, Any] = json.loads(_describe(self))
        answer["QueryExecution"] |= execution.described(answer["QueryExecution"])
        return json.dumps(answer)

    def get_query_results(self: AthenaResponse) -> str:
        execution = _of(self.athena_backend, self._get_param("QueryExecutionId"))
        first = int(self._get_param("NextToken") or 0)
        size = min(int(self._get_param("MaxResults") or _PAGE), _PAGE)
        return json.dumps(execution.page(first, size))

    AthenaResponse.get_query_execution = get_query_execution  # type: ignore[method-assign]
    AthenaResponse.get_query_results = get_query_results  # type: ignore[method-assign]


def kind(sql: str) -> str:
    """Return what Athena calls a statement: DML, DDL or UTILITY."""
    first = next((word.text.lower() for word in words(sql)), "")
    if first in _UTILITIES:
        return "UTILITY"
    return "DDL" if first in _DDL else "DML"


class _Execution(models.Execution):
    """A query that runs in a thread of its own."""

    def __init__(self, *given: Any) -> None:
        self._state = "QUEUED"
        self._answer, self._result = Answer(), Result()
        self._failure: str | None = None
        self._cancel: Any = None
        super().__init__(*given)

    @property
    def status(self) -> str:
        """The state that Athena shows."""
        return self._state

    @status.setter
    def status(self, value: str) -> None:
        """moto sets a first state of its own accord."""

    def advance(self) -> None:
        """Do nothing: the query itself advances."""

    def run(self, engine: Engine, catalog: Catalog) -> None:
        """Run the query and keep its result, or the reason why there is none."""
        self._state = "RUNNING"
        try:
            performer = Performer(engine, catalog, self._database, self._started)
            self._answer = performer.perform(self._action())
            self._result = _result(self._answer, kind(self.query))
            self._store()
            self._end("SUCCEEDED")
        except StatementError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}")

    def cancel(self) -> None:
        """Stop the query if it still runs."""
        if self._state in ("QUEUED", "RUNNING"):
            self._end("CANCELLED")
            if self._cancel:
                self._cancel()

    def described(self, by_moto: dict[str, Any]) -> dict[str, Any]:
        """Return what moto does not know of the query."""
        total = int(1000 * (self.end_time - self.start_time))
        status = {**by_moto["Status"], "State": self._state}
        if self._state in ("QUEUED", "RUNNING"):
            del status["CompletionDateTime"]
        if self._failure is not None:
            status["StateChangeReason"] = self._failure
            status["AthenaError"] = {
                "ErrorCategory": 2,
                "ErrorType": 1301,
                "Retryable": False,
                "ErrorMessage": self._failure,
            }
        statistics = {
            "DataScannedInBytes": self._answer.bytes_read,
            "EngineExecutionTimeInMillis": self._answer.engine_ms,
            "QueryPlanningTimeInMillis": self._answer.planning_ms,
            "TotalExecutionTimeInMillis": total,
        }
        return {
            "Status": status,
            "StatementType": kind(self.query),
            "Statistics": by_moto["Statistics"] | statistics,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO",
                "EffectiveEngineVersion": "Athena engine version 3",
            },
        }

    def page(self, first: int, size: int) -> dict[str, Any]:
        """Return some lines of the result as GetQueryResults answers them."""
        if self._state != "SUCCEEDED":
            raise JsonRESTError(
                "InvalidRequestException",
                f"Query has not yet finished. Current state: {self._state}",
            )
        lines = self._result.lines
        rows = [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in line]}
            for line in lines[first : first + size]
        ]
        answer: dict[str, Any] = {
            "ResultSet": {
                "Rows": rows,
                "ResultSetMetadata": {"ColumnInfo": _column_info(self._result)},
            }
        }
        if self._answer.changed is not None:
            answer["UpdateCount"] = self._answer.changed
        if first + size < len(lines):
            answer["NextToken"] = str(first + size)
        return answer

    @property
    def _database(self) -> str:
        return self.context.get("Database") or "default"  # type: ignore[attr-defined]

    def _action(self) -> actions.Action:
        output = (self.config or {}).get("OutputLocation", "")
        folder = f"{output.rpartition('/')[0]}/tables/{self.id}/"
        action = translate(self.query, self._database, folder)
        if self.execution_parameters and isinstance(action, actions.Query):
            escaped = action.sql.replace("'", "''")
            using = ", ".join(self.execution_parameters)
            return actions.Query(f"execute immediate '{escaped}' using {using}", action.session)
        return action

    def _started(self, cancel: Any) -> None:
        self._cancel = cancel

    def _end(self, state: str) -> None:
        self.end_time = time.time()
        self._state = state

    def _fail(self, reason: str) -> None:
        if self._state != "CANCELLED":
            self._failure = reason
            self._end("FAILED")

    def _store(self) -> None:
        """Write the file of results, as Athena does beside its answer."""
        output = (self.config or {}).get("OutputLocation")
        if output:
            ending, content = self._result.file()
            place = output.removesuffix(".csv") + ending
            self.config["OutputLocation"] = place
            bucket, _, key = place.removeprefix("s3://").partition("/")
            boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=content)


def _result(answer: Answer, statement: str) -> Result:
    rows = [
        [as_text(value, type_) for value, type_ in zip(row, answer.types, strict=True)]
        for row in answer.rows
    ]
    is_table = statement == "DML" and not answer.writes
    return Result(answer.names, answer.types, rows, is_table)


def _column_info(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": name,
            "Label": name,
            "Type": base_type(type_),
            "Precision": 0,
            "Scale": 0,
            "Nullable": "UNKNOWN",
            "CaseSensitive": type_.startswith("varchar"),
        }
        for name, type_ in zip(result.names, result.types, strict=True)
    ]


def _with_output(config: dict[str, Any], workgroup: models.WorkGroup | None) -> dict[str, Any]:
    """Return where the results go: as the query says, else as its workgroup does."""
    if config.get("OutputLocation") or workgroup is None:
        return dict(config)
    return dict(workgroup.configuration.get("ResultConfiguration") or {}) | config


def _of(backend: models.AthenaBackend, exec_id: str) -> _Execution:
    execution = backend.executions.get(exec_id)
    if not isinstance(execution, _Execution):
        raise InvalidArgumentException(f"QueryExecution {exec_id} was not found")
    return execution
