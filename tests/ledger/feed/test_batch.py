"""One file, one batch: what lands, what changes nothing, what is refused, and that it is whole."""

import json

import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    AT,
    EARLIER,
    LATER,
    LOCATION,
    business,
    day_closed,
    known,
    line,
    location,
    lookups,
    payment,
    sale,
    sale_object,
    without,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.errors import BadFile


def counted(**numbers: int) -> dict[Outcome, int]:
    return dict.fromkeys(Outcome, 0) | {Outcome(name): n for name, n in numbers.items()}


def test_a_file_lands_and_is_counted_by_kind(feed: Feed, books: Books) -> None:
    landed = feed([*known(), *lookups(), sale(1), sale(2), day_closed()])
    assert landed.records == 9
    assert landed.counts["sale"] == counted(new=2)
    assert landed.counts["day_closed"] == counted(new=1)
    assert str(landed).startswith("feed.ndjson: business: 1 new; location: 1 new; tax_rate: 1 new")
    assert books.rows("SELECT business_date, closed_by FROM ledger_closedday")[0][1] == "feed"


def test_the_same_file_again_changes_nothing(feed: Feed, books: Books) -> None:
    records = [*known(), *lookups(), sale(1), sale(2), day_closed()]
    feed(records)
    before = books.everything()
    fed = books.rows("SELECT last_fed_at, closed_at FROM ledger_closedday")
    again = feed(records)
    assert again.counts["sale"] == counted(unchanged=2)
    assert not again.changed_anything
    assert books.everything() == before
    assert books.rows("SELECT last_fed_at, closed_at FROM ledger_closedday") == fed


def test_what_changed_the_books_is_an_event_and_a_repetition_is_none(
    feed: Feed, books: Books
) -> None:
    count = "SELECT count(*) FROM foundation_event WHERE kind = 'feed:file:landed'"
    before = books.rows(count)[0][0]
    feed([*known(), sale()])
    feed([*known(), sale()])
    assert books.rows(count)[0][0] == before + 1


def test_a_later_record_replaces_a_sale(feed: Feed, books: Books) -> None:
    feed([sale(tableName="4")], with_known=True)
    landed = feed([sale(at=LATER, tableName="5")])
    assert landed.counts["sale"] == counted(changed=1)
    assert books.sale()["tableName"] == "5"
    assert books.count() == 1


def test_other_content_of_the_same_instant_is_refused_by_line(feed: Feed, books: Books) -> None:
    feed([sale(tableName="4")], with_known=True)
    with pytest.raises(BadFile) as refused:
        feed([sale(2), sale(tableName="5")])
    (line_,) = refused.value.lines
    assert (line_.line, line_.path) == (2, "recordedAt")
    assert "the same recordedAt brought other content before" in str(line_)
    assert (books.sale()["tableName"], books.count()) == ("4", 1)


def test_an_older_record_with_other_content_is_skipped(feed: Feed, books: Books) -> None:
    feed([sale(tableName="4")], with_known=True)
    landed = feed([sale(at=EARLIER, tableName="5")])
    assert landed.counts["sale"] == counted(older=1)
    assert books.sale()["tableName"] == "4"


def test_fewer_parts_never_erase_more(feed: Feed, books: Books) -> None:
    rich = sale(
        tableNumber="4",
        ownerName="Robin Example",
        salesLines=[line(staffName="Robin Example", revenueCenter="Bar")],
        payments=[payment(authorization="001", consumer={"lastName": "Example"})],
    )
    feed([rich], with_known=True)
    poor = sale(at=LATER, tableName="9")
    poor["sale"] = without(poor["sale"], "payments")
    feed([poor])
    kept = books.sale()
    assert kept["tableName"] == "9"
    assert kept["ownerName"] == kept["salesLines"][0]["staffName"] == "Robin Example"
    assert kept["salesLines"][0]["revenueCenter"] == "Bar"
    assert kept["payments"][0]["consumer"] == {"lastName": "Example"}
    assert (kept["payments"][0]["authorization"], kept["tableNumber"]) == ("001", "4")


@pytest.mark.parametrize("at", [EARLIER, AT, LATER])
def test_a_record_that_only_adds_parts_enriches_at_any_time(
    feed: Feed, books: Books, at: str
) -> None:
    feed([sale()], with_known=True)
    landed = feed([sale(at=at, ownerName="Robin Example", ownerId=3)])
    assert landed.counts["sale"] == counted(changed=1)
    assert books.sale()["ownerId"] == 3


def test_the_same_key_twice_in_one_file_works_in_order(feed: Feed, books: Books) -> None:
    landed = feed(
        [
            sale(tableName="1"),
            sale(2),
            sale(at=LATER, tableName="2"),
            sale(at=EARLIER, tableName="3"),
            sale(at=LATER, tableName="2"),
        ],
        with_known=True,
    )
    assert landed.counts["sale"] == counted(new=2, changed=1, older=1, unchanged=1)
    assert books.sale()["tableName"] == "2"


def test_records_of_a_file_may_come_in_any_order(feed: Feed, books: Books) -> None:
    feed([day_closed(), sale(), *lookups(), location(), business()])
    assert books.count() == 1
    assert books.count("ledger_closedday") == 1


def test_a_bad_last_line_leaves_nothing(feed: Feed, books: Books) -> None:
    before = books.everything()
    with pytest.raises(BadFile) as refused:
        feed([*known(), *lookups(), sale(1), sale(2, type="NOPE")])
    assert refused.value.lines[0].line == 8
    assert books.everything() == before


def test_up_to_twenty_bad_lines_are_told(feed: Feed) -> None:
    with pytest.raises(BadFile) as refused:
        feed([sale(n, type="NOPE") for n in range(1, 40)])
    assert [bad.line for bad in refused.value.lines] == list(range(1, 21))


def test_a_changed_sale_of_a_closed_day_is_refused_and_the_same_one_is_not(
    feed: Feed, books: Books
) -> None:
    feed([sale(1), day_closed()], with_known=True)
    before = books.everything()
    assert feed([sale(1)]).counts["sale"] == counted(unchanged=1)
    assert feed([sale(1, at=LATER)]).counts["sale"] == counted(unchanged=1)
    for record in (sale(1, at=LATER, tableName="9"), sale(2), sale(1, ownerId=3)):
        with pytest.raises(BadFile, match="business day 2026-03-14 is closed"):
            feed([record])
    assert books.everything() == before


def test_a_sale_may_not_move_into_or_out_of_a_closed_day(feed: Feed, books: Books) -> None:
    other = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}
    feed([sale(1), sale(2, **other), day_closed()], with_known=True)
    for record in (sale(1, at=LATER, **other), sale(2, at=LATER, day="2026-03-14", **other)):
        with pytest.raises(BadFile, match="closed"):
            feed([record])


def test_an_account_known_under_another_reference_is_refused_by_line(
    feed: Feed, books: Books
) -> None:
    feed([sale(1)], with_known=True)
    with pytest.raises(BadFile) as refused:
        feed([sale(3), sale(2, accountFiscId="A1.1")])
    (bad,) = refused.value.lines
    assert (bad.line, bad.path) == (2, "sale.accountFiscId")
    assert "account A1.1 is known under accountReference reference-1" in bad.problem
    assert books.count() == 1


def test_two_references_of_one_account_in_one_file_are_refused(feed: Feed) -> None:
    with pytest.raises(BadFile) as refused:
        feed([sale(1), sale(2, accountFiscId="A1.1")], with_known=True)
    assert refused.value.lines[0].line == 4


def test_a_sale_of_an_unknown_location_says_what_to_feed_first(feed: Feed) -> None:
    with pytest.raises(BadFile, match=f"location {LOCATION} is not known; expected feed its"):
        feed([sale()])


def test_a_lookup_of_an_unknown_location_is_refused_by_line(feed: Feed) -> None:
    with pytest.raises(BadFile) as refused:
        feed(lookups())
    assert (refused.value.lines[0].line, refused.value.lines[0].path) == (1, "businessLocationId")


def test_a_sale_before_the_first_business_date_is_refused(feed: Feed) -> None:
    with pytest.raises(BadFile, match="before the location's first one, 2026-01-01"):
        feed([sale(timeOfCloseAndPaid="2025-12-31T12:00:00Z")], with_known=True)


def test_amounts_in_another_currency_than_the_locations_are_refused(feed: Feed) -> None:
    euros = sale_object(salesLines=[line(currency="EUR")], payments=[])
    with pytest.raises(BadFile, match="its amounts are in EUR; expected the location's own GBP"):
        feed([sale() | {"sale": euros}], with_known=True)


def test_the_business_date_is_the_back_offices_or_the_day_of_the_closing_time(
    feed: Feed, books: Books
) -> None:
    night = {"timeOfCloseAndPaid": "2026-03-15T01:00:00Z"}
    feed([sale(1, **night), sale(2, day="2026-03-12", **night)], with_known=True)
    found = books.rows("SELECT business_date::text FROM ledger_opensale ORDER BY account_id")
    assert found == [("2026-03-14",), ("2026-03-12",)]


def test_a_given_business_date_stays_when_a_later_record_says_none(
    feed: Feed, books: Books
) -> None:
    feed([sale(day="2026-03-12")], with_known=True)
    feed([sale(at=LATER, tableName="9")])
    assert books.rows("SELECT business_date::text FROM ledger_opensale") == [("2026-03-12",)]


def test_external_references_follow_the_sale(feed: Feed, books: Books) -> None:
    feed([sale(externalReferences=["a", "b", "a"])], with_known=True)
    feed([sale(at=LATER, externalReferences=["b", "c"])])
    found = books.rows("SELECT reference FROM ledger_externalreference ORDER BY 1")
    assert found == [("b",), ("c",)]


def test_a_line_that_does_not_add_up_is_taken_and_told(feed: Feed, books: Books) -> None:
    wrong = line(7, totalNetAmountWithTax="12.010000")
    landed = feed([sale(salesLines=[line(), wrong])], with_known=True)
    assert (landed.warning_count, books.count()) == (1, 1)
    assert "line 3: sale A1.1, sales line S1.7" in landed.warnings[0]


def test_lean_is_the_sale_with_payments_and_no_other_part(feed: Feed, books: Books) -> None:
    rich = payment(authorization="1", consumer={"city": "É"}, roundingAmount="0.02", staffId=3)
    feed([sale(tableNumber="4", tableName="Größe 4", payments=[rich])], with_known=True)
    ((lean, start, end),) = books.rows(
        "SELECT lean, payments_start, payments_end FROM ledger_opensale"
    )
    kept = json.loads(lean)
    given = {"tip": "0.00", "type": "NORMAL", "surcharge": "0.00"}
    assert kept["payments"] == [payment() | given]
    assert "tableNumber" not in kept
    assert kept["tableName"] == "Größe 4"
    assert json.loads(lean[:start] + lean[end:]) == without(kept, "payments")
    assert lean[start:end].startswith(',"payments":[')


def test_a_closing_before_the_first_day_or_of_a_day_to_come_is_refused(feed: Feed) -> None:
    feed(known())
    for day, problem in (("2025-12-31", "before the location's first"), ("2026-03-21", "begun")):
        with pytest.raises(BadFile, match=problem):
            feed([day_closed(day)])


def test_a_day_without_sales_can_be_closed(feed: Feed, books: Books) -> None:
    feed([day_closed("2026-03-02")], with_known=True)
    assert feed([day_closed("2026-03-02")]).counts["day_closed"] == counted(unchanged=1)
    assert books.count("ledger_closedday") == 1
