"""The Django app of this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, forms and templates; it owns no table."""

    name = "tillgate.portal"
    label = "portal"

    def ready(self) -> None:
        """Listen for what allauth does to an account."""
        from tillgate.portal import registration, second_factor  # noqa: PLC0415  they need models

        registration.listen()
        second_factor.listen()
