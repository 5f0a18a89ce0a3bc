"""Erasing a person from closed days: gone for every caller, and every digest as it was."""

import hashlib
from datetime import date
from typing import Any

import psycopg
from tests.ledger.closed import check_whole, closed_days
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, LOCATION, day_closed, line, payment, sale

from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.closed_sales import open_day
from tillgate.ledger.erasing import erase_person

ROBIN, SAM = ({"staffId": n, "staffName": name} for n, name in ((5, "Robin"), (6, "Sam")))
DAYS = {"first": date(2026, 3, 14), "last": date(2026, 3, 14)}


def erase(url: str, person: str, **days: Any) -> int:
    with psycopg.connect(url) as connection:
        given = {**DAYS, **days}
        return erase_person(connection, location=LOCATION, person=person, **given).days


def bodies(url: str) -> str:
    with psycopg.connect(url) as connection, scoped(connection, [LOCATION]):
        day = open_day(connection, LOCATION, 1)
        return b"".join(day.body(one) for one in day.sales).decode()


def closed_day(feed: Feed) -> None:
    paid = payment(consumer={"id": "c-1", "firstName": "Chris"}, authorization="00AA")
    feed(
        [
            sale(1, salesLines=[line(1, **ROBIN)], payments=[paid]),
            sale(2, salesLines=[line(2, **SAM), line(3, **ROBIN)], ownerName="Robin", ownerId=5),
            day_closed(),
        ],
        with_known=True,
    )


def test_a_person_is_gone_and_every_digest_is_right(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    closed_day(feed)
    before = check_whole(books)
    assert "Robin" in bodies(ledger_url)
    assert erase(ledger_url, "staff:5") == 1
    text = bodies(ledger_url)
    assert "Robin" not in text
    assert text.count('"staffId":5') == 2
    assert '"staffName":"Sam"' in text
    assert check_whole(books) == before


def test_a_consumer_goes_with_the_authorization_of_the_payment(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    closed_day(feed)
    assert erase(ledger_url, "consumer:c-1") == 1
    assert not {"Chris", "00AA"} & set(bodies(ledger_url).split('"'))


def test_only_the_range_is_erased_and_again_changes_nothing(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    closed_day(feed)
    other = {"first": date(2026, 3, 15), "last": date(2026, 3, 20)}
    assert erase(ledger_url, "staff:5", **other) == 0
    assert erase(ledger_url, "staff:5") == 1
    assert erase(ledger_url, "staff:5") == 0


def test_feeding_the_same_sale_again_brings_nobody_back(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    closed_day(feed)
    erase(ledger_url, "staff:6")
    again = sale(2, salesLines=[line(2, **SAM), line(3, **ROBIN)], ownerName="Robin", ownerId=5)
    feed([again | {"recordedAt": LATER}])
    assert "Sam" not in bodies(ledger_url)
    assert len(closed_days(books)) == 1


def test_erasing_leaves_an_event_without_the_person(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    closed_day(feed)
    erase(ledger_url, "consumer:c-1")
    query = "SELECT data FROM foundation_event WHERE kind = 'ledger:person:erased' ORDER BY id"
    (data,) = books.rows(query)[-1]
    assert data["person_sha256"] == hashlib.sha256(b"consumer:c-1").hexdigest()
    assert (data["days"], "c-1" in str(data)) == (1, False)
