"""Amendments: further locations for an integration that exists, or new prices for those in it.

An amendment is an agreement of its own. The account manager prices and sends it, the signatory
signs it as the first one, and with the signature it takes effect: nobody else has to approve, for
what the integration may do was decided before. It starts on its day, or on that of the signature
where that is later; nothing starts in the past.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from tillgate.access.errors import IntegrationEnded, NotLicensed, StartPassed
from tillgate.access.licences import (
    check_may_join,
    check_own,
    hold,
    license_location,
    reprice_location,
)
from tillgate.access.models import Integration, State
from tillgate.access.queries import licensed_today
from tillgate.content.queries import current
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import dates_at, locations_by_id
from tillgate.foundation import clock
from tillgate.programme import amendment_notices as notices
from tillgate.programme.acts.sale import (
    add_lines,
    check_discount,
    lock_agreement,
    lock_request,
    offer_of,
    prices_of,
    void_agreement,
)
from tillgate.programme.answers import basis_of, read_answers
from tillgate.programme.errors import Incomplete, NotAmendable, Overtaken
from tillgate.programme.models import Agreement, Amends
from tillgate.programme.recording import agreement_event, request_event
from tillgate.programme.states import LIVING, AgreementState, move

FARTHEST_START = 366  # days


class Amendment(NamedTuple):
    """What an amendment is to change; `consent` says who agreed where franchisees run locations."""

    amends: Amends
    location_ids: tuple[int, ...]
    starts_on: date
    consent: str = ""


@transaction.atomic
def price_amendment(
    *,
    integration: Integration,
    amendment: Amendment,
    discount_percent: Decimal,
    discount_reason: str,
    actor: Person,
) -> Agreement:
    """Offer an amendment, by the price book and in the agreement's currency; one that was not
    signed yet is replaced.

    Raises `NotAmendable`, `IntegrationEnded`, `Incomplete`, `NoPrice`, and what is wrong with the
    locations: `ForeignLocation`, `LocationIn`, `LocationOver`, `NotLicensed`, `StartPassed`.
    """
    require(actor, "agreement:price", business_id=integration.business_id)
    first = agreement_in_force(integration)
    # The request first, then the integration: as signing does.
    lock_request(first.request)
    hold(integration)
    check_discount(discount_percent, discount_reason)
    _check(integration, amendment)
    _replace_living(integration, actor)
    offer = offer_of(
        len(amendment.location_ids), currency=first.currency, discount_percent=discount_percent
    )
    answers = read_answers(first.request.answers)
    basis = basis_of(answers) | {
        "locations": sorted(amendment.location_ids),
        "consent": amendment.consent.strip(),
    }
    made = Agreement.objects.create(
        request=first.request,
        integration=integration,
        amends=amendment.amends,
        starts_on=amendment.starts_on,
        priced_by=actor,
        currency=first.currency,
        list_price=offer.list_price,
        discount_percent=discount_percent,
        discount_reason=discount_reason.strip(),
        monthly_total=offer.total,
        terms=current("terms"),
        basis=basis,
        created_at=clock.now(),
        state_since=clock.now(),
    )
    add_lines(made, amendment.location_ids, offer.price)
    data = {"currency": made.currency, "total": str(made.monthly_total)}
    agreement_event("priced", made, actor, discount=str(discount_percent), **data)
    return made


def put_in_force(agreement: Agreement) -> None:
    """Let a signed amendment take effect, in the transaction that holds it.

    Raises what pricing it would raise now: a location may have been closed or sold meanwhile.
    """
    integration = agreement.integration
    assert integration is not None
    hold(integration)
    integration.refresh_from_db()
    if integration.state == State.ENDED:
        raise IntegrationEnded(integration.name)
    starts = starts_of(agreement)
    for location_id, price in prices_of(agreement).items():
        change = license_location if agreement.amends == Amends.LOCATIONS else reprice_location
        change(
            integration=integration,
            location_id=location_id,
            from_date=starts[location_id],
            price=price,
            actor=f"agreement:{agreement.number}",
        )
    move(agreement, AgreementState.IN_FORCE)
    agreement_event("in_force", agreement, "signature")


@transaction.atomic
def void_amendment(*, integration: Integration, because: str, actor: Person | str) -> None:
    """Void the amendment that is open, if any: its integration came to an end."""
    for living in Agreement.objects.filter(integration=integration, state__in=LIVING):
        void_agreement(lock_agreement(living), because, actor)


@transaction.atomic
def ask_for_locations(
    *, integration: Integration, location_ids: tuple[int, ...], words: str, actor: Person
) -> None:
    """Ask the account manager for an amendment; nothing is agreed by that.

    Raises `ForeignLocation`, `LocationIn`, `LocationOver` or `IntegrationEnded`.
    """
    require(actor, "location:ask", business_id=integration.business_id)
    first = agreement_in_force(integration)
    check_may_join(integration, dates_at(location_ids))
    request_event("locations_asked", first.request, actor, locations=list(location_ids))
    notices.locations_asked(integration, location_ids, words.strip(), actor)


def agreement_in_force(integration: Integration) -> Agreement:
    """The agreement that an integration rests on. Raises `NotAmendable` or `IntegrationEnded`."""
    integration.refresh_from_db()
    if integration.state == State.ENDED:
        raise IntegrationEnded(integration.name)
    found = Agreement.objects.select_related("request").filter(
        request__integration=integration, integration=None, state=AgreementState.IN_FORCE
    )
    first = found.first()
    if first is None:
        raise NotAmendable
    return first


def starts_of(agreement: Agreement) -> Mapping[int, date]:
    """From which date on an amendment holds at each location if it were signed now."""
    assert agreement.starts_on is not None
    today = dates_at([line.location_id for line in agreement.lines.all()])
    return {key: max(day, agreement.starts_on) for key, day in today.items()}


def _check(integration: Integration, amendment: Amendment) -> None:
    check_own(integration.business_id, amendment.location_ids)
    today = dates_at(amendment.location_ids)
    for place in locations_by_id(amendment.location_ids):
        if amendment.starts_on < today[place.pk]:
            raise StartPassed(place.name, today[place.pk])
        if (amendment.starts_on - today[place.pk]).days > FARTHEST_START:
            raise Incomplete({"starts_on": _("Choose a day within a year.")})
        if amendment.amends == Amends.LOCATIONS and place.franchisee and not amendment.consent:
            words = _("%(franchisee)s runs %(name)s: say who agreed there, and when.")
            said = {"franchisee": place.franchisee, "name": place.name}
            raise Incomplete({"consent": words % said})
    if amendment.amends == Amends.LOCATIONS:
        check_may_join(integration, dict.fromkeys(amendment.location_ids, amendment.starts_on))
    elif set(amendment.location_ids) - set(licensed_today(integration)):
        raise NotLicensed


def _replace_living(integration: Integration, actor: Person) -> None:
    for living in Agreement.objects.filter(integration=integration, state__in=LIVING):
        if living.state == AgreementState.SIGNED:
            raise Overtaken(living, AgreementState.PRICED)
        because = _("The account manager made a new offer.")
        void_agreement(lock_agreement(living), because, actor)
