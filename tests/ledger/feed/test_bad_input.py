"""Bad input: refused by file, line and field, with what was expected; nothing is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Books
from tests.ledger.feed.making import (
    Thing,
    aborted_order,
    business,
    card_payment,
    day_closed,
    item,
    item_removed,
    known,
    line,
    location,
    lookups,
    payment,
    sale,
    sale_object,
    text_of,
)

from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile, BadLine

Land = Callable[[bytes], Any]


@pytest.fixture
def land(books: Books, ledger_url: str, tmp_path: Path) -> Land:
    def land_bytes(content: bytes) -> Any:
        path = tmp_path / "bad.ndjson"
        path.write_bytes(content)
        return import_file(ledger_url, path)

    return land_bytes


def refused(land: Land, content: bytes) -> BadLine:
    with pytest.raises(BadFile) as error:
        land(content)
    assert str(error.value).endswith("nothing of this file was kept")
    return error.value.lines[0]


def sale_with(**changes: Any) -> Thing:
    record = sale()
    record["sale"] |= changes
    return record


BAD_RECORDS = [
    (sale_with(salesLines=[line(), line(taxAmount=2.5)]), "sale.salesLines[1].taxAmount"),
    (sale_with(payments=[payment(tip=1)]), "sale.payments[0].tip"),
    (sale_with(payments=[payment(tip="1.234")]), "sale.payments[0].tip"),
    (sale_with(payments=[payment(tip="1,20")]), "sale.payments[0].tip"),
    (sale_with(payments=[payment(tip="1e3")]), "sale.payments[0].tip"),
    (sale_with(salesLines=[line(quantity="1" * 10)]), "sale.salesLines[0].quantity"),
    (
        sale_with(salesLines=[line(taxLines=[{"taxCode": "A", "taxRate": 1.2}])]),
        "sale.salesLines[0].taxLines[0].taxRate",
    ),
    (sale_with(salesLines=[line(currency="XXQ")], payments=[]), "sale.salesLines[0].currency"),
    (sale_with(payments=[payment(currency="EUR")]), "sale.payments[0].currency"),
    (sale_with(timeOfCloseAndPaid="2026-02-30T10:00:00Z"), "sale.timeOfCloseAndPaid"),
    (sale_with(timeOfCloseAndPaid="2026-03-14T10:00:00"), "sale.timeOfCloseAndPaid"),
    (sale_with(timeOfOpening=""), "sale.timeOfOpening"),
    (sale_with(tableNumber=None), "sale.tableNumber"),
    (sale_with(timeofOpening="2026-03-14T10:00:00Z"), "sale.timeofOpening"),
    (sale_with(accountReference=""), "sale.accountReference"),
    (sale_with(accountReference="x" * 101), "sale.accountReference"),
    (sale_with(tableName="x" * 1001), "sale.tableName"),
    (sale_with(tableName="a\0b"), "sale.tableName"),
    (sale_with(deviceId=2**63), "sale.deviceId"),
    (sale_with(type="SOLD"), "sale.type"),
    (sale() | {"businessLocationId": 0}, "businessLocationId"),
    (sale() | {"businessLocationId": "7101"}, "businessLocationId"),
    (sale() | {"businessDate": "2026-02-29"}, "businessDate"),
    (sale() | {"businessDate": "1026-02-28"}, "businessDate"),
    (sale() | {"recordedAt": "2026-03-20T10:00:00"}, "recordedAt"),
    (sale() | {"recordedAt": "2026-03-20T10:00:00.1234Z"}, "recordedAt"),
    (sale() | {"record": "sold"}, "record"),
    (day_closed("2026-13-01"), "businessDate"),
    (business(currency="GPB"), "currency"),
    (location(currency="gbp"), "currency"),
    (location(timezone="Europe/Londres"), "timezone"),
    (location(country="UK"), "country"),
    (location(dayStart="5:30"), "dayStart"),
    (location(closeAfterHours="soon"), "closeAfterHours"),
    (location(closeAfterHours=0), "closeAfterHours"),
    (location(until="2200-01-01"), "until"),
    (location(until="never"), "until"),
    (location(endedAs="moved"), "endedAs"),
    (lookups()[0] | {"rate": 1.2}, "rate"),
    (lookups()[0] | {"rate": "-1.2"}, "rate"),
    (item(1, prices=[{"amount": 1}, {"amount": "2"}]), "item.prices[1].amount"),
    (item(1, colour="red"), "item.colour"),
    (item(1, sku="x" * 33), "item.sku"),
    (item(1, itemType="DISH"), "item.itemType"),
    (item_removed() | {"itemId": "1"}, "itemId"),
    (item_removed() | {"item": {}}, "item"),
    (aborted_order(totalAmountAborted=15), "order.totalAmountAborted"),
    (aborted_order(timeOfAbortedOrder="2026-03-14"), "order.timeOfAbortedOrder"),
    (aborted_order(abortedLineItems=[{}]), "order.abortedLineItems[0].itemName"),
    (aborted_order() | {"currency": "GPB"}, "currency"),
    (aborted_order() | {"abortedOrderId": ""}, "abortedOrderId"),
    (card_payment(status="PAID"), "payment.status"),
    (card_payment(fees={"value": 0.3, "currency": "GBP"}), "payment.fees.value"),
    (card_payment(fees={"value": "0.3", "currency": "GPB"}), "payment.fees.currency"),
    (card_payment(createdDate="yesterday"), "payment.createdDate"),
    (card_payment(modificationDate="2026-03-14T18:59:59Z"), "payment.modificationDate"),
    (card_payment(captureDate="2026-03-14T18:59:59Z"), "payment.captureDate"),
]


@pytest.mark.parametrize(("record", "path"), BAD_RECORDS, ids=[path for _, path in BAD_RECORDS])
def test_a_bad_value_is_named_by_line_and_field(
    land: Land, books: Books, record: Thing, path: str
) -> None:
    bad = refused(land, text_of([*known(), record, sale(2)]).encode())
    assert (bad.line, bad.path) == (3, path)
    assert bad.problem
    assert bad.expected
    assert books.count("directory_business") == 0


def test_the_message_reads_like_a_sentence(land: Land) -> None:
    record = sale_with(salesLines=[line(totalNetAmountWithTax=12.5)])
    assert str(refused(land, text_of([*known(), record]).encode())) == (
        "line 3: sale.salesLines[0].totalNetAmountWithTax: is a number with decimals; expected a "
        'decimal number in a string such as "12.500000", at most 13 digits and 6 decimals'
    )


def test_a_missing_field_is_named(land: Land) -> None:
    record = location()
    del record["since"]
    assert refused(land, text_of([business(), record]).encode())[:3] == (2, "since", "is missing")


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        (b'"type": "SALE"', b'"type": "SALE", "type": "SALE"', "type"),
        (b'"record": "sale"', b'"record": "sale", "record": "sale"', "record"),
        (b'"name": "Soup"', b'"name": "Soup", "n\\u0061me": "Fish"', "name"),
    ],
)
def test_a_key_that_comes_twice_is_refused(
    land: Land, before: bytes, after: bytes, key: str
) -> None:
    content = text_of([*known(), sale()]).encode()
    bad = refused(land, content.replace(before, after))
    assert (bad.line, bad.problem) == (3, f"the key '{key}' comes twice in one object")


def test_a_key_that_comes_twice_is_refused_in_a_compact_line_too(land: Land) -> None:
    compact = json.dumps(sale(), separators=(",", ":")).encode()
    doubled = compact.replace(b'"type":"SALE"', b'"type":"SALE","type":"SALE"')
    assert refused(land, text_of(known()).encode() + doubled).line == 3


@pytest.mark.parametrize("cut", range(20, 600, 97))
def test_a_file_cut_in_half_is_refused_and_leaves_nothing(
    land: Land, books: Books, cut: int
) -> None:
    whole = text_of([*known(), sale(1), sale(2)]).encode()
    bad = refused(land, whole[: len(whole) - cut])
    assert bad.line in {3, 4}
    assert "was the file cut" in bad.expected
    assert books.count("directory_business") == 0


def test_a_recorded_answer_cut_in_half_is_refused_with_the_line_it_ends_in(land: Land) -> None:
    text = json.dumps({"sales": [sale_object()], "businessLocationId": 7101}, indent=1)
    lines = text.splitlines()[:20]
    assert refused(land, "\n".join(lines).encode()).line == 20


def test_bytes_that_are_not_utf_8_are_refused_by_line(land: Land) -> None:
    content = text_of([*known(), sale()]).encode().replace(b'"Soup"', b'"So\xfcp"')
    bad = refused(land, content)
    assert (bad.line, bad.expected) == (3, "UTF-8 text")
    assert "byte 0xfc" in bad.problem


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a": NaN}', b'"text"', b"17", b"\0", b"{}", b"nonsense"]
)
def test_what_is_no_record_at_all_is_refused_by_line(land: Land, raw: bytes) -> None:
    assert refused(land, text_of(known()).encode() + raw + b"\n").line == 3


def test_half_a_surrogate_pair_is_refused(land: Land) -> None:
    content = text_of([*known(), sale()]).encode().replace(b'"Soup"', b'"\\ud83d"')
    assert refused(land, content).problem == "holds half a surrogate pair"


def test_utf_16_is_refused_by_name(land: Land) -> None:
    assert "UTF-16" in refused(land, text_of(known()).encode("utf-16")).problem


def test_a_byte_order_mark_crlf_and_empty_lines_are_fine(land: Land, books: Books) -> None:
    landed = land(b"\xef\xbb\xbf" + text_of([*known(), sale()], end="\r\n\r\n").encode())
    assert landed.records == 3
    assert books.count() == 1


def test_the_last_line_needs_no_end_and_an_empty_file_is_fine(land: Land) -> None:
    assert land(text_of([*known(), sale()]).encode().rstrip()).records == 3
    assert land(b"").records == 0
    assert land(b"\r\n\n").records == 0


def test_a_record_spread_over_lines_is_refused_with_the_cure(land: Land) -> None:
    bad = refused(land, json.dumps(business(), indent=2).encode())
    assert bad.expected.startswith("one ")


def test_a_missing_file_is_an_error_of_its_own(ledger_url: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        import_file(ledger_url, tmp_path / "nothing")
