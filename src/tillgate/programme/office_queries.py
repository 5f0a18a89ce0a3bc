"""What the platform's own people read of the programme: what waits for whom, and who says what."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.content.pricing import price_book
from tillgate.directory.models import MerchantAccount, Person, StaffRole
from tillgate.foundation import clock
from tillgate.programme.models import AccessRequest, Agreement, Interest, Invitation
from tillgate.programme.queries import history_of, requests_visible_to
from tillgate.programme.recording import CLOCK
from tillgate.programme.states import IN_REVIEW, AgreementState, InterestState, RequestState
from tillgate.programme.wording import EVENT_WORDS

OVER = (RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN)
_OUT = (AgreementState.SENT, AgreementState.SIGNED)


class Happening(NamedTuple):
    """An event in words: when, what, who, and what they said."""

    at: datetime
    what: str | Promise
    who: str | Promise
    words: str


def looks_after(manager: Person, business_id: int) -> bool:
    """Whether a business is this account manager's."""
    return _accounts(manager).filter(business_id=business_id).exists()


def requests_to_price(manager: Person) -> QuerySet[AccessRequest]:
    """Own merchants' requests with nothing out for signature and nothing signed, oldest first.

    `agreement_state` is that of the newest offer, null where there was none.
    """
    offers = Agreement.objects.filter(request=OuterRef("pk"), integration=None)
    rows = AccessRequest.objects.filter(
        ~Exists(offers.filter(state__in=_OUT)),
        business_id__in=_accounts(manager).values("business_id"),
        state__in=IN_REVIEW,
    )
    newest = offers.order_by("-pk").values("state")[:1]
    return rows.annotate(agreement_state=Subquery(newest)).order_by("submitted_at", "pk")


def out_for_signature(manager: Person) -> QuerySet[Agreement]:
    """Own merchants' agreements that wait for a signature, the first to expire first."""
    rows = Agreement.objects.filter(
        state=AgreementState.SENT,
        request__business_id__in=_accounts(manager).values("business_id"),
    )
    return rows.select_related("request").order_by("expires_at", "pk")


def open_interests(manager: Person) -> QuerySet[Interest]:
    """Interests of the manager's and of nobody's, until the form link was used or they are closed.

    `form_link_sent_at` is when the newest form link was sent, null before.
    """
    links = Invitation.objects.filter(interest=OuterRef("pk"))
    rows = Interest.objects.filter(
        Q(manager=manager) | Q(manager=None),
        ~Exists(links.filter(accepted_at__isnull=False)),
    ).exclude(state=InterestState.CLOSED)
    sent = links.order_by("-pk").values("created_at")[:1]
    return rows.annotate(form_link_sent_at=Subquery(sent)).order_by("created_at", "pk")


def newest_requests(business_ids: Iterable[int]) -> dict[int, AccessRequest]:
    """The newest request of each business which was ever sent, by business."""
    sent = AccessRequest.objects.filter(
        business_id__in=list(business_ids), submitted_at__isnull=False
    )
    newest = sent.order_by("business_id", "-pk").distinct("business_id")
    return {request.business_id: request for request in newest}


def requests_that_are_over(person: Person) -> QuerySet[AccessRequest]:
    """What was decided or withdrawn after it was sent, the newest first."""
    rows = requests_visible_to(person).filter(state__in=OVER, submitted_at__isnull=False)
    return rows.order_by("-state_since", "-pk")


def living_states(request_ids: Iterable[int]) -> dict[int, str]:
    """Where the newest agreement of each request stands, by request."""
    offers = Agreement.objects.filter(request_id__in=list(request_ids), integration=None)
    rows = offers.order_by("pk")
    return dict(rows.values_list("request_id", "state"))


def partners_among(business_ids: Iterable[int]) -> dict[int, str]:
    """What was agreed with the businesses in a formal partnership, by business."""
    rows = MerchantAccount.objects.filter(
        business_id__in=list(business_ids), formal_partnership=True
    )
    return dict(rows.values_list("business_id", "partnership_note"))


def partnerships() -> QuerySet[MerchantAccount]:
    """Every business in a formal partnership, with its account manager, by business."""
    marked = MerchantAccount.objects.filter(formal_partnership=True)
    return marked.select_related("manager").order_by("business_id")


def managers_of(business_ids: Iterable[int]) -> dict[int, int | None]:
    """The id of the account manager of each business that ever had one, by business."""
    rows = MerchantAccount.objects.filter(business_id__in=list(business_ids))
    return dict(rows.values_list("business_id", "manager_id"))


def account_managers() -> QuerySet[Person]:
    """Everybody who may look after merchants, by name."""
    holding = Person.objects.filter(
        is_active=True, staff_memberships__role=StaffRole.ACCOUNT_MANAGER
    )
    return holding.order_by("name", "email")


def currencies_on_sale() -> list[str]:
    """The currencies for which the price book has a price today."""
    today = clock.now().date()
    return sorted({entry.currency for entry in price_book() if entry.valid_from <= today})


def happenings_of(request: AccessRequest) -> list[Happening]:
    """The history of a request and its agreements, with the names of those who acted."""
    events = list(history_of(request))
    names = _names(event.actor for event in events)
    return [
        Happening(
            event.at,
            EVENT_WORDS.get(event.kind, event.kind),
            names.get(event.actor, _who(event.actor)),
            str(event.data.get("because") or event.data.get("words") or ""),
        )
        for event in events
    ]


def _names(actors: Iterable[str]) -> dict[str, str]:
    ids = {int(key) for kind, _colon, key in (a.partition(":") for a in actors) if kind == "person"}
    people = Person.objects.filter(pk__in=ids)
    return {f"person:{person.pk}": person.get_full_name() for person in people}


def _who(actor: str) -> str | Promise:
    if actor == CLOCK:
        return _("by the clock")
    kind, _colon, key = actor.partition(":")
    return key if kind == "signatory" else kind


def _accounts(manager: Person) -> QuerySet[MerchantAccount]:
    return MerchantAccount.objects.filter(manager=manager)
