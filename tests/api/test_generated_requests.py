"""Requests made from the document, and answers held against it: one by one, and along its links."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from cat_data_api.app import handler
from cat_data_api.openapi import document
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from standins.cat_api.gateway import Gateway

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# As many for every operation, half as many chains of requests; thousands when CI is not waiting.
EXAMPLES = int(os.environ.get("CATDATA_API_EXAMPLES", "50"))
STEPS = 6
SCHEMA = schemathesis.openapi.from_dict(document())


class Seen:
    """The status of every answer, by path."""

    def __init__(self) -> None:
        self.statuses: Counter[tuple[str, int]] = Counter()

    def of(self, path: str) -> set[int]:
        return {status for seen, status in self.statuses if seen == path}


SEEN = Seen()


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answer as the gateway does, without a socket between."""
    query = environ.get("QUERY_STRING", "")
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    path = environ["PATH_INFO"]
    answer = Gateway(handler, None).answer(
        environ["REQUEST_METHOD"], f"{path}?{query}" if query else path, headers
    )
    SEEN.statuses[path, int(answer.status)] += 1
    start(f"{int(answer.status)} -", list(answer.headers.items()))
    return [answer.body]


@pytest.fixture(autouse=True)
def _over_the_extract(serve: Callable[[Path | str], Any], extract: Path) -> None:
    serve(extract)


def _limits(examples: int, **more: Any) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        **more,
    )


SCHEMA.app = application


@SCHEMA.parametrize()
@_limits(EXAMPLES)
def test_every_answer_is_as_the_document_says(case: Case) -> None:
    case.call_and_validate(checks=CHECKS)


def test_so_is_every_answer_along_the_links() -> None:
    """Pages lead to pages, and bodies to their records; what is followed is found and not refused."""

    class Chains(SCHEMA.as_state_machine()):  # type: ignore[misc]
        def validate_response(self, response: Response, case: Case, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    SEEN.statuses.clear()
    Chains.run(settings=_limits(EXAMPLES // 2, stateful_step_count=STEPS))
    assert 200 in SEEN.of("/cats") and 200 in SEEN.of("/cats/summary")
    assert all(status < 500 for _, status in SEEN.statuses)
