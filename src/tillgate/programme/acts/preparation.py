"""Before a request: reading the access overview, and asking what is feasible."""

from django.db import transaction

from tillgate.content.feasibility import assess
from tillgate.content.models import Version
from tillgate.content.queries import current
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.programme.errors import OverviewUnread
from tillgate.programme.models import FeasibilityCheck, OverviewReading
from tillgate.programme.recording import record


@transaction.atomic
def open_overview(*, actor: Person) -> Version:
    """The current overview, noted as opened by this person."""
    require(actor, "overview:read")
    version = current("overview")
    _, is_new = OverviewReading.objects.get_or_create(
        person=actor, version=version, defaults={"opened_at": clock.now()}
    )
    if is_new:
        record("overview:opened", f"person:{actor.pk}", actor, version=version.label)
    return version


@transaction.atomic
def acknowledge_overview(*, label: str, actor: Person) -> None:
    """Say that one has read and understood this version; again changes nothing.

    Raises `OverviewUnread` when it is not the current one, or was not opened.
    """
    require(actor, "overview:acknowledge")
    version = current("overview")
    opened = OverviewReading.objects.filter(person=actor, version=version)
    if version.label != label or not opened.exists():
        raise OverviewUnread
    if opened.filter(acknowledged_at=None).update(acknowledged_at=clock.now()):
        record("overview:acknowledged", f"person:{actor.pk}", actor, version=version.label)


@transaction.atomic
def check_feasibility(
    *, wishes: list[str], free_text: str, actor: Person, business_id: int | None = None
) -> FeasibilityCheck:
    """Answer point by point what a merchant wants to do, and keep it."""
    require(actor, "feasibility:check")
    if business_id is not None:
        require(actor, "request:draft", business_id=business_id)
    check = FeasibilityCheck.objects.create(
        person=actor,
        business_id=business_id,
        wishes=wishes,
        free_text=free_text.strip(),
        answers=[answer._asdict() for answer in assess(wishes, free_text)],
        created_at=clock.now(),
    )
    record("feasibility:checked", f"person:{actor.pk}", actor, check=check.pk)
    return check
