"""The runs of the job on Glue: starting one, and asking which were started."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError

# Glue refused for now, and started nothing.
_BUSY = frozenset(
    {
        "ConcurrentRunsExceededException",
        "ResourceNumberLimitExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
    }
)
# Glue may have started the run although it answered so.
_UNCERTAIN = frozenset({"OperationTimeoutException", "InternalServiceException", "RequestTimeout"})
_ANSWER_IS_LATE = timedelta(hours=1)


class StartError(Exception):
    """A run that could not be started: why, and whether waiting may help."""

    def __init__(self, code: str, *, passing: bool, certain: bool) -> None:
        super().__init__(code)
        self.code = code
        self.passing = passing
        """Whether it passes by itself, such as too many runs at once."""
        self.certain = certain
        """Whether surely nothing was started."""


class Runs:
    """The runs of one job."""

    def __init__(self, glue: Any, job_name: str) -> None:
        self._glue, self._job = glue, job_name

    def start(self, manifest: str) -> str:
        """Start a run over a manifest and return its id; raises StartError."""
        try:
            answer = self._glue.start_job_run(JobName=self._job, Arguments={"--manifest": manifest})
        except ClientError as error:
            code = error_code(error)
            certain = code in _BUSY or (code not in _UNCERTAIN and _status(error) < 500)
            passing = code in _BUSY or not certain
            raise StartError(code, passing=passing, certain=certain) from error
        except NotConnectedError as error:
            raise StartError(type(error).__name__, passing=True, certain=True) from error
        except HTTPClientError as error:
            raise StartError(type(error).__name__, passing=True, certain=False) from error
        except BotoCoreError as error:
            raise StartError(type(error).__name__, passing=False, certain=True) from error
        return str(answer["JobRunId"])

    def manifests_since(self, moment: datetime) -> Iterator[tuple[str, str]]:
        """Yield manifest and id of each run since a moment, and of some before."""
        request: dict[str, Any] = {"JobName": self._job, "MaxResults": 200}
        while True:
            answer = self._glue.get_job_runs(**request)
            runs = answer.get("JobRuns", [])
            for run in runs:
                yield run.get("Arguments", {}).get("--manifest", ""), run["Id"]
            # Newest first. Were they not, a run could be missed and started twice, which the job's
            # ledger makes harmless.
            if runs and all(run["StartedOn"] < moment - _ANSWER_IS_LATE for run in runs):
                return
            if "NextToken" not in answer:
                return
            request["NextToken"] = answer["NextToken"]


def error_code(error: ClientError) -> str:
    """Return the service's code of an error."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
