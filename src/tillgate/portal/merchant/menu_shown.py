"""Items of the menu ready for their page: what they are, and what a change made of them."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.catalogue.queries import Body, Change, Version
from tillgate.portal.locale import reader_locale
from tillgate.portal.templatetags.tillgate import exactly

_NAMES: dict[str, Promise] = {
    "name": gettext_lazy("name"),
    "docketName": gettext_lazy("name on dockets"),
    "sku": gettext_lazy("SKU"),
    "active": gettext_lazy("on the menu"),
    "disabled": gettext_lazy("disabled"),
    "barcode": gettext_lazy("barcode"),
    "barcodes": gettext_lazy("barcodes"),
    "accountingGroup": gettext_lazy("accounting group"),
    "statisticGroups": gettext_lazy("statistic groups"),
    "costPrice": gettext_lazy("cost price"),
    "prices": gettext_lazy("prices"),
    "priceMode": gettext_lazy("price mode"),
    "itemType": gettext_lazy("kind of item"),
}
# What an item calls itself, in the order of what tells most.
_TELLING = ("name", "value", "code", "id")


class Standing(StrEnum):
    """What an item is on the menu; each word has its badge in `portal.states`."""

    ON = "on"
    DISABLED = "disabled"
    ARCHIVED = "archived"
    REMOVED = "removed"


class Row(NamedTuple):
    """An item as the list shows it."""

    item_id: int
    name: str
    sku: str
    group: str
    prices: str
    standing: Standing
    since: datetime


class Difference(NamedTuple):
    """A field that a change made another; empty where there was or is nothing."""

    name: str
    before: str
    after: str


class ChangeShown(NamedTuple):
    """A change: of which item, from when until when, and what is different by it."""

    item_id: int
    name: str
    standing: Standing
    is_new: bool
    since: datetime
    until: datetime | None
    differences: list[Difference]


def row_of(version: Version) -> Row:
    """A version as the list of the menu shows it."""
    body = version.body or {}
    return Row(
        version.item_id,
        str(body.get("name", "")),
        str(body.get("sku", "")),
        words_of(body.get("accountingGroup")),
        words_of(body.get("prices")),
        standing_of(version.body),
        version.valid_from,
    )


def change_shown(change: Change) -> ChangeShown:
    """A change as its page shows it; a removal has no differences."""
    version, before = change
    body = version.body or before or {}
    return ChangeShown(
        version.item_id,
        str(body.get("name", version.item_id)),
        standing_of(version.body),
        before is None and version.body is not None,
        version.valid_from,
        version.valid_until,
        list(_differences(before, version.body)) if before and version.body else [],
    )


def standing_of(body: Body | None) -> Standing:
    """Whether an item can be sold, and if not, why."""
    if body is None:
        return Standing.REMOVED
    if body.get("active") is False:
        return Standing.ARCHIVED
    return Standing.DISABLED if body.get("disabled") is True else Standing.ON


def _differences(before: Body, after: Body) -> Iterator[Difference]:
    for field in {**before, **after}:
        old, new = before.get(field), after.get(field)
        if old != new:
            yield Difference(str(_NAMES.get(field, field)), words_of(old), words_of(new))


def words_of(value: Any) -> str:
    """A value of an item in words, as the reader writes numbers; nothing is ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | Decimal):
        return str(format_decimal(value, locale=reader_locale(), decimal_quantization=False))
    if isinstance(value, list):
        return ", ".join(words_of(each) for each in value)
    return _of_object(value) if isinstance(value, dict) else str(value)


def _of_object(thing: dict[str, Any]) -> str:
    name = next((str(thing[each]) for each in _TELLING if thing.get(each)), "")
    amount = thing.get("amount")
    return name if amount is None else f"{name} {exactly(Decimal(amount))}".strip()
