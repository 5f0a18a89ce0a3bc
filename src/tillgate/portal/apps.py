"""The Django app of this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, forms and templates; it owns no table."""

    name = "tillgate.portal"
    label = "portal"
