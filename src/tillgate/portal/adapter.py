"""What allauth asks this installation: who may register, how mail goes out, what is said."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.foundation.mail import queue_mail
from tillgate.portal.account_mails import account_mail

# What a page says itself is not said again in a message on top of it.
_SAID: Mapping[str, str | Promise] = {
    "account/messages/cannot_delete_primary_email.txt": _("Your only address stays."),
    "account/messages/email_confirmation_failed.txt": _(
        "This address belongs to somebody else here. Yours stays as it was."
    ),
    "account/messages/email_confirmed.txt": _("Your address is confirmed."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("Your passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("You are signed out everywhere else."),
}

_AGAIN: Mapping[str, str | Promise] = {
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
    "mfa_reauthenticate": _("Use your app or a recovery code"),
    "reauthenticate": _("Use your password"),
}


class Adapter(DefaultAccountAdapter):
    """Everybody may register, which shows no business; roles come by invitation only."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is not active."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("The address or the password is not right."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This is not the code. Look again, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "passkey_refused": _("This passkey was not accepted."),
        "rate_limited": _("Too many attempts: wait a minute, then try again."),
        "too_many_login_attempts": _("Too many attempts: wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always."""
        return True

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be led there: a path of ours, and nothing that names a host."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_login(self, request: HttpRequest, user: Person, **known: Any) -> HttpResponse | None:
        """Take the address of somebody who was added by an operator as proven by them."""
        has_registered = known["signup"]
        if not has_registered and not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        answer: HttpResponse | None = super().pre_login(request, user, **known)
        return answer

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """How one shows again who one is: by the second factor where there is one."""
        known = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        strong = [name for name in _AGAIN if name in known and name != "reauthenticate"]
        chosen = strong or list(known)
        return [{**known[name], "description": _AGAIN[name]} for name in chosen]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail that has our words for what allauth calls by a template's name."""
        mail = account_mail(template_prefix, context)
        queue_mail(to=email, subject=mail.subject, text=mail.text, html=mail.html)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *more: Any,
        message: str | None = None,
        **known: Any,
    ) -> None:
        """Say it in our words, or not at all."""
        words = message or str(_SAID.get(message_template or "", ""))
        if words:
            super().add_message(request, level, message=words, **known)
