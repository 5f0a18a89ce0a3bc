"""Aborted orders and card payments: settled like all else, in no day, whatever its state."""

from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.ledger.closed import check_whole
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    AT,
    EARLIER,
    LATER,
    LOCATION,
    Thing,
    aborted_order,
    card_payment,
    day_closed,
    sale,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.erasing import erase_person
from tillgate.ledger.feed.errors import BadFile

CHANGES = [
    (aborted_order, {"totalAmountAborted": "7.50", "abortedLineItems": []}),
    (card_payment, {"status": "REFUNDED"}),
]
TABLES = ("ledger_abortedorder", "ledger_cardpayment")


def outcome(feed: Feed, record: Thing) -> Outcome:
    (counts,) = feed([record]).counts.values()
    (found,) = [kind for kind, number in counts.items() if number]
    return found


def days(books: Books) -> list[str]:
    rows = books.rows("SELECT business_date::text FROM ledger_abortedorder ORDER BY order_id")
    return [day for (day,) in rows]


@pytest.mark.parametrize(("make", "change"), CHANGES)
def test_both_are_settled_by_the_rule_of_all_records(
    feed: Feed, books: Books, make: Any, change: Thing
) -> None:
    feed([make()], with_known=True)
    before = books.everything()
    assert outcome(feed, make()) is Outcome.UNCHANGED
    assert outcome(feed, make(at=EARLIER, **change)) is Outcome.OLDER
    with pytest.raises(BadFile, match="line 1: recordedAt: the same recordedAt"):
        feed([make(**change)])
    assert books.everything() == before
    assert outcome(feed, make(at=LATER, **change)) is Outcome.CHANGED
    assert books.everything() != before


@pytest.mark.parametrize(("make", "change"), CHANGES)
def test_a_batch_settles_what_it_brings_more_than_once_in_any_order(
    feed: Feed, books: Books, make: Any, change: Thing
) -> None:
    feed([make(at=LATER, **change), make(), make(2), make(2)], with_known=True)
    in_disorder = [books.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES]
    for table in TABLES:
        books.change(f"TRUNCATE {table}")
    feed([make(), make(2)])
    feed([make(at=LATER, **change)])
    assert [books.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES] == in_disorder


def test_what_is_left_out_stays(feed: Feed, books: Books) -> None:
    feed([card_payment(accountFiscId="A1.1", fees=_money("0.3"))], with_known=True)
    feed([card_payment(at=LATER, status="DISPUTED")])
    ((body,),) = books.rows("SELECT body FROM ledger_cardpayment")
    assert body == (
        '{"accountFiscId":"A1.1","lightspeedPaymentId":"ad-1","status":"DISPUTED",'
        '"createdDate":"2026-03-14T19:00:00Z","modificationDate":"2026-03-14T19:00:02Z",'
        '"fees":{"value":"0.30","currency":"GBP"}}'
    )


def _money(value: str, currency: str = "GBP") -> Thing:
    return {"value": value, "currency": currency}


def test_an_order_is_of_the_day_that_is_said_else_of_its_time(feed: Feed, books: Books) -> None:
    night = {"timeOfAbortedOrder": "2026-03-15T01:00:00Z"}
    said = {"businessDate": "2026-03-12"}
    feed([aborted_order(1, **night), aborted_order(2) | said], with_known=True)
    assert days(books) == ["2026-03-14", "2026-03-12"]
    feed([aborted_order(2, at=LATER, totalAmountAborted="16"), aborted_order(3, **night)])
    assert days(books) == ["2026-03-14", "2026-03-12", "2026-03-14"]
    feed([aborted_order(2, at="2026-03-22T10:00:00Z", timeOfAbortedOrder="2026-03-16T12:00:00Z")])
    assert days(books)[1] == "2026-03-16"


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (aborted_order() | {"currency": "EUR"}, "currency: is EUR; expected the location's own"),
        (card_payment(fees=_money("1", "EUR")), r"payment\.fees\.currency: is EUR"),
        (card_payment(surcharge=_money("1", "EUR")), r"payment\.surcharge\.currency: is EUR"),
        (aborted_order() | {"businessDate": "2025-12-31"}, "businessDate: business day 2025-12-31"),
        (aborted_order(timeOfAbortedOrder="2026-01-01T03:00:00Z"), "before the location's first"),
        (aborted_order() | {"businessLocationId": 7}, "businessLocationId: location 7 is not"),
        (card_payment() | {"businessLocationId": 7}, "businessLocationId: location 7 is not"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(
    feed: Feed, books: Books, record: Thing, problem: str
) -> None:
    with pytest.raises(BadFile, match=problem):
        feed([aborted_order(8), card_payment(8), record], with_known=True)
    assert [books.count(table) for table in TABLES] == [0, 0]


def test_they_come_and_change_after_their_day_is_closed_and_leave_it_alone(
    feed: Feed, books: Books
) -> None:
    feed([sale(), aborted_order(), card_payment(), day_closed()], with_known=True)
    before = check_whole(books)
    feed([aborted_order(2), card_payment(at=LATER, status="REFUNDED")])
    assert check_whole(books) == before
    assert [books.count(table) for table in TABLES] == [2, 1]


def test_an_order_that_does_not_add_up_is_taken_and_told(feed: Feed, books: Books) -> None:
    landed = feed([aborted_order(totalAmountAborted="16")], with_known=True)
    assert landed.warnings == [
        "line 3: aborted order order-1: totalAmountAborted is not the sum of its lines"
    ]
    assert feed([aborted_order(2, abortedLineItems=[])]).warning_count == 0


def test_a_name_that_was_erased_stays_erased(feed: Feed, books: Books, ledger_url: str) -> None:
    named = aborted_order(staffName="Robin Example") | {"staffId": 5}
    other = aborted_order(2, staffName="Sam Example") | {"staffId": 6}
    feed([named, other], with_known=True)
    with psycopg.connect(ledger_url) as connection:
        erased = erase_person(
            connection,
            location=LOCATION,
            person="staff:5",
            first=date(2026, 3, 1),
            last=date(2026, 3, 31),
        )
    assert (erased.days, erased.orders) == (0, 1)
    assert outcome(feed, named) is Outcome.UNCHANGED
    feed([named | {"recordedAt": LATER, "order": named["order"] | {"totalAmountAborted": "9"}}])
    rows = books.rows("SELECT staff_id, staff_name FROM ledger_abortedorder ORDER BY order_id")
    assert rows == [(5, None), (6, "Sam Example")]
    assert "Robin" not in str(books.rows("SELECT body FROM ledger_abortedorder"))


STATUSES = ["CAPTURED", "DISPUTED", "PARTIALLY_REFUNDED", "REFUNDED"]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    told=st.lists(st.tuples(st.integers(0, 59), st.sampled_from(STATUSES)), min_size=1, max_size=8)
)
def test_whatever_the_order_the_latest_status_holds(
    feed: Feed, books: Books, told: list[tuple[int, str]]
) -> None:
    books.change("TRUNCATE ledger_cardpayment")
    latest = dict(told)
    for minute, status in latest.items():
        at = AT.replace(":00:00Z", f":{minute:02}:00Z")
        feed([card_payment(at=at, status=status)], with_known=True)
    assert books.rows("SELECT status FROM ledger_cardpayment") == [(latest[max(latest)],)]
