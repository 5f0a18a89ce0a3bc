"""The Django app of this room."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """Registers this room's models, and hears what the operator publishes."""

    name = "tillgate.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A changed price or terms voids what was not yet signed, in the same transaction."""
        from tillgate.content.signals import published  # noqa: PLC0415  models are ready by now

        published.connect(_void_outdated, dispatch_uid="programme")


def _void_outdated(**_: object) -> None:
    from tillgate.programme.acts.sale import void_outdated_agreements  # noqa: PLC0415

    void_outdated_agreements()
