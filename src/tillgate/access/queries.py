"""What the portal reads about access."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from tillgate.access.models import Client, ClientSecret, Integration, LicencePeriod
from tillgate.access.statements import Pause, Statement, statement_of
from tillgate.directory.models import Membership, MerchantAccount, Person, Role
from tillgate.directory.permissions import Who, roles_of
from tillgate.directory.queries import dates_at
from tillgate.foundation import clock


def licensed_today(integration: Integration) -> list[int]:
    """The ids of the locations the integration may read now, in order."""
    periods = list(LicencePeriod.objects.filter(integration=integration))
    today = dates_at({period.location_id for period in periods})
    return sorted({p.location_id for p in periods if p.holds_on(today[p.location_id])})


def periods_of(integration: Integration) -> list[LicencePeriod]:
    """Every period in which the integration may read a location, by location and start."""
    periods = LicencePeriod.objects.filter(integration=integration)
    return list(periods.order_by("location_id", "from_date"))


def statement_for(integration: Integration, month: date) -> Statement:
    """What the month that holds a date costs, as far as it has come."""
    return statements_for(integration, [month])[0]


def statements_for(integration: Integration, months: Iterable[date]) -> list[Statement]:
    """What each of these months costs, as far as it has come."""
    periods = periods_of(integration)
    locations = {period.location_id for period in periods}
    pauses: dict[int, list[Pause]] = {}
    for suspension in integration.suspensions.order_by("from_at"):
        first = dates_at(locations, suspension.from_at)
        last = dates_at(locations, suspension.until_at) if suspension.until_at else {}
        for key in locations:
            pauses.setdefault(key, []).append(Pause(first[key], last.get(key)))
    today = dates_at(locations)
    return [statement_of(month, periods, pauses, today) for month in months]


def live_secrets(client: Client) -> QuerySet[ClientSecret]:
    """The secrets that get a token now, the oldest first."""
    return ClientSecret.objects.filter(is_live(), client=client).order_by("pk")


def is_live() -> Q:
    """What holds of a secret that gets a token now."""
    now = clock.now()
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    return Q(revoked_at=None) & unexpired & (Q(idle_at=None) | Q(idle_at__gt=now))


def integrations_of(person: Person) -> QuerySet[Integration]:
    """The integrations somebody has a part in, by name.

    Owners and members see all of their businesses. A technical contact sees those they look after,
    and those of the business that name nobody.
    """
    return Integration.objects.filter(_own(person)).order_by("name", "pk")


def integrations_visible_to(person: Person) -> QuerySet[Integration]:
    """The integrations somebody sees, by name: own ones; an account manager their merchants';
    Partner Services and operators all. Sandboxes are on a page of their own.
    """
    visible, roles = _own(person), roles_of(person)
    if Who.ACCOUNT_MANAGER in roles:
        accounts = MerchantAccount.objects.filter(manager=person)
        visible |= Q(business_id__in=accounts.values("business_id"))
    if roles & {Who.PARTNER_SERVICES, Who.OPERATOR}:
        visible |= Q(pk__isnull=False)
    seen = Integration.objects.filter(visible, sandbox=None)
    return seen.select_related("technical_contact").order_by("name", "pk")


def _own(person: Person) -> Q:
    # Not through the businesses themselves: their rows are hidden until locations are set.
    mine = Membership.objects.filter(person=person)
    as_merchant = mine.exclude(role=Role.TECHNICAL_CONTACT).values("business_id")
    as_contact = mine.filter(role=Role.TECHNICAL_CONTACT).values("business_id")
    return (
        Q(business_id__in=as_merchant)
        | Q(technical_contact=person)
        | Q(business_id__in=as_contact, technical_contact=None)
    )


def clients_of(integrations: Iterable[Integration]) -> QuerySet[Client]:
    """Their clients with all secrets ever made, the newest first."""
    secrets = Prefetch("secrets", ClientSecret.objects.order_by("-pk"))
    clients = Client.objects.filter(integration__in=list(integrations)).order_by("pk")
    return clients.prefetch_related(secrets)
