"""The Django app of this room."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.hub"
    label = "hub"
    default_auto_field = "django.db.models.BigAutoField"
