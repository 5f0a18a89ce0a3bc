"""What the portal reads of the programme: who sees which rows, and what a page needs of them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, Q, QuerySet, Value, When

from tillgate.access.models import Integration
from tillgate.content.queries import current, review_target_days
from tillgate.directory.models import Membership, MerchantAccount, Person, Role
from tillgate.directory.permissions import Who, may, roles_of
from tillgate.directory.queries import business_names
from tillgate.foundation import clock
from tillgate.foundation.models import Event
from tillgate.programme.answers import Answers, read_answers
from tillgate.programme.links import hash_of
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    CredentialLink,
    FeasibilityCheck,
    Interest,
    Invitation,
    OverviewReading,
)
from tillgate.programme.models.request import FIRST_NUMBER
from tillgate.programme.recording import subject_of
from tillgate.programme.states import IN_REVIEW, RequestState

_WORKING_DAYS = 5
_RANK = Case(
    When(role=Role.OWNER, then=Value(0)), When(role=Role.MEMBER, then=Value(1)), default=Value(2)
)


class Waiting(NamedTuple):
    """A request in the queue: since when, until when it should be decided, in working days."""

    request: AccessRequest
    business: str
    waited_days: int
    target_days: int

    @property
    def is_late(self) -> bool:
        """Whether it waits longer than it should."""
        return self.waited_days > self.target_days


class Trait(NamedTuple):
    """Something that a request shares with a request of another business."""

    kind: str
    value: str
    request: AccessRequest


def businesses_of(person: Person, *roles: Role) -> dict[int, str]:
    """The businesses somebody acts for (in one of the roles, where any is named), by id."""
    mine = Membership.objects.filter(person=person)
    if roles:
        mine = mine.filter(role__in=roles)
    names = business_names(mine.values_list("business_id", flat=True))
    return dict(sorted(names.items(), key=lambda item: (item[1], item[0])))


def merchants_of(manager: Person) -> dict[int, str]:
    """The businesses an account manager looks after, by id."""
    mine = MerchantAccount.objects.filter(manager=manager)
    names = business_names(mine.values_list("business_id", flat=True))
    return dict(sorted(names.items(), key=lambda item: (item[1], item[0])))


def requests_visible_to(person: Person) -> QuerySet[AccessRequest]:
    """The requests somebody may see: own businesses', own merchants', and those in review.

    Drafts are the merchant's own; a technical contact sees none.
    """
    mine = Membership.objects.filter(person=person, role__in=[Role.OWNER, Role.MEMBER])
    visible = Q(business_id__in=mine.values("business_id"))
    roles = roles_of(person)
    if Who.ACCOUNT_MANAGER in roles:
        accounts = MerchantAccount.objects.filter(manager=person)
        visible |= Q(business_id__in=accounts.values("business_id")) & ~Q(state="draft")
    if Who.PARTNER_SERVICES in roles:
        visible |= ~Q(state=RequestState.DRAFT) & Q(submitted_at__isnull=False)
    rows = AccessRequest.objects.filter(visible)
    return rows.select_related("decision", "integration", "submitted_by").order_by("-pk")


def request_numbered(number: str, person: Person) -> AccessRequest | None:
    """The request of a number such as `R-1042`, if somebody may see it."""
    digits = number.removeprefix("R-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        return None
    return requests_visible_to(person).filter(pk=int(digits) - FIRST_NUMBER).first()


def interests_visible_to(person: Person) -> QuerySet[Interest]:
    """Own interests, and for an account manager those assigned to them or to nobody."""
    visible = Q(person=person)
    if Who.ACCOUNT_MANAGER in roles_of(person):
        visible |= Q(manager=person) | Q(manager=None)
    return Interest.objects.filter(visible).select_related("manager", "person").order_by("-pk")


def invitations_visible_to(person: Person) -> QuerySet[Invitation]:
    """The open invitations of the businesses somebody may invite for."""
    owned = Membership.objects.filter(person=person, role=Role.OWNER).values("business_id")
    managed = MerchantAccount.objects.none()
    if Who.ACCOUNT_MANAGER in roles_of(person):
        managed = MerchantAccount.objects.filter(manager=person)
    return Invitation.objects.filter(
        Q(business_id__in=owned) | Q(business_id__in=managed.values("business_id")),
        accepted_at=None,
        ended_at=None,
    ).order_by("-pk")


def review_queue() -> list[Waiting]:
    """What waits for Partner Services, the longest first."""
    rows = AccessRequest.objects.filter(state__in=IN_REVIEW).order_by("submitted_at", "pk")
    requests = list(rows.select_related("submitted_by"))
    names = business_names({request.business_id for request in requests})
    target = review_target_days()
    return [
        Waiting(request, names.get(request.business_id, ""), waited_days(request), target)
        for request in requests
    ]


def place_in_queue(request: AccessRequest) -> int:
    """How many requests are reviewed before this one, plus one."""
    earlier = AccessRequest.objects.filter(
        state=RequestState.SUBMITTED, submitted_at__lt=request.submitted_at
    )
    return earlier.count() + 1


def waited_days(request: AccessRequest) -> int:
    """For how many working days (UTC) a request has waited since it was first sent."""
    assert request.submitted_at is not None
    return working_days(request.submitted_at, clock.now())


def working_days(since: datetime, until: datetime) -> int:
    """Monday to Friday, from the day after `since` to the day of `until` (both UTC)."""
    days = (since.date() + timedelta(days=n) for n in range(1, _days_between(since, until) + 1))
    return sum(is_working_day(day) for day in days)


def is_working_day(day: date) -> bool:
    """Whether the office is open."""
    return day.weekday() < _WORKING_DAYS


def agreements_of(request: AccessRequest) -> QuerySet[Agreement]:
    """All agreements of a request, the newest first, with who signed and what they cost.

    Amendments of what it became are another matter: `amendments_of`.
    """
    rows = Agreement.objects.filter(request=request, integration=None)
    related = rows.select_related("request", "terms", "priced_by", "signature")
    return related.prefetch_related("lines").order_by("-pk")


def amendments_of(integration: Integration) -> QuerySet[Agreement]:
    """All amendments of an integration, the newest first, with who signed and what they cost."""
    rows = Agreement.objects.filter(integration=integration)
    related = rows.select_related("request", "terms", "priced_by", "signature")
    return related.prefetch_related("lines").order_by("-pk")


def history_of(request: AccessRequest) -> QuerySet[Event]:
    """Every event of a request and its agreements, in order."""
    return Event.objects.filter(subject=subject_of(request)).order_by("at", "pk")


def reading_of(person: Person) -> OverviewReading | None:
    """How somebody stands to the current overview, if they opened it."""
    return OverviewReading.objects.filter(person=person, version=current("overview")).first()


def checks_of(person: Person, business_ids: Iterable[int] = ()) -> QuerySet[FeasibilityCheck]:
    """The feasibility checks somebody made, and those of these businesses; the newest first."""
    checks = FeasibilityCheck.objects.filter(
        Q(person=person) | Q(business_id__in=list(business_ids))
    )
    return checks.order_by("-pk")


def others_of_business(request: AccessRequest) -> QuerySet[AccessRequest]:
    """Other requests of the same business which were ever sent, the newest first."""
    others = AccessRequest.objects.filter(business_id=request.business_id)
    return others.exclude(pk=request.pk).exclude(submitted_at=None).order_by("-pk")


def shared_traits(request: AccessRequest) -> list[Trait]:
    """Where another business's request has the same technical contact or redirect host."""
    mine = traits_of(read_answers(request.answers))
    found = []
    others = AccessRequest.objects.exclude(business_id=request.business_id)
    for other in others.exclude(submitted_at=None).order_by("-pk"):
        shared = mine & traits_of(read_answers(other.answers))
        found += [Trait(kind, value, other) for kind, value in sorted(shared)]
    return found


def traits_of(answers: Answers) -> set[tuple[str, str]]:
    """By what a program's maker is recognised: contact and redirect hosts, in lower case."""
    hosts = {uri.split("/")[2].rsplit("@")[-1].lower() for uri in answers.redirect_uris}
    traits = {("redirect_host", host) for host in hosts if host}
    if answers.technical_email:
        traits.add(("technical_contact", answers.technical_email.strip().lower()))
    return traits


def sees_price(person: Person, request: AccessRequest) -> bool:
    """Whether somebody may see what it costs."""
    return may(person, "agreement:read", business_id=request.business_id)


def interest_about(business_id: int) -> Interest | None:
    """The newest interest that led to this business, with its account manager."""
    known = Interest.objects.filter(business_id=business_id).select_related("manager")
    return known.order_by("-pk").first()


def people_of(business_id: int) -> QuerySet[Membership]:
    """Who acts for a business, owners first, then by name."""
    people = Membership.objects.filter(business_id=business_id).select_related("person")
    return people.order_by(_RANK, "person__name", "person__email")


def credential_link_of(request: AccessRequest) -> CredentialLink | None:
    """The newest link to the credentials of what a request became."""
    links = CredentialLink.objects.filter(client__integration__request=request)
    return links.order_by("-pk").first()


def was_accepted_by(token: str, person: Person) -> bool:
    """Whether this is the link of an invitation which this person has accepted."""
    return Invitation.objects.filter(token_hash=hash_of(token), accepted_by=person).exists()


def _days_between(since: datetime, until: datetime) -> int:
    return max(0, (until.date() - since.date()).days)
