"""The control plane's paths; the API plane has its own (`tillgate.api.app`)."""

from django.urls import URLPattern, URLResolver

from tillgate.access.oauth.urls import urlpatterns as oauth_paths
from tillgate.portal.urls import urlpatterns as portal_paths

urlpatterns: list[URLPattern | URLResolver] = [*oauth_paths, *portal_paths]
