"""What the portal reads about access."""

from collections.abc import Iterable
from datetime import UTC

from django.db.models import Prefetch, Q, QuerySet

from tillgate.access.models import Client, ClientSecret, Integration, LicensedLocation
from tillgate.directory.models import Membership, Person, Role
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
    """The integrations somebody sees, by name.

    Owners and members see all of their businesses. A technical contact sees those they look after,
    and those of the business that name nobody.
    """
    # Not through the businesses themselves: their rows are hidden until locations are set.
    mine = Membership.objects.filter(person=person)
    as_merchant = mine.exclude(role=Role.TECHNICAL_CONTACT).values("business_id")
    as_contact = mine.filter(role=Role.TECHNICAL_CONTACT).values("business_id")
    seen = (
        Q(business_id__in=as_merchant)
        | Q(technical_contact=person)
        | Q(business_id__in=as_contact, technical_contact=None)
    )
    return Integration.objects.filter(seen).order_by("name", "pk")


def clients_of(integrations: Iterable[Integration]) -> QuerySet[Client]:
    """Their clients with all secrets ever made, the newest first."""
    secrets = Prefetch("secrets", ClientSecret.objects.order_by("-pk"))
    clients = Client.objects.filter(integration__in=list(integrations)).order_by("pk")
    return clients.prefetch_related(secrets)
