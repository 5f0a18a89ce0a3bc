"""A person's hand on the credentials of an integration: its owner's or its technical contact's.

A secret is changed without a pause: a second is made beside the first, the program is changed, and
the first ends by itself when it has not been used for a while, or earlier by hand. It never
outlives the date that was set for it.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tillgate.access import acts, notices
from tillgate.access.errors import (
    BadOverlap,
    IntegrationEnded,
    LastSecret,
    NoSuchSecret,
    TooManySecrets,
)
from tillgate.access.models import Client, Integration, State
from tillgate.access.queries import live_secrets
from tillgate.access.rules import can_connect
from tillgate.access.secrets import LIVE_SECRETS, Overlap, add_secret, retire_secret, revoke_secret
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.foundation import clock

PERMISSION = "credentials:manage"
LONGEST_OVERLAP = 90  # days
MOST_IDLE_DAYS = 30
LONGEST_LIFE = 2 * 366  # days


@transaction.atomic
def make_secret(
    *,
    client: Client,
    actor: Person,
    overlap_until: date | None = None,
    idle_days: int | None = None,
    last_day: date | None = None,
) -> str:
    """Make a secret, and return it; where one is live already, the older one is retired.

    The older one works until the end of `overlap_until` (a UTC date) at the longest, and only while
    it is used at least every `idle_days` days. `last_day` is the new one's own last UTC date, if
    any. Raises `BadOverlap`, `TooManySecrets` or `IntegrationEnded`.
    """
    client = _own(client, actor)
    live = list(live_secrets(client))
    if len(live) >= LIVE_SECRETS:
        raise TooManySecrets
    overlap = _overlap(overlap_until, idle_days) if live else None
    if last_day and not 1 <= _days_from_today(last_day) <= LONGEST_LIFE:
        raise BadOverlap("last_day", _("Choose a day after today, within two years."))
    expires_at = _end_of(last_day) if last_day else None
    secret = add_secret(client=client, actor=_name(actor), expires_at=expires_at)
    if overlap is not None:
        retire_secret(secret=live[0], overlap=overlap, actor=_name(actor))
    made = client.secrets.latest("pk")
    notices.secret_made(client, actor=actor, hint=f"{made.hint}…")
    return secret


@transaction.atomic
def end_secret(*, client: Client, secret_id: int, actor: Person, knows_last: bool) -> None:
    """Revoke a secret at once, with the access tokens that were had with it.

    The last one goes too, for a leaked one must be stopped by whoever notices; but only for who
    was told that the program gets no further token then (`knows_last`). Raises `LastSecret`,
    `NoSuchSecret` or `IntegrationEnded`.
    """
    client = _own(client, actor)
    live = {secret.pk: secret for secret in live_secrets(client)}
    if secret_id not in live:
        raise NoSuchSecret
    if len(live) == 1 and not knows_last:
        raise LastSecret
    revoke_secret(secret=live[secret_id], actor=_name(actor))


@transaction.atomic
def change_redirects(*, client: Client, redirect_uris: Iterable[str], actor: Person) -> None:
    """Let codes be sent to these addresses and no others. Raises `RedirectRefused`."""
    client, uris = _own(client, actor), list(redirect_uris)
    if client.redirect_uris.split() == uris:
        return
    acts.change_redirect_uris(client=client, redirect_uris=uris, actor=_name(actor))
    notices.redirects_changed(client, actor=actor, uris=uris)


def may_manage(person: Person, integration: Integration) -> bool:
    """Whether somebody has a hand on the credentials of this integration."""
    return not hasattr(integration, "sandbox") and can_connect(person, integration)


def _own(client: Client, actor: Person) -> Client:
    """The client, held so that of two who change it one waits."""
    require(actor, PERMISSION, business_id=client.integration.business_id)
    held = Client.objects.select_for_update(of=("self",)).select_related("integration")
    client = held.get(pk=client.pk)
    if not may_manage(actor, client.integration):
        raise NotPermitted(PERMISSION)
    if client.integration.state == State.ENDED:
        raise IntegrationEnded(client.integration.name)
    return client


def _overlap(until: date | None, idle_days: int | None) -> Overlap:
    if until is None or not 0 <= _days_from_today(until) <= LONGEST_OVERLAP:
        words = _("Choose a day from today on, at most %(most)s days away.")
        raise BadOverlap("overlap_until", words % {"most": LONGEST_OVERLAP})
    if idle_days is None or not 1 <= idle_days <= MOST_IDLE_DAYS:
        words = _("Write how many days, from 1 to %(most)s.")
        raise BadOverlap("idle_days", words % {"most": MOST_IDLE_DAYS})
    return Overlap(_end_of(until), idle_days)


def _days_from_today(day: date) -> int:
    return (day - clock.now().astimezone(UTC).date()).days


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _name(person: Person) -> str:
    return f"person:{person.pk}"
