"""What the portal reads of the menu: items as they were at an instant, and how they came to be.

As the portal's role, which sees one location at a time here.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from django.db.models import F, Q, QuerySet

from tillgate.catalogue.models import ItemVersion
from tillgate.directory.queries import seeing

Body = dict[str, Any]
# Amounts are numbers in an item; they are read as exact as they were written.
_BODY = msgspec.json.Decoder(Body, float_hook=Decimal)


class Version(NamedTuple):
    """What an item was from an instant until another; without a body it was removed."""

    item_id: int
    valid_from: datetime
    valid_until: datetime | None
    body: Body | None


class Change(NamedTuple):
    """A version with what the item was before it: None where it was not there."""

    version: Version
    before: Body | None


def menu_at(location: int, at: datetime, words: str = "") -> list[Version]:
    """The items that there were at an instant, by name; with words, those that fit them.

    The words are a part of the name, whatever case they are in, or an item's whole SKU or id.
    """
    there = Q(valid_until=None) | Q(valid_until__gt=at)
    with seeing([location]):
        rows = _versions(location).filter(there, valid_from__lte=at, body__isnull=False)
        if words:
            rows = rows.filter(_fits(words))
        return _read(rows.order_by("name", "item_id"))


def history_of(location: int, item_id: int) -> list[Change]:
    """Every version of an item, the newest first; none where the item was never there."""
    with seeing([location]):
        found = _read(_versions(location).filter(item_id=item_id).order_by("valid_from"))
    return list(_with_before(found))[::-1]


def newest_changes(location: int, limit: int) -> list[Change]:
    """The changes that came to hold last, the newest first."""
    with seeing([location]):
        newest = _versions(location).order_by("-valid_from", "item_id")
        keys = list(newest.values_list("item_id", "valid_from")[:limit])
        items = {item for item, _ in keys}
        found = _read(
            _versions(location).filter(item_id__in=items).order_by("item_id", "valid_from")
        )
    known = {(each.version.item_id, each.version.valid_from): each for each in _with_before(found)}
    return [known[key] for key in keys]


def _versions(location: int) -> QuerySet[ItemVersion]:
    # A record that changed nothing is no version: it ends as it begins.
    rows = ItemVersion.objects.filter(business_location_id=location)
    return rows.filter(Q(valid_until=None) | ~Q(valid_until=F("valid_from")))


def _fits(words: str) -> Q:
    fits = Q(name__icontains=words) | Q(sku=words)
    is_id = words.isascii() and words.isdigit() and len(words) < 19
    return fits | Q(item_id=int(words)) if is_id else fits


def _read(rows: QuerySet[ItemVersion]) -> list[Version]:
    columns = rows.values_list("item_id", "valid_from", "valid_until", "body")
    return [
        Version(item, start, end, None if body is None else _BODY.decode(body))
        for item, start, end, body in columns
    ]


def _with_before(versions: Iterable[Version]) -> Iterable[Change]:
    """Each version, given by item and time, with the one before."""
    last: Version | None = None
    for version in versions:
        is_same = last is not None and last.item_id == version.item_id
        yield Change(version, last.body if last is not None and is_same else None)
        last = version
