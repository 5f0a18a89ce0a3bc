"""One's own account: what one signs in with, and everything allauth does, at our paths."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.account.models import EmailAddress
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect import views as openid
from allauth.usersessions import views as sessions
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from tillgate.directory.permissions import is_staff
from tillgate.foundation.config import config
from tillgate.portal import second_factor
from tillgate.portal.adapter import Adapter
from tillgate.portal.page import person_of
from tillgate.portal.single_sign_on import may_lead_to_provider, told_of_failures

_AFTERWARDS = "second_factor_next"


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Name, address, password, second factors and where one is signed in."""
    person = person_of(request)
    factors = [each.wrap() for each in Authenticator.objects.filter(user=person).order_by("pk")]
    of = {kind: [f for f in factors if f.instance.type == kind] for kind in Authenticator.Type}
    facts = {
        "person": person,
        "passkeys": of[Authenticator.Type.WEBAUTHN],
        "app": next(iter(of[Authenticator.Type.TOTP]), None),
        "recovery_codes": next(iter(of[Authenticator.Type.RECOVERY_CODES]), None),
        "unproven": EmailAddress.objects.filter(user=person, verified=False).exists(),
        "single_sign_on": SocialAccount.objects.filter(user=person).first() and _provider(),
        "must_have_factor": _must_have_factor(request),
    }
    return render(request, "portal/account/overview.html", facts)


@require_safe
@login_required
def choose_second_factor(request: HttpRequest) -> HttpResponse:
    """Choose one; whoever was led here goes on afterwards to where they were going."""
    onward = request.GET.get("next", "")
    if Adapter(request).is_safe_url(onward):
        request.session[_AFTERWARDS] = onward
    facts = {
        "must_have_factor": _must_have_factor(request),
        "has_factor": second_factor.has_second_factor(person_of(request)),
        "onward": request.session.get(_AFTERWARDS, "/"),
    }
    return render(request, "portal/account/second_factor.html", facts)


class SignIn(account.LoginView):
    """The page with every way of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which identity provider there is."""
        return {**super().get_context_data(**kwargs), "single_sign_on": _provider()}


class SecondStep(mfa.AuthenticateView):
    """The app's code, or a passkey for those who have one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether to offer a passkey."""
        keys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
        has = keys.filter(user=self.stage.login.user).exists()
        return {**super().get_context_data(**kwargs), "has_passkey": has}


class RecoveryCodes(recovery.ViewRecoveryCodesView):
    """The codes, and the way on for those who came here to set up a second factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go on to."""
        onward = self.request.session.get(_AFTERWARDS, "")
        return {**super().get_context_data(**kwargs), "onward": onward}


def _provider() -> str:
    provider = config().single_sign_on
    return provider.name if provider else ""


def _must_have_factor(request: HttpRequest) -> bool:
    needed: bool = settings.STAFF_NEEDS_SECOND_FACTOR
    return needed and is_staff(person_of(request))


def _drawn(view: Any, template: str) -> Callable[..., HttpResponse]:
    drawn: Callable[..., HttpResponse] = view.as_view(template_name=f"portal/{template}.html")
    return drawn


_sign_in = may_lead_to_provider(_drawn(SignIn, "sign_in"))

PAGES: list[URLPattern] = [
    # coming and going
    path("sign-in/", _sign_in, name="account_login"),
    path("sign-in/", _sign_in, name="account_request_login_code"),
    path(
        "sign-in/code/",
        _drawn(account.ConfirmLoginCodeView, "account/login_code"),
        name="account_confirm_login_code",
    ),
    path(
        "sign-in/second-step/",
        _drawn(SecondStep, "account/second_step"),
        name="mfa_authenticate",
    ),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "sign-in/sso/",
        may_lead_to_provider(told_of_failures(openid.login)),
        {"provider_id": "sso"},
        name="openid_connect_login",
    ),
    path(
        "sign-in/sso/callback/",
        told_of_failures(openid.callback),
        {"provider_id": "sso"},
        name="openid_connect_callback",
    ),
    path(
        "sign-in/sso/cancelled/",
        _drawn(social.LoginCancelledView, "account/sso_cancelled"),
        name="socialaccount_login_cancelled",
    ),
    path(
        "sign-in/sso/register/",
        _drawn(social.SignupView, "account/sso_register"),
        name="socialaccount_signup",
    ),
    path("register/", _drawn(account.SignupView, "account/register"), name="account_signup"),
    path(
        "register/code/",
        _drawn(account.ConfirmEmailVerificationCodeView, "account/address_code"),
        name="account_email_verification_sent",
    ),
    path("inactive/", _drawn(account.AccountInactiveView, "inactive"), name="account_inactive"),
    path("sign-out/", _drawn(account.LogoutView, "sign_out"), name="account_logout"),
    # one's own account
    path("account/", overview, name="account"),
    path("account/", overview, name="mfa_index"),
    path("account/", overview, name="mfa_list_webauthn"),
    path("account/", overview, name="socialaccount_connections"),
    path("account/address/", _drawn(account.EmailView, "account/address"), name="account_email"),
    path(
        "account/password/change/",
        _drawn(account.PasswordChangeView, "account/password_change"),
        name="account_change_password",
    ),
    path(
        "account/password/set/",
        _drawn(account.PasswordSetView, "account/password_set"),
        name="account_set_password",
    ),
    path(
        "account/sessions/",
        _drawn(sessions.ListUserSessionsView, "account/sessions"),
        name="usersessions_list",
    ),
    # a forgotten password
    path(
        "password/",
        _drawn(account.PasswordResetView, "account/password_forgotten"),
        name="account_reset_password",
    ),
    path(
        "password/code/",
        _drawn(account.ConfirmPasswordResetCodeView, "account/password_code"),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/new/",
        _drawn(account.CompletePasswordResetView, "account/password_new"),
        name="account_complete_password_reset",
    ),
    path(
        "password/done/",
        _drawn(account.PasswordResetFromKeyDoneView, "account/password_done"),
        name="account_password_reset_completed",
    ),
    # who it really is, before something that matters
    path(
        "account/again/password/",
        _drawn(account.ReauthenticateView, "account/again_password"),
        name="account_reauthenticate",
    ),
    path(
        "account/again/code/",
        _drawn(mfa.ReauthenticateView, "account/again_code"),
        name="mfa_reauthenticate",
    ),
    path(
        "account/again/passkey/",
        _drawn(webauthn.ReauthenticateWebAuthnView, "account/again_passkey"),
        name="mfa_reauthenticate_webauthn",
    ),
    # the second factor
    path("account/second-factor/", choose_second_factor, name=second_factor.PAGE),
    path(
        "account/app/",
        _drawn(totp.ActivateTOTPView, "account/app"),
        name="mfa_activate_totp",
    ),
    path(
        "account/app/remove/",
        _drawn(totp.DeactivateTOTPView, "account/app_remove"),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/passkeys/add/",
        _drawn(webauthn.AddWebAuthnView, "account/passkey_add"),
        name="mfa_add_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/",
        _drawn(webauthn.EditWebAuthnView, "account/passkey_rename"),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/remove/",
        _drawn(webauthn.RemoveWebAuthnView, "account/passkey_remove"),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/recovery-codes/",
        _drawn(RecoveryCodes, "account/recovery_codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        _drawn(recovery.GenerateRecoveryCodesView, "account/recovery_codes_new"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/recovery-codes/download/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
