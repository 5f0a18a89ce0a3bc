"""`tillgate demo`: an installation of its own, filled by the same feed a back office would write.

On the first start its merchant walks the whole way from interest to credentials, by the programme's
own acts. What that made is kept in the data folder, so that a second start finds it again and feeds
only the days that have passed since. Its people and secrets exist in no other installation.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from tillgate.access import acts
from tillgate.access.models import Client
from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.queries import business_names
from tillgate.foundation import clock, sandbox_ids
from tillgate.foundation.postgres.folder import write_private
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.feed.batch import import_files
from tillgate.ledger.models import ClosedDay, OpenSale
from tillgate.programme.files import file_of
from tillgate.programme.models import Agreement, FileKind
from tillgate.site import demo_others, demo_people, demo_way
from tillgate.site.demo_feed import Writing
from tillgate.site.demo_mapping import keep_demo_mapping

SCOPES = ("financial-api", "items")
EMAIL = demo_people.CAST["owner"][0]

Say = Callable[[str], None]


class Kept(msgspec.Struct, kw_only=True):
    """What the demo remembers between two starts, in a file of mode 0600.

    `opened` is the first simulated business date; `simulated_until` is when the simulation was
    last fed, None where the data was given.
    """

    email: str = EMAIL
    password: str
    agreement_pdf: str
    business_id: int
    location_ids: list[int]
    client_id: str
    client_secret: str
    opened: date
    simulated_until: datetime | None


class Account(msgspec.Struct):
    """How to sign in as somebody of the demo."""

    email: str
    password: str


class Ready(msgspec.Struct, kw_only=True):
    """What a program needs for its first call; `--json` prints it."""

    base_url: str
    client_id: str
    client_secret: str
    refresh_token: str
    scopes: list[str]
    business_id: int
    business_location_ids: list[int]
    accounts: dict[str, Account]
    mailbox_url: str
    agreement_pdf: str


class NothingFed(ValueError):
    """The given feed holds no business with a location, so there is nothing to show."""


class OtherDemo(ValueError):
    """The data folder holds a demo of other data than was asked for."""


def prepare(
    folder: Path, *, days: int, feeds: Sequence[Path], writing: Writing | None, say: Say
) -> Kept:
    """Feed what is missing; on the first start walk the way from interest to credentials too.

    `writing` is the simulated feed, None where data is given.
    """
    path = folder / "demo.json"
    kept = msgspec.json.decode(path.read_bytes(), type=Kept) if path.exists() else None
    if kept and kept.simulated_until and feeds:
        raise OtherDemo(f"{folder} holds the simulated group: name another folder by --data-dir")
    others = [demo_others.write_directory(folder / "feed")] if writing else []
    files = [*writing.files(), *others] if writing else feeds
    import_files(database_url(Role.LEDGER), files)
    opened = writing.wanted.opened if writing else clock.now().date() - timedelta(days=days)
    kept = kept or _set_up(folder, opened, with_others=writing is not None, say=say)
    kept.simulated_until = writing.wanted.until if writing else None
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
        accounts={
            role: Account(email, kept.password) for role, (email, _) in demo_people.CAST.items()
        },
        mailbox_url=f"{base_url}/outbox/",
        agreement_pdf=kept.agreement_pdf,
    )


def first_path(kept: Kept) -> str:
    """What to ask first: the newest day with sales, one that has ended if there is any."""
    mine = {"business_location_id__in": kept.location_ids}
    columns = ("business_date", "business_location_id")
    closed = ClosedDay.objects.using("owner").filter(**mine, sale_count__gt=0)
    opened = OpenSale.objects.using("owner").filter(**mine)
    found = (
        days.order_by("-business_date").values_list(*columns).first() for days in (closed, opened)
    )
    fallback = (clock.now().date(), kept.location_ids[0])
    day, location = next((one for one in found if one), fallback)
    return f"/f/finance/{location}/dailyFinancials?date={day}&include=payments"


def _set_up(folder: Path, opened: date, *, with_others: bool, say: Say) -> Kept:
    demo_people.forget_everybody()
    business_id, location_ids = _largest_business()
    password = secrets.token_urlsafe(9)
    people = demo_people.make_people(password)
    name = business_names([business_id])[business_id]
    walked = demo_way.walk(business_id, name, people, say)
    demo_people.add_member(business_id, people.member)
    if with_others:
        mapping = keep_demo_mapping(business_id, people.member)
        say(f"{people.member.name} kept how {name} is booked: {len(mapping.accounts)} accounts")
        demo_others.fill_the_rest(people)
        say("A second merchant, Kallas Bakeries, waits at each step")
    return Kept(
        password=password,
        business_id=business_id,
        location_ids=location_ids,
        client_id=walked.credentials.client_id,
        client_secret=walked.credentials.secret,
        agreement_pdf=str(_write_agreement(folder, walked.agreement)),
        opened=opened,
        simulated_until=None,
    )


def _write_agreement(folder: Path, agreement: Agreement) -> Path:
    sealed = file_of(agreement, FileKind.SEALED)
    assert sealed is not None, "the way leads over a signature"
    path = folder / f"agreement-{agreement.number}.pdf"
    path.write_bytes(bytes(sealed.content))
    return path


def _largest_business() -> tuple[int, list[int]]:
    # As the owner, who sees every location; only a demo's own process holds that role.
    locations = BusinessLocation.objects.using("owner").order_by("pk")
    locations = locations.exclude(business_id=sandbox_ids.BUSINESS)
    counted = Counter(locations.values_list("business_id", flat=True))
    if not counted:
        raise NothingFed("The feed holds no location: give records of business and location too.")
    business_id = counted.most_common(1)[0][0]
    return business_id, [place.pk for place in locations.filter(business_id=business_id)]
