"""What the platform says: the version in force, any version, all of them.

The first version of a slot is made from the shipped default when the slot is first asked for.
"""

from typing import NamedTuple

from django.db.models import QuerySet

from tillgate.content.errors import UnknownVersion
from tillgate.content.models import Version
from tillgate.content.shipped import default_of
from tillgate.content.slots import SLOTS, Slot, slot_called
from tillgate.foundation import clock


class Platform(NamedTuple):
    """Who speaks: the platform's name, its support address and its website."""

    name: str
    support: str
    website: str


class DeclineReason(NamedTuple):
    """Why a request may be declined; `words` go to the merchant."""

    code: str
    words: str
    advise_account_manager: bool


def current(slot: str) -> Version:
    """The version of a slot that is in force. Raises `UnknownSlot`."""
    slot_called(slot)
    return _newest(slot) or _first(slot)


def version(slot: str, number: int) -> Version:
    """One version of a slot. Raises `UnknownSlot` or `UnknownVersion`."""
    found = history(slot).filter(number=number).first()
    if found is None:
        raise UnknownVersion(slot, number)
    return found


def history(slot: str) -> QuerySet[Version]:
    """All versions of a slot with who published them, the newest first. Raises `UnknownSlot`."""
    current(slot)
    versions = Version.objects.filter(slot=slot).select_related("published_by")
    return versions.order_by("-number")


def in_force() -> list[tuple[Slot, Version]]:
    """Every slot with its version in force, in the slots' order."""
    newest = _newest_of_all()
    for missing in SLOTS.keys() - newest.keys():
        newest[missing] = current(missing)
    return [(slot, newest[name]) for name, slot in SLOTS.items()]


def platform() -> Platform:
    """Who speaks."""
    fields = current("platform").fields
    return Platform(fields["name"], fields["support"], fields["website"])


def decline_reasons() -> list[DeclineReason]:
    """The reasons a reviewer may choose from, in their order."""
    reasons = current("decline_reasons").fields["reasons"]
    return [
        DeclineReason(each["code"], each["words"], each["advise_account_manager"])
        for each in reasons
    ]


def review_target_days() -> int:
    """In how many working days a request should be decided."""
    return int(current("review").fields["target_working_days"])


def _newest_of_all() -> dict[str, Version]:
    newest = Version.objects.order_by("slot", "-number").distinct("slot")
    return {each.slot: each for each in newest.select_related("published_by")}


def _newest(slot: str) -> Version | None:
    return Version.objects.filter(slot=slot).order_by("-number").first()


def _first(name: str) -> Version:
    default = default_of(slot_called(name))
    now = clock.now()
    first = Version(
        slot=name,
        number=1,
        label=f"{now.year}-1",
        text=default.text,
        fields=default.fields,
        note="As it came with the program.",
        published_at=now,
    )
    # Two callers may get here at once: the second waits for the first and adds nothing.
    Version.objects.bulk_create([first], ignore_conflicts=True)
    return Version.objects.filter(slot=name).latest("number")
