"""Which locations an integration may read, from when until when, and at what price.

One table says it, and one view of it (`LicencePeriod`) is what everybody reads. Dates are the
location's own business dates. No two periods of a location overlap.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from tillgate.access.errors import (
    ForeignLocation,
    LocationIn,
    LocationOver,
    NoLocation,
    NotLicensed,
    StartPassed,
    WrongLastDay,
)
from tillgate.access.models import Integration, LicencePeriod, LicensedLocation
from tillgate.directory.queries import dates_at, locations_by_id
from tillgate.foundation.events import record_event

ONE_DAY = timedelta(days=1)
FAR_AWAY = date.max


class Price(NamedTuple):
    """What a location costs a whole month, and by which agreement."""

    monthly: Decimal
    currency: str
    agreement: str


@transaction.atomic
def license_location(  # noqa: PLR0913  what a licence consists of
    *,
    integration: Integration,
    location_id: int,
    actor: str,
    from_date: date | None = None,
    until_date: date | None = None,
    price: Price | None = None,
) -> LicensedLocation:
    """Let the integration read a location of its business, from its today on where no date is said.

    Raises `ForeignLocation`, `LocationOver` or `LocationIn`.
    """
    start = from_date or dates_at([location_id])[location_id]
    check_may_join(integration, {location_id: start}, until=until_date)
    licence = LicensedLocation.objects.create(
        integration=integration,
        location_id=location_id,
        from_date=start,
        until_date=until_date,
        **_priced(price),
    )
    data = {"location_id": location_id, "from": start.isoformat(), **_said(price)}
    if until_date is not None:
        data["until"] = until_date.isoformat()
    _record("begun", integration.pk, actor, **data)
    return licence


@transaction.atomic
def end_licence(*, licence: LicensedLocation, last_date: date, actor: str) -> None:
    """Let the integration read a location until the end of a date of its own, and no longer."""
    LicensedLocation.objects.filter(pk=licence.pk).update(until_date=last_date)
    data = {"location_id": licence.location_id, "until": last_date.isoformat()}
    _record("ended", licence.integration_id, actor, **data)


@transaction.atomic
def remove_location(
    *, integration: Integration, location_id: int, last_date: date, actor: str
) -> None:
    """End access to a location and the charge for it together, with a date of its own.

    A removal can be moved nearer and never further away: that would be adding the location again.
    Raises `NotLicensed`, `StartPassed` or `WrongLastDay`.
    """
    hold(integration)
    today = dates_at([location_id])[location_id]
    periods = _not_over(integration, location_id, today)
    if not periods:
        raise NotLicensed
    if last_date < today:
        raise StartPassed(_name(location_id), today)
    first, last = periods[0].from_date, periods[-1].last_date
    if last_date < first or last_date > (last or FAR_AWAY):
        raise WrongLastDay(first, last)
    for licence in LicensedLocation.objects.filter(pk__in=[period.pk for period in periods]):
        if (licence.until_date or FAR_AWAY) > last_date:
            _end_or_cancel(licence, last_date, actor)


@transaction.atomic
def reprice_location(
    *, integration: Integration, location_id: int, from_date: date, price: Price, actor: str
) -> bool:
    """Let a location cost another price from a date on, until its licence ends as it would anyway.

    False where it is not licensed any more on that date. Raises `StartPassed`.
    """
    hold(integration)
    today = dates_at([location_id])[location_id]
    if from_date < today:
        raise StartPassed(_name(location_id), today)
    changed = False
    for licence in _rows_from(integration, location_id, from_date):
        changed = True
        if licence.from_date >= from_date:
            LicensedLocation.objects.filter(pk=licence.pk).update(**_priced(price))
            continue
        until = licence.until_date
        LicensedLocation.objects.filter(pk=licence.pk).update(until_date=from_date - ONE_DAY)
        LicensedLocation.objects.create(
            integration=integration,
            location_id=location_id,
            from_date=from_date,
            until_date=until,
            **_priced(price),
        )
    data = {"location_id": location_id, "from": from_date.isoformat(), **_said(price)}
    if changed:
        _record("repriced", integration.pk, actor, **data)
    return changed


@transaction.atomic
def end_all_licences(*, integration: Integration, actor: str) -> None:
    """Let every licence end today; what has not begun never does."""
    rows = list(LicensedLocation.objects.filter(integration=integration))
    today = dates_at({row.location_id for row in rows})
    for row in rows:
        now = today[row.location_id]
        if row.until_date is None or row.until_date > now:
            _end_or_cancel(row, now, actor)


def end_licences_of_ended_locations() -> int:
    """Write down the ends of licences whose location has ended, once they have passed; how many.

    They have counted as ended all along (`LicencePeriod`); from here on they stay ended, even if
    the location opens again.
    """
    differing = [
        (period, row)
        for period in LicencePeriod.objects.filter(last_date__isnull=False)
        for row in LicensedLocation.objects.filter(pk=period.pk).exclude(
            until_date=period.last_date
        )
    ]
    today = dates_at({period.location_id for period, _ in differing})
    ended = 0
    for period, row in differing:
        assert period.last_date is not None
        if period.last_date < today[period.location_id]:
            ended += 1
            _end_or_cancel(row, period.last_date, "clock")
    return ended


def check_may_join(
    integration: Integration, starts: dict[int, date], *, until: date | None = None
) -> None:
    """Raise `ForeignLocation`, `LocationOver` or `LocationIn` unless the locations may be added."""
    check_own(integration.business_id, starts)
    hold(integration)
    for place in locations_by_id(starts):
        if place.until is not None and place.until < starts[place.pk]:
            raise LocationOver(place.name, place.until, place.ended_as)
    for period in LicencePeriod.objects.filter(integration=integration, location_id__in=starts):
        start = starts[period.location_id]
        if start <= (period.last_date or FAR_AWAY) and period.from_date <= (until or FAR_AWAY):
            raise LocationIn(_name(period.location_id), period.last_date)


def check_own(business_id: int, location_ids: Collection[int]) -> None:
    """Raise `NoLocation` or `ForeignLocation` unless these are locations of the business."""
    if not location_ids:
        raise NoLocation
    own = {place.pk for place in locations_by_id(location_ids) if place.business_id == business_id}
    if strange := set(location_ids).difference(own):
        raise ForeignLocation(strange, business_id)


def hold(integration: Integration) -> None:
    """Keep others from changing this integration until the transaction ends."""
    Integration.objects.select_for_update(of=("self",)).get(pk=integration.pk)


@transaction.atomic
def _end_or_cancel(licence: LicensedLocation, last_date: date, actor: str) -> None:
    """End a licence with a date; one that would begin later never does."""
    if licence.from_date <= last_date:
        end_licence(licence=licence, last_date=last_date, actor=actor)
        return
    data = {"location_id": licence.location_id, "from": licence.from_date.isoformat()}
    _record("cancelled", licence.integration_id, actor, **data)
    licence.delete()


def _not_over(integration: Integration, location_id: int, today: date) -> list[LicencePeriod]:
    periods = LicencePeriod.objects.filter(integration=integration, location_id=location_id)
    in_order = periods.order_by("from_date")
    return [period for period in in_order if (period.last_date or FAR_AWAY) >= today]


def _rows_from(integration: Integration, location_id: int, day: date) -> Iterable[LicensedLocation]:
    rows = LicensedLocation.objects.filter(integration=integration, location_id=location_id)
    return [row for row in rows if (row.until_date or FAR_AWAY) >= day]


def _name(location_id: int) -> str:
    return next((place.name for place in locations_by_id([location_id])), str(location_id))


def _priced(price: Price | None) -> dict[str, object]:
    if price is None:
        return {}
    return {
        "monthly_price": price.monthly,
        "currency": price.currency,
        "agreement": price.agreement,
    }


def _said(price: Price | None) -> dict[str, str]:
    if price is None:
        return {}
    return {"price": f"{price.currency} {price.monthly}", "agreement": price.agreement}


def _record(kind: str, integration_id: int, actor: str, **data: object) -> None:
    record_event(
        kind=f"access:licence:{kind}",
        subject=f"integration:{integration_id}",
        actor=actor,
        data=data,
    )
