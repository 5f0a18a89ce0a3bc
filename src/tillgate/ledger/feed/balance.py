"""Whether lines add up: of a sale gross = net + tax + service charge, of an order to its total."""

from collections.abc import Iterator

from tillgate.ledger.aborted_order import AbortedOrder
from tillgate.ledger.amounts import micro
from tillgate.ledger.sale import Sale

# Whole numbers of a millionth, which is how the texts of a canonical sale read without the point.
_CENT = 10_000


def unbalanced_lines(sale: Sale) -> Iterator[str]:
    """The ids of the lines of a canonical sale that do not add up.

    The back office is the authority, so they are taken and reported.
    """
    for line in sale.sales_lines:
        gross = int(line.total_net_amount_with_tax.replace(".", ""))
        net = int(line.total_net_amount_without_tax.replace(".", ""))
        tax = int(line.tax_amount.replace(".", ""))
        charge = int(line.service_charge.replace(".", "")) * _CENT
        if gross != net + tax + charge:
            yield line.id


def adds_up(order: AbortedOrder) -> bool:
    """Whether the lines of a canonical aborted order, if it has any, come to its total."""
    lines = order.aborted_line_items
    total = sum(micro(line.item_amount) for line in lines)
    return not lines or total == micro(order.total_amount_aborted)
