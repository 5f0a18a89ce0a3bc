"""Recorded answers of the published API go in as they are on the wire, and come out the same."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Books
from tests.ledger.feed.making import (
    BUSINESS,
    LOCATION,
    Thing,
    known,
    line,
    payment,
    sale,
    sale_object,
    text_of,
    without,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.feed.landed import Landed

CONTRACT = Path(__file__).parents[4] / "shared" / "contract"
RECORDED = datetime(2026, 3, 22, tzinfo=UTC)

Answer = Callable[..., Landed]


@pytest.fixture
def answer(books: Books, ledger_url: str, tmp_path: Path) -> Answer:
    def land(document: Any, *, indent: int | None = 1, **options: Any) -> Landed:
        path = tmp_path / "answer.json"
        path.write_text(json.dumps(document, indent=indent))
        options.setdefault("recorded_at", RECORDED)
        return import_file(ledger_url, path, **options)

    return land


@pytest.fixture
def at_known(books: Books, ledger_url: str, tmp_path: Path) -> None:
    path = tmp_path / "known.ndjson"
    path.write_text(text_of(known()))
    import_file(ledger_url, path)


def businesses(**changes: Any) -> Thing:
    place = {"blName": "One", "blID": LOCATION, "blId": LOCATION, "country": "GB"}
    place |= {"timezone": "Europe/London"} | changes
    business = {"businessName": "Example Kitchens", "businessId": BUSINESS, "currencyCode": "GBP"}
    return {
        "_embedded": {"businessList": [business | {"businessLocations": [place]}]},
        "_links": {"self": {"href": "https://gate.example/f/data/businesses"}},
    }


def v1_body(*sales: Thing, kind: str = "financials", **changes: Any) -> Thing:
    return {
        "businessName": "Example Kitchens",
        "nextStartOfDayAsIso8601": "2026-03-15T05:30:00Z",
        "businessLocationId": LOCATION,
        "sales": list(sales),
        "dataComplete": True,
        "_links": {"self": {"href": f"https://gate.example/f/finance/{LOCATION}/{kind}"}},
    } | changes


def v2_sale(number: int = 1, **changes: Any) -> Thing:
    tender = payment(number, deviceId="72676", roundingAmount="-0.02")
    found = sale_object(number, payments=[tender], **changes)
    found["timeClosed"] = found.pop("timeOfCloseAndPaid")
    return found


@pytest.mark.skipif(not CONTRACT.is_dir(), reason="the contract folder is not at hand")
def test_the_examples_day_comes_out_equal_field_for_field(
    answer: Answer, books: Books, ledger_url: str
) -> None:
    body = json.loads((CONTRACT / "examples" / "v1-dailyFinancials.json").read_text())
    location = body["businessLocationId"]
    answer(businesses(blID=location, blId=location))
    landed = answer(body)
    assert landed.counts["sale"][Outcome.NEW] == len(body["sales"])
    assert (landed.warning_count, landed.left_out) == (0, [])
    query = "SELECT body, lean, business_date::text FROM ledger_opensale ORDER BY account_id"
    rows = books.rows(query)
    expected = sorted(body["sales"], key=lambda each: each["accountFiscId"])
    assert [json.loads(row[0]) for row in rows] == expected
    assert [json.loads(row[1]) for row in rows] == expected
    assert {row[2] for row in rows} == {"2026-03-14"}


@pytest.mark.usefixtures("at_known")
@pytest.mark.parametrize("indent", [None, 0, 2])
def test_an_answer_may_be_printed_on_one_line_or_many(
    answer: Answer, books: Books, indent: int | None
) -> None:
    answer(v1_body(sale_object(1), sale_object(2)), indent=indent)
    assert books.count() == 2


@pytest.mark.usefixtures("at_known")
def test_answers_and_records_may_lie_in_one_file_a_line_each(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.ndjson"
    path.write_text(text_of([v1_body(sale_object(1)), sale(2), v1_body(sale_object(3))]))
    landed = import_file(ledger_url, path)
    assert landed.counts["sale"][Outcome.NEW] == 3


@pytest.mark.usefixtures("at_known")
def test_v1_and_v2_of_the_same_sale_add_up(answer: Answer, books: Books) -> None:
    answer(v1_body(without(sale_object(1), "payments")))
    landed = answer({"sales": [v2_sale(1)], "nextPageToken": ""}, location=LOCATION)
    assert landed.counts["sale"][Outcome.CHANGED] == 1
    kept = books.sale()["payments"][0]
    assert (kept["deviceId"], kept["roundingAmount"]) == (72676, "-0.02")
    again = sale_object(1, payments=[payment(1, deviceId=72676)])
    assert answer(v1_body(again)).counts["sale"][Outcome.UNCHANGED] == 1


@pytest.mark.usefixtures("at_known")
def test_the_described_spelling_of_v1_is_understood(answer: Answer, books: Books) -> None:
    described = sale_object(1, salesLines=[line(timeofSale="2026-03-14T18:30:00Z")])
    described["timeofOpening"] = described.pop("timeOfOpening")
    described["timeofCloseAndPaid"] = described.pop("timeOfCloseAndPaid")
    landed = answer(v1_body(described))
    assert landed.left_out == []
    assert books.sale()["salesLines"][0]["timeOfSale"] == "2026-03-14T18:30:00Z"


@pytest.mark.usefixtures("at_known")
def test_a_property_nobody_knows_is_left_out_and_named(answer: Answer, books: Books) -> None:
    grown = sale_object(1, colour="red", salesLines=[line(weight={"g": 3})], nbCovers=2.0)
    landed = answer(v1_body(grown | {"receiptId": None}))
    assert landed.left_out == ["sale.colour", "salesLines[].weight"]
    assert "receiptId" not in books.sale()
    assert books.sale()["nbCovers"] == 2


@pytest.mark.usefixtures("at_known")
def test_a_daily_answer_says_the_business_date_and_a_range_does_not(
    answer: Answer, books: Books
) -> None:
    late = {"timeOfCloseAndPaid": "2026-03-15T12:00:00Z"}
    answer(v1_body(sale_object(1, **late), kind="dailyFinancials?date=2026-03-14"))
    answer(v1_body(sale_object(2, **late), kind="financials/2026-03-14/2026-03-16"))
    daily = {"sales": [v2_sale(3, **late)], "nextStartOfDayAsIso8601": "2026-03-13T05:30:00Z"}
    answer(daily | {"dataComplete": True}, location=LOCATION)
    rows = books.rows("SELECT business_date::text FROM ledger_opensale ORDER BY account_id")
    assert rows == [("2026-03-14",), ("2026-03-15",), ("2026-03-12",)]
    assert books.rows("SELECT count(*) FROM ledger_businessday WHERE closed_at IS NOT NULL") == [
        (0,)
    ]


def test_businesses_bring_locations_whose_first_day_their_sales_move(
    answer: Answer, books: Books
) -> None:
    answer(businesses())
    query = "SELECT since::text FROM directory_businesslocation"
    assert books.rows(query) == [("2026-03-22",)]
    answer(v1_body(sale_object(1), sale_object(2, timeOfCloseAndPaid="2026-03-02T12:00:00Z")))
    assert books.rows(query) == [("2026-03-02",)]
    assert not answer(businesses()).changed_anything


@pytest.mark.usefixtures("at_known")
def test_lookups_and_items_are_kept_as_published(answer: Answer, books: Books) -> None:
    rate = {"code": "VAT20", "description": "VAT 20%", "rate": 1.2, "taxIncluded": True}
    method = {"name": "Cash", "code": "CASH", "pmId": 5}
    group = {"accountingGroupId": 6, "name": "Food", "code": "fd"}
    group["statisticGroup"] = '[{"category":"default","value":"Food"}]'
    items = [{"id": 8, "name": "Soup", "prices": [{"amount": 10.5}]}, {"id": 9, "name": "Fish"}]
    answer({"_embedded": {"taxRateList": [rate]}}, location=LOCATION)
    answer({"_embedded": {"paymentMethodList": [method]}}, location=LOCATION)
    answer({"_embedded": {"accountingGroupList": [group]}}, location=LOCATION)
    answer(items, location=LOCATION)
    answer(items[0], location=LOCATION)
    kept = {
        table: [json.loads(body) for (body,) in books.rows(f"SELECT body FROM catalogue_{table}")]
        for table in ("taxrate", "paymentmethod", "accountinggroup", "item")
    }
    assert kept == {
        "taxrate": [rate],
        "paymentmethod": [method],
        "accountinggroup": [group],
        "item": items,
    }


@pytest.mark.usefixtures("at_known")
def test_a_sale_by_its_external_reference_is_a_bare_sale(answer: Answer, books: Books) -> None:
    answer(sale_object(1, externalReferences=["x"]), location=LOCATION)
    assert books.rows("SELECT reference FROM ledger_externalreference") == [("x",)]


@pytest.mark.usefixtures("at_known")
def test_an_answer_without_a_location_asks_for_one(answer: Answer) -> None:
    with pytest.raises(BadFile, match="does not say which location it belongs to; expected --loc"):
        answer({"sales": [v2_sale()]})


@pytest.mark.usefixtures("at_known")
def test_an_answer_of_another_location_than_asked_for_is_refused(answer: Answer) -> None:
    with pytest.raises(BadFile, match="location 5 was asked for"):
        answer(v1_body(sale_object()), location=5)


@pytest.mark.usefixtures("at_known")
def test_a_bad_value_in_an_answer_is_named_by_its_path(answer: Answer, books: Books) -> None:
    wrong = sale_object(2, salesLines=[line(), line(2, taxAmount=2.0)])
    with pytest.raises(BadFile) as refused:
        answer(v1_body(sale_object(1), wrong))
    assert refused.value.lines[0].path == "sales[1].salesLines[1].taxAmount"
    assert books.count() == 0


@pytest.mark.usefixtures("at_known")
def test_what_the_books_refuse_in_an_answer_is_named_by_its_path(answer: Answer) -> None:
    with pytest.raises(BadFile) as refused:
        answer(v1_body(sale_object(1), sale_object(2, accountFiscId="A1.1")))
    assert refused.value.lines[0].path == "sales[1].accountFiscId"


@pytest.mark.parametrize("document", [{"errors": []}, {"a": 1}, 7, "x", None])
def test_what_is_no_published_answer_is_refused(answer: Answer, document: Any) -> None:
    with pytest.raises(BadFile):
        answer(document, location=LOCATION)


def test_a_key_that_comes_twice_in_an_answer_is_refused(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "answer.json"
    path.write_text('{\n "sales": [],\n "sales": []\n}')
    with pytest.raises(BadFile, match="the key 'sales' comes twice"):
        import_file(ledger_url, path)


@pytest.mark.usefixtures("at_known")
def test_an_answer_was_recorded_when_its_file_was_written(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(v1_body(sale_object())))
    os.utime(path, (1_790_000_000.25, 1_790_000_000.25))
    import_file(ledger_url, path)
    at = datetime.fromtimestamp(1_790_000_000.25, UTC)
    assert books.rows("SELECT recorded_at FROM ledger_opensale") == [(at,)]
