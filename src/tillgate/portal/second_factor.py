"""The second factor: who must have one, and how its secrets are kept."""

import base64
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.main import QRCode

from tillgate.content.queries import platform
from tillgate.directory.models import Person
from tillgate.directory.permissions import is_staff
from tillgate.foundation.config import config
from tillgate.foundation.events import record_event

# The page that asks for it; it gets the address to go on to as `next`.
PAGE = "second_factor"

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def second_factor_missing(person: Person) -> bool:
    """Whether a person with a staff role has no second factor yet.

    Whoever has one was asked for it: at signing in, or by having just set it up, since that ends
    their other sessions.
    """
    return is_staff(person) and not has_second_factor(person)


def has_second_factor(person: Person) -> bool:
    """Whether signing in asks this person for an app's code or a passkey."""
    has: bool = Authenticator.objects.filter(user=person, type__in=_FACTORS).exists()
    return has


@transaction.atomic
def forget_second_factor(person: Person, *, actor: str) -> None:
    """Take everything away that was set up, from somebody who has lost it; and sign them out."""
    Authenticator.objects.filter(user=person).delete()
    _end_sessions(person, but=None)
    kind = "directory:person:second_factor_forgotten"
    record_event(kind=kind, subject=f"person:{person.pk}", actor=actor)


def listen() -> None:
    """Have every new factor close what was open without it; in its own transaction."""
    post_save.connect(_added, sender=Authenticator, dispatch_uid="second_factor_added")
    post_delete.connect(_removed, sender=Authenticator, dispatch_uid="second_factor_removed")


def _removed(instance: Authenticator, **_more: Any) -> None:
    _record("removed", instance)


def _added(instance: Authenticator, created: bool, **_more: Any) -> None:
    """Sign the person out elsewhere, where nobody was asked for this factor."""
    if not created:
        return
    _record("added", instance)
    if instance.type not in _FACTORS:
        return
    request: HttpRequest | None = context.request
    _end_sessions(instance.user, but=request.session.session_key if request else None)
    if request:
        # Whoever has just set it up has shown it, and need not do so again on the next page.
        shown = {"id": instance.pk, "type": instance.type, "reauthenticated": True}
        record_authentication(request, instance.user, "mfa", **shown)


def _record(what: str, factor: Authenticator) -> None:
    who = f"person:{factor.user_id}"
    kind = f"directory:person:second_factor_{what}"
    record_event(kind=kind, subject=who, actor=who, data={"type": factor.type})


def _end_sessions(person: Person, *, but: str | None) -> None:
    for session in UserSession.objects.filter(user=person):
        if session.session_key != but:
            session.end()


class Factors(DefaultMFAAdapter):
    """Keeps an app's secret and the seed of recovery codes sealed, by a key of their own."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy(
            "Your account has a second factor: remove it before you change the address."
        ),
        "incorrect_code": gettext_lazy("This is not the code. Look again, and type the newest."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it; sealed under another TILLGATE_SECRET_KEY, it becomes one that nobody has."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            nobodys: str = generate_totp_secret()
            return nobodys

    def get_totp_issuer(self) -> str:
        """What the app calls us."""
        return platform().name

    def build_totp_svg(self, url: str) -> str:
        """The QR code as a drawing that needs no style: one path of unit squares."""
        code = QRCode(border=2)
        code.add_data(url)
        rows = code.get_matrix()
        squares = "".join(
            f"M{x},{y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return (
            f'<svg class="qr" viewBox="0 0 {len(rows)} {len(rows)}" role="img"'
            f' aria-label="{_("QR code for your authenticator app")}"><path d="{squares}"/></svg>'
        )

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002
        """What a new passkey is called until it is given a name."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey {number}").format(number=count + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for: our public host, whatever host was asked."""
        host = urlsplit(config().base_url).hostname
        asked = context.request.get_host().partition(":")[0]
        return {"id": host or asked, "name": platform().name}


def _seal() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"tillgate second factor")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
