"""Which of our mails says what allauth wants said, and with which facts."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from tillgate.content.mails import Mail, render_mail
from tillgate.foundation.addresses import address_of
from tillgate.portal.templatetags.tillgate import moment

_CODES: Mapping[str, str] = {
    "account/email/login_code": "sign_in_code",
    "account/email/email_confirmation": "address_code",
    "account/email/email_confirmation_signup": "address_code",
    "account/email/password_reset_code": "password_code",
}


def account_mail(template: str, context: Mapping[str, Any]) -> Mail:
    """The mail that allauth calls by the name of a template, with our words."""
    if slot := _CODES.get(template):
        minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
        return render_mail(slot, {"code": str(context["code"]), "minutes": str(minutes)})
    if template == "account/email/account_already_exists":
        return render_mail("account_exists", {"link": address_of("account_login")})
    if template == "account/email/unknown_account":
        return render_mail("account_unknown", {"link": address_of("account_signup")})
    return render_mail(
        "account_changed",
        {
            "change": _change(template, context),
            "changed_at": moment(context["timestamp"]),
            "address": str(context["ip"]),
            "browser": str(context["user_agent"]),
            "link": address_of("account"),
        },
    )


def _change(template: str, context: Mapping[str, Any]) -> str:
    """What was changed, in a sentence; KeyError for a template that we have no words for."""
    sentences = {
        "account/email/password_changed": _("Your password was changed."),
        "account/email/password_set": _("A password was set."),
        "account/email/password_reset": _("A new password was chosen in place of a forgotten one."),
        "account/email/email_changed": _("Your e-mail address is now {to_email}."),
        "account/email/email_deleted": _("The address {deleted_email} was removed."),
        "mfa/email/totp_activated": _("An authenticator app was set up."),
        "mfa/email/totp_deactivated": _("The authenticator app was removed."),
        "mfa/email/webauthn_added": _("A passkey was added."),
        "mfa/email/webauthn_removed": _("A passkey was removed."),
        "mfa/email/recovery_codes_generated": _("New recovery codes were made."),
        "socialaccount/email/account_connected": _("Sign-in by {provider} was added."),
        "socialaccount/email/account_disconnected": _("Sign-in by {provider} was removed."),
    }
    known = {name: context[name] for name in ("to_email", "deleted_email") if name in context}
    return sentences[template].format(provider=context.get("provider", ""), **known)
