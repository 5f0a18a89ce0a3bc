"""The Django app of this room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
