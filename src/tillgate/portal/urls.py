"""The portal's paths."""

from django.urls import URLPattern, path, re_path

from tillgate.portal import (
    account,
    checking,
    consent,
    content,
    credentials,
    hub,
    outbox,
    partner_program,
    prices,
    sandbox,
    signing,
    views,
)
from tillgate.portal.integration import pages as integration
from tillgate.portal.merchant import pages as merchant
from tillgate.portal.office import pages as office

urlpatterns: list[URLPattern] = [
    *merchant.PAGES,
    *integration.PAGES,
    *hub.PAGES,
    *partner_program.PAGES,
    *sandbox.PAGES,
    *content.PAGES,
    *prices.PAGES,
    *signing.PAGES,
    *credentials.PAGES,
    *checking.PAGES,
    *office.PAGES,
    re_path(r"^oauth/authorize/?$", consent.authorize, name="oauth_authorize"),
    *account.PAGES,
    *outbox.PAGES,
    path("signed-out/", views.signed_out, name="signed_out"),
]
