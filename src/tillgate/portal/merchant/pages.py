"""All pages of a merchant's people."""

from django.urls import URLPattern

from tillgate.portal.merchant import (
    books,
    books_parquet,
    feasibility,
    home,
    interest,
    invitation,
    journal,
    mapping,
    menu,
    overview,
    people,
    periods,
    request_form,
    requests,
    status,
)

PAGES: list[URLPattern] = [
    *home.PAGES,
    *periods.PAGES,
    *menu.PAGES,
    *mapping.PAGES,
    *journal.PAGES,
    *books_parquet.PAGES,
    *books.PAGES,
    *interest.PAGES,
    *invitation.PAGES,
    *overview.PAGES,
    *feasibility.PAGES,
    *requests.PAGES,
    *status.PAGES,
    *request_form.PAGES,
    *people.PAGES,
]
