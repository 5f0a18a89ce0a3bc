"""All pages of integrations, for the merchant's people and the platform's."""

from django.urls import URLPattern

from tillgate.portal.integration import detail, listing, request_log, usage

PAGES: list[URLPattern] = [*listing.PAGES, *detail.PAGES, *usage.PAGES, *request_log.PAGES]
