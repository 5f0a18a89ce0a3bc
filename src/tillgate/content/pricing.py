"""The price book: what the add-on costs a business location and month, by currency and date."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from tillgate.content.errors import NoPrice
from tillgate.content.models import PriceBookEntry
from tillgate.content.shipped import default_prices
from tillgate.foundation import clock

SINCE = date(2026, 1, 1)  # when the shipped prices begin


def price_on(currency: str, on: date) -> Decimal:
    """The price per location and month on a date (UTC), two places. Raises `NoPrice`."""
    return entry_on(currency, on).monthly_price


def entry_on(currency: str, on: date) -> PriceBookEntry:
    """The entry that holds on a date: begun by then, the latest to begin. Raises `NoPrice`."""
    begun = price_book().filter(currency=currency, valid_from__lte=on)
    found = begun.order_by("-valid_from", "-number").first()
    if found is None:
        raise NoPrice(currency, on)
    return found


def price_book() -> QuerySet[PriceBookEntry]:
    """Every entry ever made, by currency, the latest to begin first."""
    if not PriceBookEntry.objects.exists():
        _begin()
    entries = PriceBookEntry.objects.select_related("published_by")
    return entries.order_by("currency", "-valid_from", "-number")


def _begin() -> None:
    now = clock.now()
    first = [
        PriceBookEntry(
            currency=currency,
            number=1,
            monthly_price=Decimal(price),
            valid_from=SINCE,
            published_at=now,
        )
        for currency, price in default_prices().items()
    ]
    # Two callers may get here at once: the second waits for the first and adds nothing.
    PriceBookEntry.objects.bulk_create(first, ignore_conflicts=True)
