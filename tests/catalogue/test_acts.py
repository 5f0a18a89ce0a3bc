"""Lookups and items: settled by the rule of sales, and kept as they are published."""

import json
from pathlib import Path

import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    AT,
    EARLIER,
    LATER,
    business,
    item,
    known,
    location,
    lookups,
    sale,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile


def outcome(feed: Feed, record: dict[str, object]) -> Outcome:
    counts = feed([record]).counts[str(record["record"])]
    return next(each for each, number in counts.items() if number)


CHANGES = [
    (business(), {"name": "Other"}),
    (location(), {"name": "Other"}),
    (lookups()[0], {"description": "Other"}),
    (lookups()[1], {"name": "Other"}),
    (lookups()[2], {"name": "Other"}),
]


@pytest.mark.parametrize(("record", "change"), CHANGES, ids=[str(r["record"]) for r, _ in CHANGES])
def test_each_kind_is_settled_by_the_same_rule(
    feed: Feed, books: Books, record: dict[str, object], change: dict[str, object]
) -> None:
    feed(known())
    feed([record])
    before = books.everything()
    assert outcome(feed, record) is Outcome.UNCHANGED
    assert outcome(feed, record | change | {"recordedAt": EARLIER}) is Outcome.OLDER
    with pytest.raises(BadFile, match="line 1: recordedAt: the same recordedAt"):
        feed([record | change])
    assert books.everything() == before
    assert outcome(feed, record | change | {"recordedAt": LATER}) is Outcome.CHANGED
    assert books.everything() != before


@pytest.mark.parametrize("at", [EARLIER, AT, LATER])
def test_what_one_record_leaves_out_another_may_add(feed: Feed, books: Books, at: str) -> None:
    feed(known())
    feed([item(8, sku="SOUP")])
    assert outcome(feed, item(8, at=at, active=False)) is Outcome.CHANGED
    ((body, sku),) = books.rows("SELECT body, sku FROM catalogue_item")
    assert json.loads(body) == {"id": 8, "name": "Item 8", "sku": "SOUP", "active": False}
    assert sku == "SOUP"


def test_published_objects_are_kept_as_they_are_sent(feed: Feed, books: Books) -> None:
    feed([*known(), *lookups()])
    bodies = [
        books.rows(f"SELECT body FROM catalogue_{table}")[0][0]
        for table in ("taxrate", "paymentmethod", "accountinggroup", "item")
    ]
    groups = json.dumps('[{"category":"default","value":"Food"}]')
    prices = '[{"amount":10.25,"name":"Lunch"}]'
    assert bodies == [
        '{"code":"VAT20","description":"VAT 20%","rate":1.2,"taxIncluded":true}',
        '{"name":"Cash","code":"CASH","accountingReference":"1000","pmId":5}',
        f'{{"accountingGroupId":6,"name":"Food","statisticGroup":{groups},"code":"4000"}}',
        f'{{"id":8,"name":"Item 8","sku":"SOUP","active":true,"prices":{prices}}}',
    ]


def test_prices_keep_every_digit(feed: Feed, books: Books, ledger_url: str, tmp_path: Path) -> None:
    feed(known())
    price = "1234567890123.123456"
    record = json.dumps(item(8, costPrice=0)).replace('"costPrice": 0', f'"costPrice": {price}')
    (tmp_path / "price.ndjson").write_text(record)
    import_file(ledger_url, tmp_path / "price.ndjson")
    assert f'"costPrice":{price}' in books.rows("SELECT body FROM catalogue_item")[0][0]


def test_many_items_are_settled_in_chunks(feed: Feed, books: Books) -> None:
    items = [item(number) for number in range(1, 2301)]
    assert feed([*known(), *items, sale(), *items]).counts["item"][Outcome.NEW] == 2300
    assert books.count("catalogue_item") == 2300
