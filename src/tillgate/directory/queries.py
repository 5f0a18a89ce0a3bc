"""What the portal reads of businesses and locations, hidden by row-level security until asked for.

The functions behind the first look are the owner's: ids and names of one business, nothing more.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction

from tillgate.directory.models import Business, BusinessLocation, Membership, Person
from tillgate.directory.permissions import TABLE, Who, roles_of
from tillgate.foundation import clock
from tillgate.foundation.postgres.sessions import locations_setting
from tillgate.foundation.sandbox_ids import LOCATIONS as SANDBOX_LOCATIONS
from tillgate.foundation.sandbox_ids import is_sandbox_id

MOST_FOUND = 20
_LARGEST_ID = 2**63 - 1


class Found(NamedTuple):
    """A business that fits the words somebody searched by."""

    business_id: int
    name: str


@contextmanager
def seeing(location_ids: Iterable[int]) -> Iterator[None]:
    """A transaction in which the ORM sees these locations and their business, and no others."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(locations_setting(location_ids).as_string())
        yield
        # Within a larger transaction the setting would outlive the block.
        cursor.execute(locations_setting(()).as_string())


def location_ids_of(business_id: int) -> list[int]:
    """The ids of a business's locations, in order; none where it is not known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT directory_locations_of(%s)", (business_id,))
        return [row[0] for row in cursor.fetchall()]


def dates_at(location_ids: Iterable[int], instant: datetime | None = None) -> dict[int, date]:
    """The business date at each location at an instant (now), by its own calendar."""
    wanted = list(location_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, directory_date_at(id, %s) FROM unnest(%s::bigint[]) AS id",
            (instant or clock.now(), wanted),
        )
        return dict(cursor.fetchall())


def locations_of(business_id: int) -> list[BusinessLocation]:
    """The locations of a business with the business itself, by name."""
    return locations_by_id(location_ids_of(business_id))


def locations_by_id(location_ids: Iterable[int]) -> list[BusinessLocation]:
    """The locations with their business, by name."""
    wanted = list(location_ids)
    with seeing(wanted):
        found = BusinessLocation.objects.filter(pk__in=wanted).select_related("business")
        return list(found.order_by("name", "pk"))


def locations_with_books_for(person: Person) -> list[BusinessLocation]:
    """The locations whose books somebody may read, by name.

    Those of the businesses they act for; for Partner Services the sandbox's, which are invented.
    """
    mine = Membership.objects.filter(person=person, role__in=TABLE["books:read"])
    wanted = [
        location
        for business_id in mine.values_list("business_id", flat=True)
        for location in location_ids_of(business_id)
    ]
    if Who.PARTNER_SERVICES in roles_of(person):
        wanted += SANDBOX_LOCATIONS
    return locations_by_id(wanted)


def business_by_id(business_id: int) -> Business | None:
    """The business, if the back office has fed it with a location at least."""
    with seeing(location_ids_of(business_id)):
        return Business.objects.filter(pk=business_id).first()


def business_names(business_ids: Iterable[int]) -> dict[int, str]:
    """The names of these businesses by their ids, in one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM directory_business_names(%s)", (list(business_ids),))
        return dict(cursor.fetchall())


def find_businesses(words: str) -> list[Found]:
    """Merchants whose name holds the words, or whose id they are; at most `MOST_FOUND`.

    The sandbox's business is nobody's, so it is never among them.
    """
    words = words.strip().replace("\0", "")
    if not words:
        return []
    number = int(words) if words.isascii() and words.isdigit() else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM directory_find_businesses(%s, %s, %s)",
            (words, min(number, _LARGEST_ID), MOST_FOUND),
        )
        found = [Found(*row) for row in cursor.fetchall()]
    return [each for each in found if not is_sandbox_id(each.business_id)]
