"""The Django app of this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, forms and templates; it owns no table."""

    name = "tillgate.portal"
    label = "portal"

    def ready(self) -> None:
        """Listen for what allauth does to an account."""
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415  it needs the models

        from tillgate.portal.second_factor import end_other_sessions  # noqa: PLC0415  the same

        authenticator_added.connect(end_other_sessions, dispatch_uid="end_other_sessions")
