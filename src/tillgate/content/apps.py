"""The Django app of this room."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.content"
    label = "content"
    default_auto_field = "django.db.models.BigAutoField"
