"""Before a request: reading the access overview, and asking what is feasible."""

from datetime import timedelta

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

# So soon nobody asks the same again on purpose: it is one click that was sent twice.
_SAME_CLICK = timedelta(seconds=30)


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
    """Answer point by point what a merchant wants to do, and keep it.

    The same again at once, by a click that was sent twice, gives the check that is there.
    """
    require(actor, "feasibility:check")
    if business_id is not None:
        require(actor, "request:draft", business_id=business_id)
    said = {
        "person": actor,
        "business_id": business_id,
        "wishes": wishes,
        "free_text": free_text.strip(),
        "answers": [answer._asdict() for answer in assess(wishes, free_text)],
    }
    # Of two clicks one waits here, and then finds what the other has made.
    Person.objects.select_for_update().get(pk=actor.pk)
    recent = FeasibilityCheck.objects.filter(created_at__gt=clock.now() - _SAME_CLICK)
    if same := recent.filter(**said).first():
        return same
    check = FeasibilityCheck.objects.create(**said, created_at=clock.now())
    record("feasibility:checked", f"person:{actor.pk}", actor, check=check.pk)
    return check
