"""The control plane's paths; the API plane has its own (`tillgate.api.app`)."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
