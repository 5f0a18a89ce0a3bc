"""The Django app of this room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
