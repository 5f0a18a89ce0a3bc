"""All pages of the platform's own people: account managers, Partner Services, operators."""

from django.urls import URLPattern

from tillgate.portal.office import (
    interest_opening,
    interests,
    merchant,
    merchants,
    partnerships,
    review,
    review_queue,
    sale,
    staff,
    watch,
)

PAGES: list[URLPattern] = [
    *merchants.PAGES,
    *interest_opening.PAGES,
    *interests.PAGES,
    *sale.PAGES,
    *merchant.PAGES,
    *review_queue.PAGES,
    *watch.PAGES,
    *review.PAGES,
    *staff.PAGES,
    *partnerships.PAGES,
]
