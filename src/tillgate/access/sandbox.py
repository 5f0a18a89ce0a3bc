"""A person's own client of the sandbox: opened at once, without a request, for 30 days.

What it reads is the one invented business that `site.sandbox` feeds. Its licences end with the
last day of the sandbox at each location, so it ends even while nobody looks after it.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from tillgate.access import acts, scopes, secrets
from tillgate.access.acts import IssuedClient
from tillgate.access.errors import (
    IntegrationEnded,
    NoSandbox,
    NoSandboxHere,
    NoSuchSecret,
    SandboxNotReady,
    SandboxOpen,
)
from tillgate.access.models import ClientSecret, Sandbox, State
from tillgate.content.mails import render_mail
from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import locations_by_id
from tillgate.foundation import clock
from tillgate.foundation.addresses import address_of
from tillgate.foundation.config import config
from tillgate.foundation.events import record_event
from tillgate.foundation.mail import queue_mail
from tillgate.foundation.sandbox_ids import BUSINESS, LOCATIONS

DAYS = 30
CALLS_PER_MINUTE = 60
REMINDER = timedelta(days=7)
PERMISSION = "sandbox:open"


def sandbox_locations() -> list[BusinessLocation]:
    """The sandbox's locations by name; none until its business has been fed for the first time."""
    return locations_by_id(LOCATIONS)


def sandbox_of(person: Person) -> Sandbox | None:
    """The person's sandbox, while it is open."""
    unended = Sandbox.objects.filter(person=person, ended_at=None).select_related("integration")
    return unended.exclude(_is_over()).first()


@transaction.atomic
def open_sandbox(*, actor: Person) -> IssuedClient:
    """Let the person read the sandbox from now on: both scopes, all its invented people.

    Raises `NoSandboxHere`, `SandboxOpen` when there is one already, or `SandboxNotReady`.
    """
    _allow(actor)
    # Of two clicks one waits here, and then finds what the other has made.
    Person.objects.select_for_update().get(pk=actor.pk)
    for over in Sandbox.objects.filter(_is_over(), person=actor, ended_at=None):
        _end(over, reason="its time is over", actor="clock")
    if sandbox_of(actor):
        raise SandboxOpen
    if not sandbox_locations():
        raise SandboxNotReady
    return _open(actor)


@transaction.atomic
def add_sandbox_secret(*, actor: Person) -> str:
    """A further secret for the person's sandbox. Raises `NoSandbox` or `TooManySecrets`."""
    return secrets.add_secret(client=_own(actor).client, actor=_name(actor))


@transaction.atomic
def revoke_sandbox_secret(*, secret_id: int, actor: Person) -> None:
    """Make a secret of the person's sandbox useless. Raises `NoSandbox` or `NoSuchSecret`."""
    live = ClientSecret.objects.filter(client=_own(actor).client, revoked_at=None)
    secret = live.select_related("client").filter(pk=secret_id).first()
    if secret is None:
        raise NoSuchSecret
    secrets.revoke_secret(secret=secret, actor=_name(actor))


@transaction.atomic
def change_sandbox_redirects(*, redirect_uris: Iterable[str], actor: Person) -> None:
    """Where the person's program wants codes to be sent. Raises `NoSandbox`, `RedirectRefused`."""
    client = _own(actor).client
    acts.change_redirect_uris(client=client, redirect_uris=redirect_uris, actor=_name(actor))


@transaction.atomic
def close_sandbox(*, actor: Person) -> None:
    """End the person's sandbox with all its tokens. Raises `NoSandbox`."""
    if not _end(_own(actor), reason="closed by its owner", actor=_name(actor)):
        raise NoSandbox


def end_due_sandboxes() -> int:
    """End those whose time is over; returns how many."""
    due = Sandbox.objects.filter(_is_over(), ended_at=None)
    return sum(_end(sandbox, reason="its time is over", actor="clock") for sandbox in due)


def remind_of_endings() -> int:
    """Tell those whose sandbox ends within a week, once; returns how many."""
    now = clock.now()
    soon = Sandbox.objects.filter(
        ended_at=None, reminded_at=None, ends_at__gt=now, ends_at__lte=now + REMINDER
    )
    return sum(_remind(sandbox) for sandbox in soon.select_related("person"))


def _is_over() -> Q:
    return Q(ends_at__lte=clock.now()) | Q(integration__state=State.ENDED)


def _allow(person: Person) -> None:
    require(person, PERMISSION)
    if not config().sandbox:
        raise NoSandboxHere


def _own(person: Person) -> Sandbox:
    require(person, PERMISSION)
    sandbox = sandbox_of(person)
    if sandbox is None:
        raise NoSandbox
    return sandbox


def _open(person: Person) -> IssuedClient:
    now = clock.now()
    ends_at = _end_of_last_day(now)
    integration = acts.open_integration(
        business_id=BUSINESS,
        name="Sandbox",
        scopes=scopes.ALL,
        location_ids=LOCATIONS,
        staff=True,
        consumers=True,
        authorizations=True,
        calls_per_minute=CALLS_PER_MINUTE,
        until_date=(ends_at - timedelta(days=1)).date(),
        actor=_name(person),
    )
    issued = acts.issue_client(integration=integration, redirect_uris=(), actor=_name(person))
    sandbox = Sandbox.objects.create(
        person=person, integration=integration, opened_at=now, ends_at=ends_at
    )
    _record("access:sandbox:opened", sandbox, _name(person), ends_at=ends_at.isoformat())
    _tell("sandbox_ready", sandbox)
    return issued


def _end_of_last_day(opened_at: datetime) -> datetime:
    """The end of the 30th UTC date after that of opening, which is when the licences end too."""
    day_after = opened_at.astimezone(UTC).date() + timedelta(days=DAYS + 1)
    return datetime.combine(day_after, time(), UTC)


@transaction.atomic
def _end(sandbox: Sandbox, *, reason: str, actor: str) -> bool:
    """End a sandbox with its integration; whether it was open until now."""
    still_open = Sandbox.objects.filter(pk=sandbox.pk, ended_at=None)
    if not still_open.update(ended_at=clock.now()):
        return False
    with suppress(IntegrationEnded):
        acts.end_integration(integration=sandbox.integration, reason=reason, actor=actor)
    _record("access:sandbox:ended", sandbox, actor, reason=reason)
    return True


@transaction.atomic
def _remind(sandbox: Sandbox) -> bool:
    still_open = Sandbox.objects.filter(pk=sandbox.pk, ended_at=None, reminded_at=None)
    if not still_open.update(reminded_at=clock.now()):
        return False
    _tell("sandbox_ending", sandbox)
    return True


def _tell(name: str, sandbox: Sandbox) -> None:
    facts = {
        "name": sandbox.person.get_full_name(),
        "expires": f"{sandbox.ends_at:%Y-%m-%d %H:%M} UTC",
        "link": address_of("sandbox"),
    }
    mail = render_mail(name, facts)
    key = f"sandbox:{sandbox.pk}:{name}"
    queue_mail(
        to=sandbox.person.email, subject=mail.subject, text=mail.text, html=mail.html, key=key
    )


def _record(kind: str, sandbox: Sandbox, actor: str, **data: object) -> None:
    record_event(kind=kind, subject=f"sandbox:{sandbox.pk}", actor=actor, data=data)


def _name(person: Person) -> str:
    return f"person:{person.pk}"
