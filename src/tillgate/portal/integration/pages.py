"""All pages of integrations, for the merchant's people and the platform's."""

from django.urls import URLPattern

from tillgate.portal.integration import audit, detail, listing, request_log, usage

PAGES: list[URLPattern] = [
    *listing.PAGES,
    *detail.PAGES,
    *audit.PAGES,
    *usage.PAGES,
    *request_log.PAGES,
]
