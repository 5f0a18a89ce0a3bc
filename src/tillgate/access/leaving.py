"""An owner takes a location out of an integration, with a date."""

from datetime import date

from django.db import transaction

from tillgate.access import licences, notices
from tillgate.access.models import Integration
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import locations_by_id

PERMISSION = "location:remove"


@transaction.atomic
def take_out_location(
    *, integration: Integration, location_id: int, last_date: date, actor: Person
) -> None:
    """End access to a location and the charge for it with one of its dates, today at the earliest.

    Raises `NotLicensed`, `StartPassed` or `WrongLastDay`.
    """
    require(actor, PERMISSION, business_id=integration.business_id)
    licences.remove_location(
        integration=integration,
        location_id=location_id,
        last_date=last_date,
        actor=f"person:{actor.pk}",
    )
    name = next((place.name for place in locations_by_id([location_id])), str(location_id))
    notices.location_removed(integration, actor=actor, location=name, last_date=last_date)
