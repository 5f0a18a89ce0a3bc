"""allauth's forms with our labels, hints and limits.

Some are told apart by name only, because allauth's settings name a form for each of its pages.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar
from uuid import uuid4

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.portal.forms import Careful, plain_line
from tillgate.portal.registration import record_registration

Words = Mapping[str, Any]

_LONGEST_ADDRESS = 254
_ADDRESS = _("E-mail address")
_PASSWORD = _("Password")
_NEW_PASSWORDS: Words = {
    "password1": _("New password"),
    "password2": _("The new password again"),
}
_CODE: Words = {"code": _("Code")}


class Worded:
    """Mixin: our words for the fields of a form, and no others."""

    labels: ClassVar[Words] = {}
    hints: ClassVar[Words] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if isinstance(field, forms.EmailField):
                # allauth would cut a longer one off to fit, and so make it another address.
                field.max_length = _LONGEST_ADDRESS


class Ours(Careful, Worded):
    """Mixin: our words and the portal's limits on text."""


# --- Signing in and registering -------------------------------------------------------------------


class SignIn(Ours, account.LoginForm):
    """By password; by a code that is mailed where none is typed or the code is asked for."""

    labels: ClassVar[Words] = {"login": _ADDRESS, "password": _PASSWORD}
    hints: ClassVar[Words] = {"password": _("Leave it empty to get a code by mail instead.")}
    autocomplete: ClassVar[Mapping[str, str]] = {"login": "username webauthn"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False

    def user_credentials(self) -> dict[str, Any]:
        """What was typed; without a password the code is sent."""
        credentials: dict[str, Any] = super().user_credentials()
        if self.data.get("by") == "code":
            credentials.pop("password", None)
        return credentials


class Register(Ours, account.SignupForm):
    """Name and address. No password: whoever registers another's address must leave none behind."""

    labels: ClassVar[Words] = {"name": _("Your name"), "email": _ADDRESS}
    hints: ClassVar[Words] = {"email": _("We mail you a code to it.")}
    autocomplete: ClassVar[Mapping[str, str]] = {"name": "name", "email": "email"}
    field_order: ClassVar[list[str]] = ["name", "email"]

    name = forms.CharField(max_length=Person._meta.get_field("name").max_length)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"]

    def custom_signup(self, request: HttpRequest, user: Person) -> None:
        """Keep the name."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Make the person; who registers twice at once is answered like one who did so before."""
        try:
            with transaction.atomic():
                return self._saved(request)
        except IntegrityError:
            self.account_already_exists = True
            return self._saved(request)

    def _saved(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        if self.account_already_exists:
            self._pretend(request)
        made: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        return made

    def _pretend(self, request: HttpRequest) -> None:
        """Make somebody and take it back: how long an answer takes must not tell who is known."""
        shadow = copy(self)
        shadow.account_already_exists = False
        shadow.cleaned_data = {**self.cleaned_data, "email": f"{uuid4().hex}@shadow.invalid"}
        with transaction.atomic():
            record_registration(shadow.save(request))
            transaction.set_rollback(True)


class SsoRegister(Ours, social.SignupForm):
    """The address, where the identity provider named none that can be used."""

    labels: ClassVar[Words] = {"email": _ADDRESS}


class LoginCode(Ours, account.ConfirmLoginCodeForm):
    """The code that signs in."""

    labels: ClassVar[Words] = _CODE


class AddressCode(Ours, account.ConfirmEmailVerificationCodeForm):
    """The code that proves an address."""

    labels: ClassVar[Words] = _CODE


# --- Address and password -------------------------------------------------------------------------


class NewAddress(Ours, account.AddEmailForm):
    """Another address for oneself."""

    labels: ClassVar[Words] = {"email": _("New e-mail address")}
    hints: ClassVar[Words] = {"email": _("We mail a code to it.")}


class ChangePassword(Ours, account.ChangePasswordForm):
    """The old password and a new one."""

    labels: ClassVar[Words] = {"oldpassword": _("Your password until now"), **_NEW_PASSWORDS}
    hints: ClassVar[Words] = {"password1": _("At least ten characters.")}


class SetPassword(Ours, account.SetPasswordForm):
    """A first password."""

    labels: ClassVar[Words] = _NEW_PASSWORDS
    hints: ClassVar[Words] = {"password1": _("At least ten characters.")}


class ForgottenPassword(Ours, account.ResetPasswordForm):
    """Where to mail the code."""

    labels: ClassVar[Words] = {"email": _ADDRESS}


class PasswordCode(Ours, account.ConfirmPasswordResetCodeForm):
    """The code that lets one choose a new password."""

    labels: ClassVar[Words] = _CODE


class NewPassword(Ours, account.ResetPasswordKeyForm):
    """A new password for a forgotten one."""

    labels: ClassVar[Words] = _NEW_PASSWORDS
    hints: ClassVar[Words] = {"password1": _("At least ten characters.")}


class PasswordAgain(Ours, account.ReauthenticateForm):
    """The password once more, before something that matters."""

    labels: ClassVar[Words] = {"password": _PASSWORD}


# --- The second factor ----------------------------------------------------------------------------


class SecondStep(Ours, mfa.AuthenticateForm):
    """A code of the app, or a recovery code."""

    labels: ClassVar[Words] = _CODE
    hints: ClassVar[Words] = {"code": _("From your authenticator app, or a recovery code.")}


class SecondStepAgain(Ours, mfa.ReauthenticateForm):
    """The same once more, before something that matters."""

    labels: ClassVar[Words] = _CODE
    hints: ClassVar[Words] = {"code": _("From your authenticator app, or a recovery code.")}


class ActivateApp(Ours, totp.ActivateTOTPForm):
    """The first code of a new app."""

    labels: ClassVar[Words] = {"code": _("Code from the app")}


class _Sound:
    """Mixin: what a browser says of a passkey is taken or refused, whatever its shape."""

    def clean(self) -> dict[str, Any]:
        """Refuse what the library cannot read."""
        cleaned: dict[str, Any] = _refused_if_broken(super().clean)  # type: ignore[misc]
        return cleaned


class _SoundAnswer:
    """Mixin: the same for signing in."""

    def clean_credential(self) -> Any:
        """Refuse what the library cannot read."""
        return _refused_if_broken(super().clean_credential)  # type: ignore[misc]


def _refused_if_broken(clean: Any) -> Any:
    try:
        return clean()
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise get_adapter().validation_error("passkey_refused") from error


class AddPasskey(_Sound, Worded, webauthn.AddWebAuthnForm):
    """A new passkey and what to call it."""

    labels: ClassVar[Words] = {
        "name": _("What to call it"),
        "passwordless": _("Sign in with it alone"),
    }
    hints: ClassVar[Words] = {
        "passwordless": _("It then asks for your fingerprint, your face or its PIN."),
    }

    name = forms.CharField(required=False, max_length=60, validators=[plain_line])
    passwordless = forms.BooleanField(required=False, initial=True)


class RenamePasskey(Ours, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    labels: ClassVar[Words] = {"name": _("What to call it")}

    name = forms.CharField(max_length=60)


class PasskeyStep(_SoundAnswer, webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class PasskeyAgain(_SoundAnswer, webauthn.ReauthenticateWebAuthnForm):
    """A passkey before something that matters."""


class PasskeySignIn(_SoundAnswer, webauthn.LoginWebAuthnForm):
    """A passkey and nothing else."""
