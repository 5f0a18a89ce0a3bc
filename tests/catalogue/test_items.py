"""Items and their past as the feed brings them."""

import json
from importlib import import_module

import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import AT, EARLIER, LATER, Thing, item, item_removed, known

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.errors import BadFile

LATEST = "2026-03-22T10:00:00Z"


def outcome(feed: Feed, record: Thing) -> Outcome:
    (counts,) = feed([record]).counts.values()
    (found,) = [kind for kind, number in counts.items() if number]
    return found


def past(books: Books, number: int = 8) -> list[tuple[str, str | None]]:
    """Each version's day and name; None where the item was removed."""
    rows = books.rows(
        "SELECT to_char(valid_from AT TIME ZONE 'UTC', 'DD'), body FROM catalogue_itemversion"
        " WHERE item_id = %s AND valid_until IS DISTINCT FROM valid_from ORDER BY valid_from",
        number,
    )
    return [(day, body and json.loads(body)["name"]) for day, body in rows]


def present(books: Books) -> list[str]:
    rows = books.rows("SELECT body FROM catalogue_item ORDER BY item_id")
    return [json.loads(body)["name"] for (body,) in rows]


def position(books: Books, number: int = 8) -> int:
    query = "SELECT position FROM catalogue_itemversion WHERE item_id = %s AND valid_until IS NULL"
    return books.rows(query, number)[0][0]


def test_an_item_keeps_what_it_was(feed: Feed, books: Books) -> None:
    feed([*known(), item(8, name="Soup")])
    assert outcome(feed, item(8, at=LATER, name="Broth")) is Outcome.CHANGED
    assert past(books) == [("20", "Soup"), ("21", "Broth")]
    assert present(books) == ["Broth"]


def test_an_older_record_fills_in_the_past_and_leaves_the_present(feed: Feed, books: Books) -> None:
    feed([*known(), item(8, name="Soup")])
    before = position(books)
    assert outcome(feed, item(8, at=EARLIER, name="Stew")) is Outcome.CHANGED
    assert past(books) == [("19", "Stew"), ("20", "Soup")]
    assert (present(books), position(books)) == (["Soup"], before)
    assert outcome(feed, item(8, at=EARLIER, name="Stew")) is Outcome.UNCHANGED


def test_other_content_of_the_same_instant_is_refused(feed: Feed, books: Books) -> None:
    feed([*known(), item(8)])
    before = books.everything()
    for record in (item(8, name="Other"), item_removed(8)):
        with pytest.raises(BadFile, match="line 1: recordedAt: the same recordedAt"):
            feed([record])
    assert books.everything() == before


def test_a_removed_item_is_gone_and_its_past_stays(feed: Feed, books: Books) -> None:
    feed([*known(), item(8, name="Soup"), item(9)])
    assert outcome(feed, item_removed(8, at=LATER)) is Outcome.CHANGED
    assert present(books) == ["Item 9"]
    assert past(books) == [("20", "Soup"), ("21", None)]
    assert outcome(feed, item_removed(8, at=LATER)) is Outcome.UNCHANGED
    assert outcome(feed, item_removed(8, at=LATEST)) is Outcome.UNCHANGED


def test_what_comes_back_begins_anew(feed: Feed, books: Books) -> None:
    feed([*known(), item(8, name="Soup", sku="SOUP"), item_removed(8, at=LATER)])
    feed([item(8, at=LATEST, name="Salad")])
    assert past(books) == [("20", "Soup"), ("21", None), ("22", "Salad")]
    assert books.rows("SELECT sku FROM catalogue_item") == [("",)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_in_which_records_come_does_not_matter(
    feed: Feed, books: Books, order: tuple[int, int, int]
) -> None:
    records = [item(8, at=AT, name="Soup"), item_removed(8, at=LATER), item(8, at=LATEST)]
    feed(known())
    for place in order:
        feed([records[place]])
    assert past(books) == [("20", "Soup"), ("21", None), ("22", "Item 8")]
    assert present(books) == ["Item 8"]


def test_a_removal_may_come_before_anything_else(feed: Feed, books: Books) -> None:
    feed(known())
    assert outcome(feed, item_removed(8, at=LATER)) is Outcome.NEW
    assert present(books) == []
    feed([item(8, name="Soup")])
    assert present(books) == []
    assert past(books) == [("20", "Soup"), ("21", None)]


def test_positions_count_what_changes_the_present_and_nothing_else(
    feed: Feed, books: Books
) -> None:
    feed([*known(), item(8), item(9)])
    assert (position(books, 8), position(books, 9)) == (1, 2)
    feed([item(9, at=LATER)])
    assert position(books, 9) == 2
    feed([item(8, at=LATER, name="Other"), item_removed(9, at=LATEST)])
    assert (position(books, 8), position(books, 9)) == (3, 4)


def test_the_whole_menu_fed_again_writes_no_further_rows(feed: Feed, books: Books) -> None:
    menu = [item(number) for number in range(1, 30)]
    feed([*known(), *menu])
    feed([one | {"recordedAt": LATER} for one in menu])
    assert books.count("catalogue_itemversion") == 29


def test_a_record_that_says_less_is_no_version(feed: Feed, books: Books) -> None:
    feed([*known(), item(8, name="Soup", sku="S"), item(8, at=LATER, name="Soup")])
    assert past(books) == [("20", "Soup")]
    assert position(books) == 1


def test_an_unknown_location_is_refused_by_line(feed: Feed) -> None:
    with pytest.raises(BadFile, match="line 1: businessLocationId: location 7101 is not known"):
        feed([item_removed(8)])


def test_what_an_earlier_version_kept_is_where_the_past_begins(feed: Feed, books: Books) -> None:
    """The migration's own statement, over items that have no history yet."""
    migration = import_module("tillgate.catalogue.migrations.0002_item_history")
    feed([*known(), item(8, name="Soup", sku="S"), item(9, at=LATER)])
    kept = books.rows("SELECT * FROM catalogue_itemversion ORDER BY item_id")
    books.change("DELETE FROM catalogue_itemversion")
    books.change(migration.FROM_PRESENT)
    assert books.rows("SELECT * FROM catalogue_itemversion ORDER BY item_id") == kept
    feed([item(8, at=LATEST, name="Broth")])
    assert past(books) == [("20", "Soup"), ("22", "Broth")]
    assert position(books) == 3
