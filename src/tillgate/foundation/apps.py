"""The Django app of this room."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"
