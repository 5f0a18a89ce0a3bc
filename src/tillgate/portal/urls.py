"""The portal's paths."""

from allauth.account.views import AccountInactiveView, LoginView, LogoutView
from django.urls import URLPattern, path, re_path

from tillgate.portal import (
    checking,
    consent,
    content,
    credentials,
    hub,
    partner_program,
    prices,
    sandbox,
    signing,
    views,
)

urlpatterns: list[URLPattern] = [
    *views.PAGES,
    *hub.PAGES,
    *partner_program.PAGES,
    *sandbox.PAGES,
    *content.PAGES,
    *prices.PAGES,
    *signing.PAGES,
    *credentials.PAGES,
    *checking.PAGES,
    re_path(r"^oauth/authorize/?$", consent.authorize, name="oauth_authorize"),
    path("sign-in/", LoginView.as_view(template_name="portal/sign_in.html"), name="account_login"),
    path(
        "sign-out/", LogoutView.as_view(template_name="portal/sign_out.html"), name="account_logout"
    ),
    path("signed-out/", views.signed_out, name="signed_out"),
    path(
        "inactive/",
        AccountInactiveView.as_view(template_name="portal/inactive.html"),
        name="account_inactive",
    ),
]
