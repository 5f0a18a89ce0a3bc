"""Django's settings for signing in, by django-allauth."""

from typing import Any

from tillgate.foundation.config import config
from tillgate.foundation.single_sign_on import SingleSignOn


def providers(provider: SingleSignOn | None) -> dict[str, Any]:
    """allauth's table of identity providers: the operator's, or none."""
    if provider is None:
        return {}
    app = {
        "provider_id": "sso",
        "name": provider.name,
        "client_id": provider.client_id,
        "secret": provider.client_secret,
        "settings": {"server_url": provider.issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def _cache(redis_url: str) -> dict[str, Any]:
    if redis_url:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}
    # The default of 300 entries would let an attacker push counts out by making others.
    memory = "django.core.cache.backends.locmem.LocMemCache"
    return {"BACKEND": memory, "OPTIONS": {"MAX_ENTRIES": 100_000}}


_config = config()

# A demo's accounts are anybody's, and its mail is read on a page: there, and there only.
TILLGATE_DEMO = _config.demo
STAFF_NEEDS_SECOND_FACTOR = not _config.demo

# Attempts are counted here: in Redis for all processes, else in the memory of each.
CACHES = {"default": _cache(_config.redis_url)}

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

ACCOUNT_ADAPTER = "tillgate.portal.adapter.Adapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _config.base_url.partition(":")[0] or "http"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_REDIRECT_URL = "signed_out"
ACCOUNT_SESSION_REMEMBER = False
# The sign-in form has a password, the one for registering has none (`portal.account_forms`).
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True

# How long a mailed code holds, in seconds, and how many guesses there are.
CODE_SECONDS, _GUESSES = 15 * 60, 3
ACCOUNT_LOGIN_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = _GUESSES
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = _GUESSES
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}

_FORMS = "tillgate.portal.account_forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignIn",
    "signup": f"{_FORMS}.Register",
    "confirm_login_code": f"{_FORMS}.LoginCode",
    "confirm_email_verification_code": f"{_FORMS}.AddressCode",
    "confirm_password_reset_code": f"{_FORMS}.PasswordCode",
    "add_email": f"{_FORMS}.NewAddress",
    "change_password": f"{_FORMS}.ChangePassword",
    "set_password": f"{_FORMS}.SetPassword",
    "reset_password": f"{_FORMS}.ForgottenPassword",
    "reset_password_from_key": f"{_FORMS}.NewPassword",
    "reauthenticate": f"{_FORMS}.PasswordAgain",
}

MFA_ADAPTER = "tillgate.portal.second_factor.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": f"{_FORMS}.SecondStep",
    "reauthenticate": f"{_FORMS}.SecondStepAgain",
    "activate_totp": f"{_FORMS}.ActivateApp",
    "add_webauthn": f"{_FORMS}.AddPasskey",
    "edit_webauthn": f"{_FORMS}.RenamePasskey",
    "authenticate_webauthn": f"{_FORMS}.PasskeyStep",
    "reauthenticate_webauthn": f"{_FORMS}.PasskeyAgain",
    "login_webauthn": f"{_FORMS}.PasskeySignIn",
}

SOCIALACCOUNT_ADAPTER = "tillgate.portal.single_sign_on.Adapter"
SOCIALACCOUNT_FORMS = {"signup": f"{_FORMS}.SsoRegister"}
SOCIALACCOUNT_PROVIDERS = providers(_config.single_sign_on)
# Who the provider says has verified an address is whoever has that address here.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
