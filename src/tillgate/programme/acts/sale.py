"""The add-on sale: pricing a request, sending the agreement, reminding, and all that voids it."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tillgate.access.licences import Price
from tillgate.content.errors import NoPrice
from tillgate.content.pricing import price_on
from tillgate.content.queries import current
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import locations_by_id
from tillgate.foundation import clock
from tillgate.foundation.money import rounded
from tillgate.programme import amendment_notices, notices
from tillgate.programme.answers import basis_of, read_answers
from tillgate.programme.documents_of import agreement_document, fix_facts
from tillgate.programme.errors import Incomplete, NotPriced, Overtaken, RemindedAlready
from tillgate.programme.files import keep_file
from tillgate.programme.links import new_link
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    AgreementLine,
    FileKind,
    SigningLink,
)
from tillgate.programme.recording import CLOCK, agreement_event
from tillgate.programme.states import (
    IN_REVIEW,
    LIVING,
    UNSIGNED,
    AgreementState,
    RequestState,
    move,
)

SIGNING_TIME = timedelta(days=14)
REMIND_AFTER = (timedelta(days=3), timedelta(days=10))
REMIND_AGAIN_AFTER = timedelta(hours=1)


class Offer(NamedTuple):
    """What a request would cost a month: by the price book, for one location, and in all."""

    list_price: Decimal
    price: Decimal
    total: Decimal


def offer_for(request: AccessRequest, *, currency: str, discount_percent: Decimal) -> Offer:
    """Every location at the list price less the discount, rounded half even to the cent.

    The total is the sum of the lines. Raises `NoPrice`.
    """
    count = len(read_answers(request.answers).locations)
    return offer_of(count, currency=currency, discount_percent=discount_percent)


def offer_of(locations: int, *, currency: str, discount_percent: Decimal) -> Offer:
    """So many locations at the list price less the discount. Raises `NoPrice`."""
    list_price = price_on(currency, clock.now().date())
    price = rounded(list_price * (100 - discount_percent) / 100, 2)
    return Offer(list_price, price, price * locations)


@transaction.atomic
def price_request(  # noqa: PLR0913  what an offer consists of, and what it replaces
    *,
    request: AccessRequest,
    currency: str,
    discount_percent: Decimal,
    discount_reason: str,
    actor: Person,
    instead_of: str | None = None,
) -> Agreement:
    """Price a request by the price book; an offer that was not signed yet is replaced.

    `instead_of` is the number of the offer that is known to be replaced, "" for none: another one
    that was made meanwhile stays. Raises `Overtaken`, `Incomplete`, `NoPrice`.
    """
    require(actor, "agreement:price", business_id=request.business_id)
    request = lock_request(request)
    if request.state not in IN_REVIEW:
        raise Overtaken(request, RequestState.SUBMITTED)
    check_discount(discount_percent, discount_reason)
    offer = offer_for(request, currency=currency, discount_percent=discount_percent)
    _replace_unsigned(request, actor, instead_of)
    answers = read_answers(request.answers)
    agreement = Agreement.objects.create(
        request=request,
        priced_by=actor,
        currency=currency,
        list_price=offer.list_price,
        discount_percent=discount_percent,
        discount_reason=discount_reason.strip(),
        monthly_total=offer.total,
        terms=current("terms"),
        basis=basis_of(answers),
        created_at=clock.now(),
        state_since=clock.now(),
    )
    add_lines(agreement, answers.locations, offer.price)
    data = {"currency": currency, "total": str(agreement.monthly_total)}
    agreement_event("priced", agreement, actor, discount=str(discount_percent), **data)
    return agreement


@transaction.atomic
def send_agreement(*, agreement: Agreement, actor: Person) -> Agreement:
    """Typeset the agreement and mail the signatory a personal link to it. Raises `Overtaken`."""
    request = agreement.request
    require(actor, "agreement:send", business_id=request.business_id)
    agreement = lock_agreement(agreement)
    if agreement.state != AgreementState.PRICED:
        raise NotPriced if agreement.state in LIVING else Overtaken(agreement, AgreementState.SENT)
    if not is_current(agreement):
        raise NotPriced(_("The price or the terms changed since: price the request again."))
    now = clock.now()
    move(agreement, AgreementState.SENT, sent_at=now, expires_at=now + SIGNING_TIME)
    fix_facts(agreement)
    keep_file(agreement, FileKind.DOCUMENT, agreement_document(agreement))
    agreement_event("sent", agreement, actor, to=agreement.basis["signatory_email"])
    _ask_to_sign(agreement)
    return agreement


@transaction.atomic
def remind_signatory(*, agreement: Agreement, actor: Person | None = None) -> None:
    """Send the signatory a link once more; by the clock where nobody is named.

    Raises `Overtaken`, and `RemindedAlready` for a person who comes within an hour.
    """
    if actor is not None:
        require(actor, "agreement:send", business_id=agreement.request.business_id)
    agreement = lock_agreement(agreement)
    if agreement.state != AgreementState.SENT:
        raise Overtaken(agreement, AgreementState.SENT)
    if actor is not None and _was_just_reminded(agreement):
        raise RemindedAlready
    Agreement.objects.filter(pk=agreement.pk).update(reminded_at=clock.now())
    agreement_event("reminded", agreement, actor or CLOCK)
    _ask_to_sign(agreement, reminder=True)


def remind_signatories() -> int:
    """Remind whoever has not signed after three and after ten days; returns how many."""
    now, reminded = clock.now(), 0
    for agreement in Agreement.objects.filter(state=AgreementState.SENT, expires_at__gt=now):
        due = [agreement.sent_at + after for after in REMIND_AFTER if agreement.sent_at]
        passed = [instant for instant in due if instant <= now]
        last = agreement.reminded_at or agreement.sent_at
        if passed and last is not None and last < passed[-1]:
            remind_signatory(agreement=agreement)
            reminded += 1
    return reminded


def expire_agreements() -> int:
    """End the agreements whose time to sign is over; returns how many."""
    due = Agreement.objects.filter(state=AgreementState.SENT, expires_at__lte=clock.now())
    return sum(_expire(agreement) for agreement in due)


@transaction.atomic
def _expire(agreement: Agreement) -> bool:
    agreement = lock_agreement(agreement)
    if agreement.state != AgreementState.SENT:
        return False
    move(agreement, AgreementState.EXPIRED)
    agreement_event("expired", agreement, CLOCK)
    notices.agreement_ended(agreement, name="agreement_expired")
    return True


@transaction.atomic
def void_outdated_agreements() -> int:
    """Void what is not yet signed and rests on another price or other terms than are in force."""
    open_ones = Agreement.objects.filter(state__in=UNSIGNED).select_related("request")
    outdated = [agreement for agreement in open_ones if not is_current(agreement)]
    for agreement in outdated:
        because = _("The price or the terms changed before it was signed.")
        locked = lock_agreement(agreement)
        if locked.state in UNSIGNED:
            void_agreement(locked, because, CLOCK)
            if locked.integration_id is not None:
                amendment_notices.amendment_void(locked, because)
            else:
                notices.price_needed(locked.request)
    return len(outdated)


def void_living_agreement(
    request: AccessRequest, *, because: str | Promise, actor: Person | str
) -> None:
    """Void the agreement of a request that came to nothing; nothing is charged."""
    for agreement in Agreement.objects.filter(request=request, integration=None, state__in=LIVING):
        void_agreement(lock_agreement(agreement), str(because), actor)


def void_unless_it_fits(request: AccessRequest, *, actor: Person) -> None:
    """Void the agreement when the merchant's answers are no longer what was priced."""
    basis = basis_of(read_answers(request.answers))
    offers = Agreement.objects.filter(request=request, integration=None)
    living = offers.filter(state__in=LIVING).first()
    if living is not None and living.basis != basis:
        because = _("The merchant changed what the agreement is about.")
        void_living_agreement(request, because=because, actor=actor)
        notices.price_needed(request)


def is_current(agreement: Agreement) -> bool:
    """Whether price and terms are still those in force."""
    try:
        price = price_on(agreement.currency, clock.now().date())
    except NoPrice:
        return False
    return agreement.terms_id == current("terms").pk and agreement.list_price == price


def prices_of(agreement: Agreement) -> dict[int, Price]:
    """What each of its locations costs, as licences keep it."""
    return {
        line.location_id: Price(line.monthly_price, agreement.currency, agreement.number)
        for line in agreement.lines.all()
    }


def lock_request(request: AccessRequest) -> AccessRequest:
    """The request as it is now, held until the transaction ends."""
    return AccessRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def lock_agreement(agreement: Agreement) -> Agreement:
    """The agreement as it is now, held with its request; the request first, always."""
    request = AccessRequest.objects.select_for_update(of=("self",)).get(pk=agreement.request_id)
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    locked.request = request
    return locked


def make_signing_link(agreement: Agreement) -> str:
    """The token of a further link for the signatory."""
    link = new_link()
    SigningLink.objects.create(
        agreement=agreement, token_hash=link.token_hash, created_at=clock.now()
    )
    return link.token


def void_agreement(agreement: Agreement, because: str, actor: Person | str) -> None:
    """Void an agreement that is held, and tell a signatory who was asked to sign it."""
    was_sent = agreement.state in {AgreementState.SENT, AgreementState.SIGNED}
    move(agreement, AgreementState.VOID, ended_because=because)
    agreement_event("voided", agreement, actor, because=because)
    if was_sent:
        notices.agreement_void(agreement, because)


def _ask_to_sign(agreement: Agreement, *, reminder: bool = False) -> None:
    token = make_signing_link(agreement)
    if agreement.integration_id is None:
        notices.agreement_to_sign(agreement, token, reminder=reminder)
    else:
        amendment_notices.amendment_to_sign(agreement, token, reminder=reminder)


def _was_just_reminded(agreement: Agreement) -> bool:
    last = agreement.reminded_at
    return last is not None and clock.now() - last < REMIND_AGAIN_AFTER


def _replace_unsigned(request: AccessRequest, actor: Person, instead_of: str | None) -> None:
    offers = Agreement.objects.filter(request=request, integration=None)
    newest = offers.order_by("-pk").first()
    living = newest if newest is not None and newest.state in LIVING else None
    known = living.number if living is not None else ""
    if newest is not None and instead_of not in {None, known}:
        raise Overtaken(newest, AgreementState.PRICED)
    if living is None:
        return
    if living.state == AgreementState.SIGNED:
        raise Overtaken(living, AgreementState.PRICED)
    void_agreement(lock_agreement(living), _("The account manager made a new offer."), actor)


def add_lines(agreement: Agreement, location_ids: Iterable[int], price: Decimal) -> None:
    """The lines of an agreement: each location, as it is called now, at this price a month."""
    AgreementLine.objects.bulk_create(
        AgreementLine(
            agreement=agreement,
            location_id=place.pk,
            location_name=place.name,
            run_by=place.franchisee,
            monthly_price=price,
        )
        for place in locations_by_id(location_ids)
    )


def check_discount(percent: Decimal, reason: str) -> None:
    """Raise `Incomplete` unless it is a share, with a reason where there is one."""
    found = {}
    if not 0 <= percent <= 100 or percent != rounded(percent, 2):
        found["discount_percent"] = _("Write a percentage from 0 to 100, with two places at most.")
    if percent and not reason.strip():
        found["discount_reason"] = _("Say why there is a discount.")
    if found:
        raise Incomplete(found)
