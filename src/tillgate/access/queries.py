"""What the portal reads about access."""

from datetime import UTC

from django.db.models import Q, QuerySet

from tillgate.access.models import Client, ClientSecret, Integration, LicensedLocation
from tillgate.directory.models import Membership, Person
from tillgate.foundation import clock


def licensed_today(integration: Integration) -> list[int]:
    """The ids of the locations the integration may read today (UTC), in order."""
    today = clock.now().astimezone(UTC).date()
    licences = LicensedLocation.objects.filter(integration=integration, from_date__lte=today)
    current = licences.filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
    return sorted(set(current.values_list("location_id", flat=True)))


def live_secrets(client: Client) -> QuerySet[ClientSecret]:
    """The secrets that get a token now, the oldest first."""
    unrevoked = ClientSecret.objects.filter(client=client, revoked_at=None)
    return unrevoked.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now())).order_by("pk")


def integrations_of(person: Person) -> QuerySet[Integration]:
    """The integrations of every business the person acts for, by name."""
    # Not through the businesses themselves: their rows are hidden until locations are set.
    mine = Membership.objects.filter(person=person).values("business_id")
    return Integration.objects.filter(business_id__in=mine).order_by("name", "pk")
