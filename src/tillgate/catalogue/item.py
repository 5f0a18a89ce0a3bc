"""An item in the published shape (`items-apiItemDTO`), as the feed checks it.

Prices and costs are JSON numbers there. They are kept exactly as they came, so the checked struct
is not what is stored: the object it was made from is.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_ID = 2**63 - 1

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Name = Annotated[str, Meta(min_length=1, max_length=180)]
Text = Annotated[str, Meta(max_length=1000)]
Whole = Annotated[int, Meta(ge=-(10**13), le=10**13)]
Amount = Whole | Annotated[float, Meta(ge=-1e13, le=1e13)]


class Published(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A published object: camelCase on the wire; a field it does not know is an error."""


class Group(Published, kw_only=True):
    """The accounting group of an item."""

    id: Id
    name: Text | UnsetType = UNSET


class Statistic(Published):
    """A statistic group: a value within a category."""

    category: Text
    value: Text


class Price(Published, kw_only=True):
    """One price; `name` tells price lists apart."""

    amount: Amount
    name: Text | UnsetType = UNSET


class Item(Published, kw_only=True):
    """What can be sold; `active` is true while it is on the menu, false once archived."""

    id: Id
    name: Name
    docket_name: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    sku: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    barcode: Text | UnsetType = UNSET
    barcodes: list[Text] | UnsetType = UNSET
    accounting_group: Group | UnsetType = UNSET
    statistic_groups: list[Statistic] | UnsetType = UNSET
    cost_price: Amount | UnsetType = UNSET
    prices: list[Price] | UnsetType = UNSET
    sharing_type: Literal["GLOBAL_NO_BL", "GLOBAL", "LOCAL", "SHARED"] | UnsetType = UNSET
    price_mode: (
        Literal["AMOUNT", "PERCENT", "POSITIVE_OPEN_PRICE", "NEGATIVE_OPEN_PRICE"] | UnsetType
    ) = UNSET
    inventory_source: Literal["PURCHASED", "PRODUCED"] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    content_dimension: Literal["DIMENSION_LESS", "VOLUME", "MASS"] | UnsetType = UNSET
    content_uom: Text | UnsetType = UNSET
    content_value: Amount | UnsetType = UNSET
    item_type: Literal["ITEM", "SEQUENCE", "GROUP", "SUB_ITEM"] | UnsetType = UNSET
