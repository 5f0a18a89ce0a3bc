"""The Django app of this room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
