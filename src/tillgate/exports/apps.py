"""The Django app of this room."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"
