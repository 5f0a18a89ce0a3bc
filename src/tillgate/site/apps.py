"""The Django app of this room."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The project itself: it owns no table."""

    name = "tillgate.site"
    label = "tillgate_site"
