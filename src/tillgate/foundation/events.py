"""Recording what was done on the control plane, in the transaction that does it."""

from typing import Any

from tillgate.foundation import clock
from tillgate.foundation.models import Event


def record_event(
    *, kind: str, subject: str, actor: str, data: dict[str, Any] | None = None
) -> None:
    """Add an event by the ORM; must run inside the act's transaction."""
    Event.objects.create(at=clock.now(), kind=kind, subject=subject, actor=actor, data=data or {})
