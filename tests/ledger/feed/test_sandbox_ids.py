"""A back office brings no id of the sandbox, and the sandbox's own feed brings no other."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LOCATION, Thing, business, day_closed, location, lookups, sale
from tests.ledger.feed.making import text_of as text

from tillgate.foundation import sandbox_ids
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.ledger.feed.errors import BadFile, BadLine

PLACE = sandbox_ids.LOCATIONS[0]
AT_PLACE = {"businessLocationId": PLACE}


def refused(feed: Feed, *records: Thing, **options: Any) -> list[BadLine]:
    with pytest.raises(BadFile) as error:
        feed(records, with_known=not options, **options)
    return list(error.value.lines)


@pytest.mark.parametrize("number", [sandbox_ids.FIRST, sandbox_ids.LAST])
def test_a_business_of_the_reserved_range_is_refused(feed: Feed, books: Books, number: int) -> None:
    (bad,) = refused(feed, business(businessId=number))
    assert str(bad) == (
        f"line 3: businessId: {number} is reserved for the sandbox; "
        "expected an id not from 9000000000000000 to 9007199254740991"
    )
    assert books.count("directory_business") == 0


@pytest.mark.parametrize("number", [sandbox_ids.FIRST - 1, sandbox_ids.LAST + 1])
def test_its_neighbours_are_ids_like_any_other(feed: Feed, books: Books, number: int) -> None:
    feed([business(businessId=number)])
    assert books.rows("SELECT business_id FROM directory_business") == [(number,)]


@pytest.mark.parametrize(
    "record",
    [location(**AT_PLACE), sale() | AT_PLACE, day_closed(**AT_PLACE)]
    + [record | AT_PLACE for record in lookups()],
    ids=lambda record: record["record"],
)
def test_every_record_of_a_reserved_location_is_refused(feed: Feed, record: Thing) -> None:
    (bad,) = refused(feed, record)
    assert (bad.line, bad.path) == (3, "businessLocationId")


def test_a_location_of_ones_own_cannot_join_the_sandbox(feed: Feed) -> None:
    (bad,) = refused(feed, location(businessId=sandbox_ids.BUSINESS))
    assert (bad.path, bad.problem) == (
        "businessId",
        f"{sandbox_ids.BUSINESS} is reserved for the sandbox",
    )


def test_a_recorded_answer_for_a_reserved_location_is_refused(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps([{"id": 1, "name": "Soup"}]))
    with pytest.raises(BadFile, match="reserved for the sandbox"):
        import_file(ledger_url, answer, location=PLACE)


def test_a_recorded_answer_about_the_sandbox_is_refused(books: Books, ledger_url: str) -> None:
    place = {"blName": "One", "blID": PLACE, "country": "GB", "timezone": "Europe/London"}
    facts = {"businessName": "Sandbox", "businessId": sandbox_ids.BUSINESS, "currencyCode": "GBP"}
    document = {"_embedded": {"businessList": [facts | {"businessLocations": [place]}]}}
    with pytest.raises(BadFile, match="reserved for the sandbox"):
        import_file(ledger_url, Written("answer", json.dumps(document).encode()))


def test_the_sandboxs_own_feed_brings_its_ids_and_no_others(books: Books, ledger_url: str) -> None:
    own = [business(businessId=sandbox_ids.BUSINESS)]
    import_file(ledger_url, Written("own", text(own).encode()), sandbox=True)
    strange = text([*own, sale()]).encode()
    with pytest.raises(BadFile, match=f"businessLocationId: {LOCATION} is no id of the sandbox"):
        import_file(ledger_url, Written("strange", strange), sandbox=True)
    assert books.rows("SELECT business_id FROM directory_business") == [(sandbox_ids.BUSINESS,)]
