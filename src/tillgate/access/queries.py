"""What the portal reads about access."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from tillgate.access.models import Integration, LicensedLocation
from tillgate.directory.models import BusinessLocation, Membership, Person
from tillgate.foundation import clock
from tillgate.foundation.postgres.sessions import locations_setting


@contextmanager
def seeing(location_ids: Iterable[int]) -> Iterator[None]:
    """A transaction in which the ORM sees these locations and their business, and no others."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(locations_setting(location_ids).as_string())
        yield
        # Within a larger transaction the setting would outlive the block.
        cursor.execute(locations_setting(()).as_string())


def licensed_today(integration: Integration) -> list[int]:
    """The ids of the locations the integration may read today (UTC), in order."""
    today = clock.now().astimezone(UTC).date()
    licences = LicensedLocation.objects.filter(integration=integration, from_date__lte=today)
    current = licences.filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
    return sorted(set(current.values_list("location_id", flat=True)))


def locations_by_id(location_ids: Iterable[int]) -> list[BusinessLocation]:
    """The locations with their business, by name."""
    wanted = list(location_ids)
    with seeing(wanted):
        found = BusinessLocation.objects.filter(pk__in=wanted).select_related("business")
        return list(found.order_by("name", "pk"))


def integrations_of(person: Person) -> QuerySet[Integration]:
    """The integrations of every business the person acts for, by name."""
    # Not through the businesses themselves: their rows are hidden until locations are set.
    mine = Membership.objects.filter(person=person).values("business_id")
    return Integration.objects.filter(business_id__in=mine).order_by("name", "pk")
