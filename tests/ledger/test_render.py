"""From kept texts to what one caller may see: the cut by characters, and the frame around it."""

import pytest

from tillgate.ledger.parts import Part
from tillgate.ledger.reads import SaleText
from tillgate.ledger.render import View, render

LEAN = View(frozenset(), staff_names=False)
PAID = View(frozenset({Part.PAYMENTS}), staff_names=False)


def kept(name: str) -> SaleText:
    """A lean text whose payments lie behind the name."""
    head, payments, tail = f'{{"name":"{name}"', ',"payments":[{}]', ',"type":"SALE"}'
    start, end = len(head), len(head) + len(payments)
    return SaleText("A1.1", start, end, (head + payments + tail).encode())


@pytest.mark.parametrize("name", ["Soup", "Crème brûlée", "スープ 🍲"])
def test_payments_are_cut_out_whatever_the_name_is_written_in(name: str) -> None:
    assert render([kept(name)], LEAN).decode() == f'{{"name":"{name}","type":"SALE"}}'


def test_sales_are_separated_by_commas_between_opening_and_closing() -> None:
    sales = [kept("a"), kept("é"), kept("c")]
    framed = render(sales, PAID, opening=b'{"sales":[', closing=b"]}")
    assert framed == b'{"sales":[' + b",".join(sale.text for sale in sales) + b"]}"


@pytest.mark.parametrize("count", [0, 1])
def test_the_frame_also_holds_one_sale_or_none(count: int) -> None:
    sales = [kept("a")] * count
    assert render(sales, PAID, opening=b"[", closing=b"]") == b"[%b]" % b"".join(
        sale.text for sale in sales
    )
