"""The Django app of this room."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Registers this room's models."""

    name = "tillgate.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
