"""The canonical form of a sale, and the texts that are kept of it."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from tests.ledger.feed.making import line, payment, sale_object
from tests.ledger.feed.making_sales import sales

from tillgate.ledger.canonical import BadValue, closing_time, make_canonical, render_texts
from tillgate.ledger.parts import Part, without
from tillgate.ledger.sale import DECODER, ENCODER, Sale


def canonical(thing: dict[str, Any]) -> Sale:
    sale = msgspec.convert(thing, Sale)
    make_canonical(sale)
    return sale


@pytest.mark.parametrize(
    ("given_amount", "form"),
    [("12", "12.000000"), ("-0", "0.000000"), ("007.5", "7.500000"), ("1.2500000", "1.250000")],
)
def test_line_totals_have_six_places(given_amount: str, form: str) -> None:
    sale = canonical(sale_object(salesLines=[line(taxAmount=given_amount)]))
    assert sale.sales_lines[0].tax_amount == form


def test_each_amount_has_the_places_of_the_wire() -> None:
    found = canonical(
        sale_object(
            salesLines=[
                line(
                    quantity="1",
                    menuListPrice="9.5",
                    discountAmount="0.333333",
                    taxRatePercentage="20",
                    taxLines=[
                        {"taxCode": "A", "taxRate": "1.20", "taxAmount": "-2.40"}
                        | {"taxIncluded": True}
                    ],
                )
            ],
            payments=[payment(tip="3")],
        )
    )
    (only,), (tender,) = found.sales_lines, found.payments or []
    assert (only.quantity, only.menu_list_price, only.tax_rate_percentage) == (
        "1.000",
        "9.50",
        "20.00",
    )
    assert (only.discount_amount, only.account_discount_amount) == ("0.333333", "0.00")
    assert (only.tax_lines[0].tax_rate, only.tax_lines[0].tax_amount) == ("1.2", "-2.4")
    assert tender.tip == "3.00"


@pytest.mark.parametrize(
    ("given_time", "form"),
    [
        ("2026-03-14T19:00:00Z", "2026-03-14T19:00:00Z"),
        ("2026-03-14T19:00:00.50Z", "2026-03-14T19:00:00.5Z"),
        ("2026-03-14T19:00:00.000Z", "2026-03-14T19:00:00Z"),
        ("2026-03-14T20:00:00.123456+01:00", "2026-03-14T19:00:00.123Z"),
        ("2026-03-14T19:00Z", "2026-03-14T19:00:00Z"),
    ],
)
def test_times_are_utc_with_trimmed_milliseconds(given_time: str, form: str) -> None:
    assert canonical(sale_object(timeOfOpening=given_time)).time_of_opening == form


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "2026-03-14T24:00:00Z",
        "2026-03-14T23:59:60Z",
        "2026-W11-6T19:00:00Z",
        "2026-03-14 19:00:00Z",
        "20260314T190000Z",
        "2026-03-14T19:00:00",
        "٢026-03-14T19:00:00Z",
        "1026-03-14T19:00:00Z",
        "yesterday",
        "",
    ],
)
def test_a_time_that_is_none_is_refused_by_path(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        canonical(sale_object(payments=[payment(fiscDate=text)]))
    assert refused.value.path == "payments[0].fiscDate"


@pytest.mark.parametrize(
    "text", ["", "1,5", "1.", ".5", "+1", "1e3", "NaN", "1 ", "٣", "1" * 14, "0.1234567"]
)
def test_an_amount_that_is_none_is_refused_by_path(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        canonical(sale_object(salesLines=[line(), line(2, taxAmount=text)]))
    assert refused.value.path == "salesLines[1].taxAmount"


@given(sales())
def test_canonical_is_a_fixed_point_and_changes_no_value(thing: dict[str, Any]) -> None:
    sale = canonical(thing)
    once = ENCODER.encode(sale)
    again = DECODER.decode(once)
    make_canonical(again)
    assert ENCODER.encode(again) == once
    for number, each in enumerate(thing.get("salesLines", [])):
        for name, attribute in (("taxAmount", "tax_amount"), ("quantity", "quantity")):
            kept = getattr(sale.sales_lines[number], attribute)
            assert Decimal(kept) == Decimal(each[name])


@given(sales())
def test_the_texts_are_the_sale(thing: dict[str, Any]) -> None:
    sale = canonical(thing)
    expected = msgspec.json.decode(ENCODER.encode(sale), type=Sale)
    lean_parts = [part for part in Part if part is not Part.PAYMENTS]
    lean = without(expected, lean_parts)
    for each in lean.payments or ():
        each.rounding_amount = msgspec.UNSET
    texts = render_texts(sale)
    assert DECODER.decode(texts.body) == expected
    assert DECODER.decode(texts.lean) == lean
    bare = texts.lean[: texts.payments_start] + texts.lean[texts.payments_end :]
    assert DECODER.decode(bare) == without(lean, [Part.PAYMENTS])


def test_payments_are_cut_out_by_characters_not_bytes() -> None:
    sale = canonical(sale_object(accountReference="Ä" * 9, payments=[payment(code="€,")]))
    texts = render_texts(sale)
    cut = texts.lean[texts.payments_start : texts.payments_end]
    assert json.loads("{" + cut.removeprefix(",") + "}")["payments"][0]["code"] == "€,"


def test_a_text_that_looks_like_the_next_key_moves_no_offset() -> None:
    tricky = '","timeOfOpening":"'
    sale = canonical(sale_object(salesLines=[line(name=tricky)], tableName=tricky))
    texts = render_texts(sale)
    assert texts.lean[texts.payments_start :].startswith(',"payments":[{')


def test_a_sale_without_payments_has_empty_offsets() -> None:
    thing = sale_object()
    del thing["payments"]
    texts = render_texts(canonical(thing))
    assert texts.payments_start == texts.payments_end


def test_the_closing_time_is_an_instant_in_utc() -> None:
    sale = canonical(sale_object(timeOfCloseAndPaid="2026-03-14T20:00:00.5+01:00"))
    assert closing_time(sale).isoformat() == "2026-03-14T19:00:00.500000+00:00"
