"""An order that came to nothing, in the published shape (`financial-apiAbortedOrderDto`)."""

from msgspec import UNSET, UnsetType, field

from tillgate.ledger.sale import Amount2, Instant, Quantity, Text, Wire


class AbortedLine(Wire, kw_only=True):
    """What was on the order; `item_amount` is price times quantity."""

    item_name: Text
    item_sku: Text | UnsetType = UNSET
    item_quantity: Quantity
    item_amount: Amount2
    item_price: Amount2


class AbortedOrder(Wire, kw_only=True):
    """An order all of whose items were removed before it was paid; the name is personal."""

    staff_name: Text | UnsetType = UNSET
    time_of_aborted_order: Instant
    total_amount_aborted: Amount2
    aborted_line_items: list[AbortedLine] = field(default_factory=list)
