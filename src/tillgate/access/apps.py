"""The Django app of this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
