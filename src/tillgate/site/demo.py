"""`tillgate demo`: an installation of its own, filled by the same feed a back office would write.

What the demo made is kept in its data folder, so that a second start finds it again and feeds
only the days that have passed since. Its password and secret exist in no other installation.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from tillgate.access import acts
from tillgate.access.models import Client
from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.models import Role as Standing
from tillgate.foundation import clock, sandbox_ids
from tillgate.foundation.postgres.folder import write_private
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.feed.batch import import_files
from tillgate.ledger.models import OpenSale
from tillgate.simulator.feed import Plan, write_plan

ACTOR = "demo"
EMAIL = "owner@demo.example"
SCOPES = ("financial-api", "items")
REDIRECT_URIS = ("http://localhost:8765/callback", "https://localhost/")


class Kept(msgspec.Struct, kw_only=True):
    """What the demo remembers between two starts, in a file of mode 0600.

    `opened` is the first simulated business date; `simulated_until` is when the simulation was
    last fed, None where the data was given.
    """

    email: str = EMAIL
    password: str
    business_id: int
    location_ids: list[int]
    client_id: str
    client_secret: str
    opened: date
    simulated_until: datetime | None


class Ready(msgspec.Struct, kw_only=True):
    """What a program needs for its first call; `--json` prints it."""

    base_url: str
    client_id: str
    client_secret: str
    refresh_token: str
    scopes: list[str]
    business_id: int
    business_location_ids: list[int]


class NothingFed(ValueError):
    """The given feed holds no business with a location, so there is nothing to show."""


class OtherDemo(ValueError):
    """The data folder holds a demo of other data than was asked for."""


def prepare(folder: Path, *, days: int, feeds: Sequence[Path]) -> Kept:
    """Feed what is missing; on the first start make person, integration and client too."""
    path = folder / "demo.json"
    kept = msgspec.json.decode(path.read_bytes(), type=Kept) if path.exists() else None
    if kept and kept.simulated_until and feeds:
        raise OtherDemo(f"{folder} holds the simulated group: name another folder by --data-dir")
    now = clock.now()
    opened = kept.opened if kept else now.date() - timedelta(days=days)
    is_given = bool(feeds) or (kept is not None and kept.simulated_until is None)
    since = kept.simulated_until if kept else None
    files = feeds if is_given else _simulated(folder, opened, since, now)
    import_files(database_url(Role.LEDGER), files)
    kept = kept or _set_up(opened)
    kept.simulated_until = None if is_given else now
    write_private(path, msgspec.json.encode(kept).decode())
    return kept


def ready(kept: Kept, base_url: str) -> Ready:
    """The facts for the first call, with a refresh token of its own for this start."""
    client = Client.objects.get(client_id=kept.client_id)
    person = Person.objects.get(email=kept.email)
    return Ready(
        base_url=base_url,
        client_id=kept.client_id,
        client_secret=kept.client_secret,
        refresh_token=acts.issue_refresh_token(client=client, person=person, scopes=SCOPES),
        scopes=list(SCOPES),
        business_id=kept.business_id,
        business_location_ids=kept.location_ids,
    )


def first_path(kept: Kept) -> str:
    """What to ask first: the newest day with sales, one that has ended if there is any."""
    sales = OpenSale.objects.using("owner").filter(business_location_id__in=kept.location_ids)
    days = sales.order_by("-business_date", "pk").values_list(
        "business_date", "business_location_id"
    )
    past = days.filter(business_date__lt=clock.now().date() - timedelta(days=1))
    day, location = past.first() or days.first() or (clock.now().date(), kept.location_ids[0])
    return f"/f/finance/{location}/dailyFinancials?date={day}&include=payments"


def _simulated(folder: Path, opened: date, since: datetime | None, now: datetime) -> list[Path]:
    """The group's feed from the last start to now; what was fed before changes nothing."""
    # Days that were still open somewhere at the last start are written again, whole.
    first = max(opened, (since - timedelta(days=2)).date()) if since else opened
    plan = Plan(first=first, last=now.date(), opened=opened, until=now)
    return write_plan(folder / "feed", plan)


def _set_up(opened: date) -> Kept:
    business_id, location_ids = _largest_business()
    password = secrets.token_urlsafe(9)
    person = _owner(password)
    acts.add_membership(person=person, business_id=business_id, role=Standing.OWNER, actor=ACTOR)
    integration = acts.open_integration(
        business_id=business_id,
        name="Nightly bookkeeping",
        scopes=SCOPES,
        location_ids=location_ids,
        staff=True,
        consumers=True,
        authorizations=True,
        actor=ACTOR,
    )
    issued = acts.issue_client(integration=integration, redirect_uris=REDIRECT_URIS, actor=ACTOR)
    return Kept(
        password=password,
        business_id=business_id,
        location_ids=location_ids,
        client_id=issued.client_id,
        client_secret=issued.secret,
        opened=opened,
        simulated_until=None,
    )


def _largest_business() -> tuple[int, list[int]]:
    # As the owner, who sees every location; only a demo's own process holds that role.
    everywhere = BusinessLocation.objects.using("owner").order_by("pk")
    locations = everywhere.exclude(business_id=sandbox_ids.BUSINESS)
    counted = Counter(locations.values_list("business_id", flat=True))
    if not counted:
        raise NothingFed("The feed holds no location: give records of business and location too.")
    business_id = counted.most_common(1)[0][0]
    return business_id, [place.pk for place in locations.filter(business_id=business_id)]


def _owner(password: str) -> Person:
    """The demo's owner; one left by a first start that was interrupted gets the new password."""
    person = Person.objects.filter(email=EMAIL).first()
    if person is None:
        return acts.add_person(email=EMAIL, password=password, name="Demo owner", actor=ACTOR)
    person.set_password(password)
    person.save(update_fields=["password"])
    return person
