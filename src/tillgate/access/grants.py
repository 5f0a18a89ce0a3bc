"""Consents and the tokens that follow from them.

A consent is a family of tokens. Each refresh makes a further pair and marks the refresh token it
used as revoked; for a minute the used one may be repeated and gets a further pair again, since
two processes of a program may refresh at once, and an answer may be lost. Used again later it must
have been stolen, and the whole family ends (RFC 9700 section 4.14.2). The access token of
before lives to its expiry, for another process may be calling with it.

The consent is the business's: it does not end when the person who gave it leaves the business.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from oauth2_provider.models import AccessToken, RefreshToken, set_token_value

from tillgate.access.models import Client, Consent
from tillgate.access.scopes import OFFLINE
from tillgate.access.tokens import token_hash
from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.foundation.events import record_event

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=60)
REFRESH_LIFE = timedelta(days=14)
OFFLINE_REFRESH_LIFE = timedelta(days=40)
FAMILY_LIFE = timedelta(days=365)
REPEAT_WINDOW = timedelta(seconds=60)


@transaction.atomic
def give_consent(*, client: Client, person: Person, scopes: Iterable[str]) -> Consent:
    """A person lets a client in: the beginning of a family of tokens."""
    now = clock.now()
    consent = Consent.objects.create(
        client=client,
        person=person,
        scopes=" ".join(scopes),
        given_at=now,
        ends_at=now + FAMILY_LIFE,
    )
    record_event(
        kind="access:consent:given",
        subject=f"client:{client.client_id}",
        actor=f"person:{person.pk}",
        data={"scopes": consent.scopes, "family": str(consent.family)},
    )
    return consent


@transaction.atomic
def end_family(family: UUID, *, reason: str, actor: str) -> None:
    """End a consent: every refresh and access token of it is refused from now on."""
    # The consent first: a refresh in progress holds its row, and its pair is then seen here.
    ended = Consent.objects.filter(family=family, ended_at=None)
    if ended.update(ended_at=clock.now(), end_reason=reason):
        record_event(
            kind="access:consent:ended",
            subject=f"consent:{family}",
            actor=actor,
            data={"reason": reason},
        )
    RefreshToken.revoke_family(family)


@transaction.atomic
def store_pair(
    *, consent: Consent, scopes: str, access: str, refresh: str, used: RefreshToken | None
) -> tuple[AccessToken, int]:
    """Store a pair of tokens; returns the access token, and for how many seconds the refresh
    token will be good.

    `used` is the refresh token they were had for, if any, which is marked as used. Raises
    `ValueError` if the family or `used` has been ended meanwhile.
    """
    locked = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    source = None
    if used is not None:
        used = RefreshToken.objects.get(pk=used.pk)
        if not may_refresh(used, locked):
            raise ValueError("ended meanwhile")
        if used.revoked is None:
            RefreshToken.objects.filter(pk=used.pk).update(revoked=clock.now())
            source = used
    elif locked.ended_at is not None:
        raise ValueError("ended meanwhile")
    pair = store_access(
        client=consent.client, person=consent.person, scopes=scopes, token=access, source=source
    )
    # The caller's consent has its client and person at hand, the locked row would look them up.
    store_refresh(consent, refresh, pair)
    now = clock.now()
    return pair, int((_refresh_end(now, locked) - now).total_seconds())


def store_access(
    *,
    client: Client,
    person: Person | None,
    scopes: str,
    token: str,
    source: RefreshToken | None = None,
) -> AccessToken:
    """Store an access token by its hash."""
    row = AccessToken(
        application=client,
        user=person,
        scope=scopes,
        expires=clock.now() + ACCESS_LIFE,
        source_refresh_token=source,
    )
    set_token_value(row, token)
    row.save()
    return row


def store_refresh(consent: Consent, token: str, access: AccessToken | None) -> None:
    """Store a refresh token of a family by its hash, with the access token it came with."""
    row = RefreshToken(
        application=consent.client,
        user=consent.person,
        access_token=access,
        token_family=consent.family,
    )
    set_token_value(row, token)
    row.save()


def find_refresh_token(token: str, client: Client) -> RefreshToken | None:
    """The refresh token of this client, used or not; another client's is as good as unknown."""
    found = RefreshToken.objects.filter(token_checksum=token_hash(token), application=client)
    return found.order_by("-pk").first()


def refresh_life(scopes: Iterable[str]) -> timedelta:
    """For how long a refresh token with these scopes can be used."""
    return OFFLINE_REFRESH_LIFE if OFFLINE in scopes else REFRESH_LIFE


def is_live(token: RefreshToken, consent: Consent) -> bool:
    """Whether neither the token nor its family has run out or been ended."""
    now = clock.now()
    return consent.ended_at is None and now < _refresh_end(token.created, consent)


def is_replay(token: RefreshToken) -> bool:
    """Whether the token was used longer ago than two processes at once could explain."""
    return token.revoked is not None and token.revoked <= clock.now() - REPEAT_WINDOW


def may_refresh(token: RefreshToken, consent: Consent) -> bool:
    """Whether the token gets a further pair."""
    return is_live(token, consent) and not is_replay(token)


def refresh_end(token: RefreshToken, consent: Consent) -> datetime:
    """Until when the token can be used, unless it is used before."""
    return _refresh_end(token.created, consent)


def _refresh_end(issued: datetime, consent: Consent) -> datetime:
    return min(issued + refresh_life(consent.scopes.split()), consent.ends_at)
