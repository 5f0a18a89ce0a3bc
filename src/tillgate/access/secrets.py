"""The secrets of a client: made, retired beside a successor, revoked, ended by themselves.

A secret is returned once, by `add_secret`; only its hash is stored. Whoever stores a token that was
had with a secret holds its row first (`hold_secret`), and revoking waits for that: so no token
of a revoked secret is left.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from oauth2_provider.models import AccessToken

from tillgate.access import notices, tokens
from tillgate.access.errors import TooManySecrets
from tillgate.access.models import Client, ClientSecret, SecretEnd, SecretToken
from tillgate.access.queries import live_secrets
from tillgate.foundation import clock
from tillgate.foundation.events import record_event

LIVE_SECRETS = 2
WARN_BEFORE = (timedelta(days=3), timedelta(days=14))  # the nearest first

_HINT = 6
_SANDBOX_HINT = 4


class Overlap(NamedTuple):
    """How long a secret lives on beside its successor.

    At the longest until `ends_at`, and only while it is used at least every `idle_days` days.
    """

    ends_at: datetime
    idle_days: int


@transaction.atomic
def add_secret(*, client: Client, actor: str, expires_at: datetime | None = None) -> str:
    """Make a further secret of a client, and return it. Raises `TooManySecrets`."""
    Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if live_secrets(client).count() >= LIVE_SECRETS:
        raise TooManySecrets
    secret = tokens.new_token(sandbox=client.sandbox)
    hint = secret[: len(tokens.SANDBOX_PREFIX) + _SANDBOX_HINT]
    if not client.sandbox:
        hint = secret[: len(tokens.PREFIX) + _HINT]
    ClientSecret.objects.create(
        client=client,
        hash=tokens.token_hash(secret),
        hint=hint,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    until = {"until": expires_at.isoformat()} if expires_at else {}
    _record("issued", client, actor, hint=hint, **until)
    return secret


@transaction.atomic
def retire_secret(*, secret: ClientSecret, overlap: Overlap, actor: str) -> None:
    """Let a secret that has a successor end by itself; never later than it would have anyway."""
    now = clock.now()
    end = min(overlap.ends_at, secret.expires_at or overlap.ends_at)
    ClientSecret.objects.filter(pk=secret.pk, revoked_at=None).update(
        retired_at=now,
        expires_at=end,
        idle_days=overlap.idle_days,
        idle_at=now + timedelta(days=overlap.idle_days),
    )
    facts = {"hint": secret.hint, "until": end.isoformat(), "idle_days": overlap.idle_days}
    _record("retired", secret.client, actor, **facts)


@transaction.atomic
def revoke_secret(
    *, secret: ClientSecret, actor: str, because: SecretEnd = SecretEnd.REVOKED
) -> bool:
    """Make a secret useless at once, with every access token had with it; whether it was live."""
    # The lock waits for tokens that are just being stored, so that they are found and go too.
    found = ClientSecret.objects.select_for_update(of=("self",)).get(pk=secret.pk)
    if found.revoked_at is not None:
        return False
    _end(found, clock.now(), because)
    AccessToken.objects.filter(had_with__secret=found).delete()
    _record("revoked", secret.client, actor, hint=secret.hint, because=because.value)
    return True


def hold_secret(secret_id: int) -> bool:
    """Keep a secret from being revoked until the transaction ends; false if it has been."""
    held = ClientSecret.objects.select_for_update(of=("self",))
    return held.filter(pk=secret_id, revoked_at=None).first() is not None


def had_with(token: AccessToken, secret_id: int) -> None:
    """Note with which secret an access token was had."""
    SecretToken.objects.create(token=token, secret_id=secret_id)


def note_use(secret: ClientSecret) -> None:
    """Note that a token was asked for with a secret: a retired one lives on for its idle days."""
    now = clock.now()
    used: dict[str, datetime] = {"last_used_at": now}
    if secret.idle_days is not None:
        used["idle_at"] = now + timedelta(days=secret.idle_days)
    ClientSecret.objects.filter(pk=secret.pk).update(**used)


def end_due_secrets() -> int:
    """Say of those that have ended by themselves that they have; returns how many."""
    now = clock.now()
    over = Q(expires_at__lte=now) | Q(idle_at__lte=now)
    due = ClientSecret.objects.filter(over, revoked_at=None).values_list("pk", flat=True)
    return sum(_end_due(key) for key in due)


def warn_of_expiries() -> int:
    """Tell of secrets that expire within 14 and within 3 days, once each; returns how many mails.

    A date nearer than that when it was set is no news to who set it.
    """
    now, told = clock.now(), 0
    soon = ClientSecret.objects.filter(
        revoked_at=None, expires_at__gt=now, expires_at__lte=now + max(WARN_BEFORE)
    )
    for secret in soon.select_related("client__integration"):
        assert secret.expires_at is not None
        left, set_at = secret.expires_at - now, secret.retired_at or secret.created_at
        reached = next(before for before in WARN_BEFORE if left <= before)
        if set_at <= secret.expires_at - reached:
            told += notices.secret_expiring(secret, days=reached.days)
    return told


@transaction.atomic
def _end_due(key: int) -> bool:
    now = clock.now()
    held = ClientSecret.objects.select_for_update(of=("self",)).filter(pk=key, revoked_at=None)
    secret = held.first()
    ends = [end for end in (secret.expires_at, secret.idle_at) if end] if secret else []
    if secret is None or not ends or min(ends) > now:
        return False
    because = SecretEnd.UNUSED if min(ends) == secret.idle_at else SecretEnd.EXPIRED
    _end(secret, min(ends), because)
    _record("ended", secret.client, "clock", hint=secret.hint, because=because.value)
    notices.secret_ended(secret)
    return True


def _end(secret: ClientSecret, at: datetime, because: SecretEnd) -> None:
    secret.revoked_at, secret.end_reason = at, because
    secret.save(update_fields=["revoked_at", "end_reason"])


def _record(kind: str, client: Client, actor: str, **data: object) -> None:
    record_event(
        kind=f"access:secret:{kind}", subject=f"client:{client.client_id}", actor=actor, data=data
    )
