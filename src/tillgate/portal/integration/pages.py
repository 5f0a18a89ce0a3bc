"""All pages of integrations, for the merchant's people and the platform's."""

from django.urls import URLPattern

from tillgate.portal.integration import (
    amendment,
    audit,
    detail,
    listing,
    request_log,
    statement,
    usage,
)

PAGES: list[URLPattern] = [
    *listing.PAGES,
    *detail.PAGES,
    *audit.PAGES,
    *amendment.PAGES,
    *statement.PAGES,
    *usage.PAGES,
    *request_log.PAGES,
]
