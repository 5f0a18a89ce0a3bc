"""Handing credentials over: a one-time link, a code by mail, then the secret is shown once.

The secret is made when the link is opened, so nobody could have seen it before, and it is never in
a mail. A link that was opened says so, and offers a new one to the same address.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from tillgate.access.models import Client, State
from tillgate.access.secrets import add_secret, revoke_secret
from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.programme import notices
from tillgate.programme.acts.signature import Origin
from tillgate.programme.codes import make_code, prove_code, use_proof
from tillgate.programme.errors import LinkExpired, LinkUnknown, LinkUsed, TooManyCodes
from tillgate.programme.links import hash_of, new_link
from tillgate.programme.models import CredentialLink, MailCode
from tillgate.programme.recording import record

LINK_LIFE = timedelta(days=7)
MOST_LINKS_A_DAY = 5


class Credentials(NamedTuple):
    """What a link shows once; the secret cannot be had again."""

    client_id: str
    secret: str


def make_credential_link(
    *, client: Client, name: str, email: str, actor: Person | str
) -> tuple[CredentialLink, str]:
    """A link for a client's credentials and its token; an earlier link that is open ends."""
    now, link = clock.now(), new_link()
    CredentialLink.objects.filter(client=client, opened_at=None, ended_at=None).update(ended_at=now)
    made = CredentialLink.objects.create(
        client=client,
        name=name,
        email=email,
        token_hash=link.token_hash,
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    record("credentials:link:sent", _subject(client), actor, to=email)
    return made, link.token


def find_credential_link(token: str) -> CredentialLink:
    """The link as it was mailed, also when it was opened or is too old. Raises `LinkUnknown`."""
    links = CredentialLink.objects.select_related("client__integration")
    link = links.filter(token_hash=hash_of(token)).first()
    if link is None:
        raise LinkUnknown
    return link


@transaction.atomic
def send_credentials_code(*, token: str) -> MailCode:
    """Mail a code to the technical contact.

    Raises `LinkUnknown`, `LinkUsed`, `LinkExpired` or `TooManyCodes`.
    """
    link = find_credential_link(token)
    _check_open(link)
    code, digits = make_code(subject=code_subject(link), email=link.email)
    record("credentials:code:sent", _subject(link.client), "link", to=link.email)
    notices.credentials_code(link, code, digits)
    return code


def prove_technical_contact(*, token: str, typed: str) -> MailCode:
    """The code, typed right. Raises `WrongCode` and what `send_credentials_code` raises."""
    link = find_credential_link(token)
    _check_open(link)
    return prove_code(subject=code_subject(link), typed=typed)


@transaction.atomic
def open_credentials(*, token: str, code_id: int | None, origin: Origin) -> Credentials:
    """Make the secret and show it, once; of two at the same moment one gets it.

    A secret that an earlier link showed and nobody ever used ends with this. Raises `LinkUnknown`,
    `LinkUsed`, `LinkExpired`, `CodeUsed` or `TooManySecrets`.
    """
    link = find_credential_link(token)
    Client.objects.select_for_update(of=("self",)).get(pk=link.client_id)
    link = find_credential_link(token)
    _check_open(link)
    use_proof(code_id, subject=code_subject(link))
    by = f"technical_contact:{link.email}"
    _end_unused_secrets(link.client, by)
    secret = add_secret(client=link.client, actor=by)
    link.opened_at = clock.now()
    link.secret = link.client.secrets.order_by("-pk").first()
    link.save(update_fields=["opened_at", "secret"])
    record("credentials:link:opened", _subject(link.client), by, **origin._asdict())
    notices.credentials_opened(link, link.client.integration)
    return Credentials(link.client.client_id, secret)


@transaction.atomic
def renew_credential_link(*, token: str) -> CredentialLink:
    """Mail a new link to the address that got this one, whoever asks.

    Raises `LinkUnknown`, also for an integration that has ended, or `TooManyCodes`.
    """
    old = find_credential_link(token)
    if old.client.integration.state == State.ENDED:
        raise LinkUnknown
    since = clock.now() - timedelta(days=1)
    Client.objects.select_for_update(of=("self",)).get(pk=old.client_id)
    if CredentialLink.objects.filter(client=old.client, created_at__gt=since).count() > (
        MOST_LINKS_A_DAY
    ):
        raise TooManyCodes
    link, new_token = make_credential_link(
        client=old.client, name=old.name, email=old.email, actor="link"
    )
    notices.credentials_link(link, new_token)
    return link


def code_subject(link: CredentialLink) -> str:
    """What a code for this link is for."""
    return f"credentials:{link.pk}"


def _check_open(link: CredentialLink) -> None:
    if link.opened_at is not None:
        raise LinkUsed
    if link.ended_at is not None or link.client.integration.state == State.ENDED:
        raise LinkUnknown
    if link.expires_at <= clock.now():
        raise LinkExpired


def _end_unused_secrets(client: Client, by: str) -> None:
    shown = CredentialLink.objects.filter(client=client, secret__isnull=False)
    unused = client.secrets.filter(
        pk__in=shown.values("secret"), last_used_at=None, revoked_at=None
    )
    for secret in unused:
        revoke_secret(secret=secret, actor=by)


def _subject(client: Client) -> str:
    return f"client:{client.client_id}"
