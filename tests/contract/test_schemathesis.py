"""schemathesis against our own description: a net, not a proof (a planted crash can slip through).

Everything runs in this process, on the plane itself, with a real token and no limit worth a name.
"""

from datetime import timedelta
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.gate import BASE_URL, Answer, Gate
from tests.contract.group import Group

from tillgate.api.documents import description

SCHEMA = schemathesis.openapi.from_dict({**description(), "servers": [{"url": BASE_URL}]})
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 40


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_call_breaks_the_promise(case: schemathesis.Case, gate: Gate, group: Group) -> None:
    """Many of the calls name a location that is there, so that more than refusals are seen."""
    size = len(repr(case.query))
    for given in (case.path_parameters, case.query):
        if "businessLocationId" in given and size % 3:
            given["businessLocationId"] = group.locations[size % len(group.locations)]
    case.headers.pop("Authorization", None)
    asked = requests.Request(**_transport(case)).prepare()
    target = (asked.url or "").removeprefix(BASE_URL)
    answer = gate.call(str(asked.method), target, token=group.token)
    case.validate_response(_as_httpx(answer, str(asked.method), target), checks=CHECKS)


def _transport(case: schemathesis.Case) -> dict[str, Any]:
    given = case.as_transport_kwargs(base_url=BASE_URL)
    return {name: given.get(name) for name in ("method", "url", "params", "headers")}


def _as_httpx(answer: Answer, method: str, target: str) -> httpx.Response:
    request = httpx.Request(method, f"{BASE_URL}{target}")
    response = httpx.Response(
        answer.status, headers=answer.headers, content=answer.body, request=request
    )
    response.elapsed = timedelta(0)
    return response
