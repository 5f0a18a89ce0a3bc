"""Personal data on every road there is: what the agreement does not cover is nowhere.

The roads come from `openapi.yaml`, each parameter with each of its values: a new road is tried as
soon as it is promised.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

import pytest
from tests.api.rows import DAY, OPENING, PERSONAL, Rows, a_line, a_payment, a_sale
from tests.contract.gate import Answer, Gate
from tests.contract.house import House
from tests.hostile.promise import GOOD, GROUP_KEYS, Operation, Parameter, operations

from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.ledger.parts import Part
from tillgate.ledger.sale import ENCODER, Consumer, Sale

BUSINESS, PLACE = 410000000000003, 410000000000950
ITEM = 410000000000951
REFERENCE = "TASK:OO-410000000000950-order-1"
# A closed day, one that was corrected, one that is open.
CLOSED, CORRECTED, RUNNING = (DAY + timedelta(days=n) for n in range(3))
STAFF_ID = 14670

# What must not come out, under the agreement that lets it. Each value is found as it stands.
SECRETS = {
    "staff": ("Staffmark Owner", "Staffmark Server", "Staffmark Cashier", "Staffmark Aborter"),
    "consumers": (
        *("consumermark-id", "771122334455", "Consumermark-title", "Consumermark-first"),
        *("Consumermark-last", "+44770090011", "+44770090022", "Consumermark-company"),
        *("Consumermark-street", "Consumermark-floor", "CM1-2ZZ", "Consumermark-city"),
        *("Consumermark-state", "consumermark@example.com", "CMTAX9", "CMFISCAL9", "CMDEST9"),
    ),
    "authorizations": ("AUTHMARK77",),
}
FIELDS = {
    "staff": {"ownerName", "staffName"},
    "consumers": {"consumer"},
    "authorizations": {"authorization"},
}
# The roads on which persons are known to occur: without them the test would prove nothing.
WITH_PERSONS = {
    "getFinancials",
    "getDailyFinancials",
    "getAggregatedSales",
    "getAbortedOrders",
    "getExportFile",
    "getSales",
    "getSalesDaily",
}


def personal_sale(number: int, minutes: int, **changes: Any) -> Sale:
    """A sale that names its staff, who paid, and what the card's issuer said."""
    given, (auth,) = SECRETS["consumers"], SECRETS["authorizations"]
    names = [name for name in Consumer.__struct_fields__ if name != "customer_id"]
    texts = [value for value in given if value != "771122334455"]
    consumer = Consumer(customer_id=771122334455, **dict(zip(names, texts, strict=True)))
    owner, server, cashier, _ = SECRETS["staff"]
    paid = a_payment(
        number, consumer=consumer, authorization=auth, staff_id=STAFF_ID + 1, staff_name=cashier
    )
    line = a_line(number, staff_id=STAFF_ID, staff_name=server)
    fields = {
        "sales_lines": [line],
        "payments": [paid],
        "owner_id": STAFF_ID + 2,
        "owner_name": owner,
    }
    return a_sale(number, OPENING + timedelta(minutes=minutes), **{**fields, **changes})


def make_place(house: House) -> Rows:
    """A location with persons in every kind of record and in every state of a day."""
    rows = house.rows
    rows.add_location(PLACE, business=BUSINESS)
    for number, day in enumerate((CLOSED, CORRECTED, RUNNING)):
        minutes = number * 24 * 60 + 10
        first = personal_sale(
            10 * number + 1, minutes, external_references=[f"{REFERENCE}{number}"]
        )
        rows.add_sales(
            [first, personal_sale(10 * number + 2, minutes + 5)], location=PLACE, day=day
        )
    rows.close_day(CLOSED, location=PLACE)
    rows.close_day(CORRECTED, location=PLACE)
    rows.add_item({"id": ITEM, "name": "Soup", "sku": "SOUP-02"}, location=PLACE)
    _feed(house.urls[Role.LEDGER])
    return rows


def _feed(url: str) -> None:
    corrected = personal_sale(11, 24 * 60 + 10, table_name="Terrace")
    correction = {
        "record": "correction",
        "businessDate": str(CORRECTED),
        "reason": "wrong table",
        "sale": json.loads(ENCODER.encode(corrected)),
    }
    order = {
        "staffName": SECRETS["staff"][3],
        "timeOfAbortedOrder": f"{RUNNING}T12:00:00Z",
        "totalAmountAborted": "8.33",
    }
    aborted = {"record": "aborted_order", "abortedOrderId": "a1", "currency": "GBP", "order": order}
    card = {"lightspeedPaymentId": "p1", "status": "CAPTURED"}
    dates = {"createdDate": f"{RUNNING}T12:00:00Z", "modificationDate": f"{RUNNING}T12:00:00Z"}
    records = [correction, aborted, {"record": "card_payment", "payment": card | dates}]
    here = {"recordedAt": "2026-03-25T10:00:00Z", "businessLocationId": PLACE}
    text = "".join(json.dumps(here | record) + "\n" for record in records)
    import_file(url, Written("t", text.encode()))


def values_of(parameter: Parameter) -> list[str]:
    """What to try for a parameter; one that has to be given is at least among the good ones."""
    days = [str(day) for day in (CLOSED, CORRECTED, RUNNING)]
    schema, words = parameter.schema, [str(part) for part in Part]
    known = {
        "businessLocationId": [str(PLACE)],
        "id": [str(ITEM)],
        "itemId": [str(ITEM)],
        "externalReferenceId": [f"{REFERENCE}{number}" for number in range(3)],
        "include": [*words, *(f"payments,{word}" for word in words), ",".join(words)],
        "groupBy": [*sorted(GROUP_KEYS), "staff,device", "tag,staff", ",".join(sorted(GROUP_KEYS))],
        "revision": ["1", "2"],
        "date": days,
        "businessDate": days,
    }
    if parameter.name in known:
        return known[parameter.name]
    is_date = schema.get("format") == "date"
    if parameter.name in {"from", "to"}:
        edge = CLOSED if parameter.name == "from" else RUNNING + timedelta(days=1)
        return [str(edge) if is_date else f"{edge}T00:00:00Z"]
    items = schema.get("items", schema)
    if "enum" in items:
        return [str(word) for word in items["enum"]]
    if schema["type"] == "boolean":
        return ["true"]
    return [GOOD[parameter.name]] if parameter.required and parameter.name in GOOD else []


def roads(one: Operation) -> Iterator[str]:
    """Calls of an operation: every needed parameter with every value, the others one by one too."""
    needed = [each for each in one.parameters if each.required]
    for parameter in needed:
        assert values_of(parameter), f"{one.id} needs {parameter.name}: say what to try"
    for given in _product(needed):
        yield one.target(**given)
        spread = _ranges(one, given)
        for name, values in _optional(one).items():
            yield from (
                one.target(**given, **around, **{name: value})
                for value in values
                for around in spread
                if name not in around
            )
        yield from (one.target(**given, **around, **_everything(one, around)) for around in spread)


def _product(parameters: list[Parameter]) -> Iterator[dict[str, str]]:
    if not parameters:
        yield {}
        return
    first, *rest = parameters
    for value in values_of(first):
        yield from ({first.name: value, **others} for others in _product(rest))


def _optional(one: Operation) -> dict[str, list[str]]:
    return {each.name: values_of(each) for each in one.parameters if not each.required}


def _ranges(one: Operation, given: dict[str, str]) -> list[dict[str, str]]:
    """The ways to say which days, where that is left open."""
    optional = _optional(one)
    ways = [{"date": day} for day in optional.get("date", ())]
    if "from" in optional and "to" in optional:
        ways.append({name: optional[name][0] for name in ("from", "to")})
    elif "to" in optional:
        ways.append({"to": optional["to"][0]})
    return ways or [{}]


def _everything(one: Operation, around: dict[str, str]) -> dict[str, str]:
    """Each further parameter with the last of its values, which asks for the most."""
    rest = {name: values for name, values in _optional(one).items() if values}
    return {
        name: values[-1]
        for name, values in rest.items()
        if name not in {*around, "date", "from", "to"}
    }


class Tried(NamedTuple):
    """Every good answer of every road, with the operation's id and the target."""

    answers: list[tuple[str, str, Answer]]

    def text(self) -> str:
        return "\n".join(
            chain.from_iterable(
                (answer.body.decode(), *map(str, answer.headers)) for _, _, answer in self.answers
            )
        )


@pytest.fixture(scope="module")
def rows(house: House) -> Rows:
    made: Rows = house.once(make_place)
    return made


def try_all(gate: Gate, token: str) -> Tried:
    found = []
    for one in operations():
        targets = list(dict.fromkeys(roads(one)))
        answers = gate.call_many(targets, token=token)
        good = [
            (one.id, target, answer)
            for target, answer in zip(targets, answers, strict=True)
            if answer.status == 200
        ]
        refused = {answer.status for answer in answers} - {200}
        assert good, f"nothing answers on the road {one.id}: {refused} {answers[0].body!r}"
        # A file of an open day, or of a revision that is none, is not there.
        assert refused <= {400, 404}
        found += good
    return Tried(found)


def fields_in(answer: Answer) -> set[str]:
    """The names of fields that stand in an answer, but for references to what is kept apart."""
    bare = re.sub(r'"\w+":\{"part":\d+,"value":\d+\}', "", answer.body.decode())
    return set(re.findall(r'"(\w+)":', bare))


@pytest.mark.parametrize("agreed", [(), *((name,) for name in PERSONAL), PERSONAL])
def test_no_road_shows_persons_beyond_the_agreement(
    agreed: tuple[str, ...], rows: Rows, gate: Gate
) -> None:
    token = rows.add_token([PLACE], business=BUSINESS, agreed=agreed)
    tried = try_all(gate, token)
    for kind in set(PERSONAL) - set(agreed):
        for operation, target, answer in tried.answers:
            whole = f"{answer.body.decode()}\n{answer.headers}"
            leaked = [value for value in SECRETS[kind] if value in whole]
            assert not leaked, f"{operation} tells {leaked}: {target}"
            assert not FIELDS[kind] & fields_in(answer), f"{operation} has the field: {target}"
    text = tried.text()
    for kind in agreed:
        assert [value for value in SECRETS[kind] if value not in text] == []
    if agreed == PERSONAL:
        secret = [value for kind in PERSONAL for value in SECRETS[kind]]
        telling = {
            operation
            for operation, _, answer in tried.answers
            if any(value in answer.body.decode() for value in secret)
        }
        assert telling >= WITH_PERSONS


def test_staff_are_still_told_apart_by_id(rows: Rows, gate: Gate) -> None:
    token = rows.add_token([PLACE], business=BUSINESS)
    base = f"/f/finance/{PLACE}"
    for day in (CLOSED, CORRECTED, RUNNING):
        daily = gate.fetch(f"{base}/dailyFinancials?date={day}&include=staff,payments", token)
        assert {sale["ownerId"] for sale in daily["sales"]} == {STAFF_ID + 2}
        assert {line["staffId"] for sale in daily["sales"] for line in sale["salesLines"]} == {
            STAFF_ID
        }
        grouped = gate.fetch(f"{base}/aggregatedSales?date={day}&groupBy=staff", token)
        (group,) = grouped["children"]
        assert [node["groupByValue"] for node in group["children"]] == [str(STAFF_ID)]


@pytest.mark.parametrize("form", ["json", "csv", "hledger", "beancount"])
def test_the_journal_names_nobody_whatever_is_agreed(form: str, rows: Rows, gate: Gate) -> None:
    token = rows.add_token([PLACE], business=BUSINESS, agreed=PERSONAL)
    path = f"/accounting/v1/business-locations/{PLACE}/journal?from={CLOSED}&to={RUNNING}"
    text = gate.get(f"{path}&format={form}", token=token).body.decode()
    for number in (f"{CLOSED:%Y%m%d}-r1", f"{CORRECTED:%Y%m%d}-r2", f"{RUNNING:%Y%m%d}-p"):
        assert f"{PLACE}-{number}" in text
    assert "wrong table" in text, "the reason of a correction is no personal datum, and told"
    assert [one for kind in PERSONAL for one in SECRETS[kind] if one in text] == []
