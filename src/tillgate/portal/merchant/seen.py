"""What of the programme a page may show to whoever asks: found, or there is no such page."""

from datetime import date

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillgate.access.models import Integration
from tillgate.access.queries import licensed_today
from tillgate.directory.models import BusinessLocation, Person, Role
from tillgate.directory.queries import locations_by_id
from tillgate.portal.words import in_words
from tillgate.programme.answers import Answers, Consent
from tillgate.programme.models import AccessRequest, FeasibilityCheck
from tillgate.programme.queries import businesses_of, checks_of, request_numbered

MERCHANT = (Role.OWNER, Role.MEMBER)


def own_businesses(person: Person) -> dict[int, str]:
    """The businesses for which somebody asks for access, their names by id."""
    return businesses_of(person, *MERCHANT)


def request_or_404(number: str, person: Person) -> AccessRequest:
    """The request of this number, if the person may see it."""
    found = request_numbered(number, person)
    if found is None:
        raise Http404
    return found


def own_request_or_404(number: str, person: Person) -> AccessRequest:
    """The request of this number, if it is of a business the person asks for."""
    found = request_or_404(number, person)
    if found.business_id not in own_businesses(person):
        raise Http404
    return found


def newest_check(person: Person, business_id: int | None) -> FeasibilityCheck | None:
    """The feasibility check that a request of the business would be sent with."""
    businesses = () if business_id is None else (business_id,)
    for check in checks_of(person, businesses):
        if check.business_id in {None, business_id}:
            return check
    return None


def listed(names: list[str]) -> str:
    """Names in a sentence: "Financial and Items"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def so_many_locations(count: int) -> str:
    """A count of locations in words."""
    return ngettext("%(n)d location", "%(n)d locations", count) % {"n": count}


def agreed_at(answers: Answers, place: BusinessLocation) -> tuple[str, date | None]:
    """Who agreed at a franchised location, and on which day, as far as was said."""
    said = answers.consents.get(str(place.pk), Consent())
    if not place.franchisee:
        return "", None
    try:
        return said.by, date.fromisoformat(said.on)
    except ValueError:
        return said.by, None


def integration_row(integration: Integration) -> dict[str, object]:
    """An integration with its business, its locations of today, and what it may read."""
    locations = locations_by_id(licensed_today(integration))
    return {
        "integration": integration,
        "business": locations[0].business if locations else None,
        "locations": locations,
        "may_read": in_words(integration.scope_words),
    }


def url_if_there(name: str) -> str:
    """The path of a page, "" in an installation that has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
