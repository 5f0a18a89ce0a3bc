"""V2's card payments and aborted orders of the simulated group, held against the description."""

import pytest
from tests.conftest import CONTRACT
from tests.contract.gate import Gate
from tests.contract.group import FIRST, FROM, Group
from tests.contract.published import (
    FINANCIAL_V2,
    MISSING,
    complaints,
    declared,
    occurring,
    schema_of,
)

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason=MISSING)

PAYMENTS = "/f/v2/business-location/{businessLocationId}/lightspeed-payments"
ORDERS = "/f/v2/beta/business-location/{businessLocationId}/aborted-orders"


def calls(group: Group) -> list[tuple[str, str]]:
    found = []
    for location in group.locations:
        to = group.end(location)
        for query in ("", "&pageSize=7", "&status=REFUNDED,DISPUTED", "&sortDirection=DESC"):
            target = f"/f/v2/business-location/{location}/lightspeed-payments?from={FROM}&to={to}"
            found.append((PAYMENTS, target + query))
        target = f"/f/v2/beta/business-location/{location}/aborted-orders?date={FIRST}"
        found.append((ORDERS, target))
    return found


def test_every_answer_is_as_published_and_every_declared_property_occurs(
    gate: Gate, group: Group
) -> None:
    names, seen = set[str](), set[str]()
    for path, target in calls(group):
        body, schema = gate.fetch(target, group.token), schema_of(FINANCIAL_V2, path)
        assert complaints(FINANCIAL_V2, path, body) == []
        names |= set(declared(FINANCIAL_V2, schema))
        seen |= set(occurring(FINANCIAL_V2, schema, body))
    assert names == seen


def test_a_refused_parameter_is_told_as_published(gate: Gate, group: Group) -> None:
    for path, target in calls(group)[-2:]:
        answer = gate.get(target.replace("2025", "x"), token=group.token)
        assert answer.status == 400, path
        assert list(answer.json()) == ["error"]
