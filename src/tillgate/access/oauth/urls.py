"""The paths of the endpoints for programs, each with and without a slash at its end.

`/oauth/authorize` is for people and so belongs to the portal.
"""

from django.urls import URLPattern, re_path

from tillgate.access.oauth import endpoints

urlpatterns: list[URLPattern] = [
    re_path(r"^oauth/token/?$", endpoints.token, name="oauth_token"),
    re_path(r"^oauth/revoke/?$", endpoints.revoke, name="oauth_revoke"),
    re_path(r"^oauth/introspect/?$", endpoints.introspect, name="oauth_introspect"),
    re_path(
        r"^\.well-known/oauth-authorization-server/?$", endpoints.metadata, name="oauth_metadata"
    ),
]
