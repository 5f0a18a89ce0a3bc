"""Django's settings, drawn from the one `Config`; importing them starts and requires nothing.

The databases are filled in when a process knows them (`databases.use_databases`): the mypy plugin,
`--help` and the import rules all import this file where there is none.
"""

from pathlib import Path
from urllib.parse import urlsplit

from tillgate.foundation.config import config
from tillgate.site.sign_in_settings import *  # noqa: F403  Django wants them all in one module

_config = config()

SECRET_KEY = "set-by-use-databases"  # noqa: S105  replaced from the data folder before anything is served
DEBUG = False
ALLOWED_HOSTS = list(_config.hosts)
ROOT_URLCONF = "tillgate.site.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "tillgate.portal",  # before allauth, so that its templates come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "oauth2_provider",
    "procrastinate.contrib.django",
    "tillgate.foundation",
    "tillgate.directory",
    "tillgate.catalogue",
    "tillgate.ledger",
    "tillgate.journal",
    "tillgate.content",
    "tillgate.access",
    "tillgate.hub",
    "tillgate.exports",
    "tillgate.programme",
    "tillgate.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tillgate.portal.context.navigation",
            ]
        },
    }
]

AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

_postgresql = {"ENGINE": "django.db.backends.postgresql", "NAME": "tillgate"}
DATABASES = {"default": dict(_postgresql), "owner": dict(_postgresql)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # those the pages are written in or translated to
LOCALE_PATHS = [Path(__file__).parent.parent / "portal" / "translations"]
STATIC_URL = "/static/"
FORM_RENDERER = "tillgate.portal.forms.Renderer"

# --- Access (tillgate.access); signing in has a module of its own ---------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "access.Client"
OAUTH2_PROVIDER_GRANT_MODEL = "access.Grant"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "tillgate.access.oauth.server.Server",
    "OAUTH2_VALIDATOR_CLASS": "tillgate.access.oauth.validator.Validator",
    "CLIENT_ID_GENERATOR_CLASS": "tillgate.access.oauth.generators.ClientIds",
    "ACCESS_TOKEN_GENERATOR": "tillgate.access.oauth.generators.token_for",
    # Lifetimes and the repeat window are access's own (tillgate.access.grants), and so is which
    # redirects are good (tillgate.access.redirects): https, and http on the loopback.
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# Outermost, so that errors made by the others carry the headers and the language too.
MIDDLEWARE[:0] = ["tillgate.portal.headers.safe_headers", "tillgate.portal.locale.readers_language"]
X_FRAME_OPTIONS = "DENY"
# Only a laptop speaks plain http, with no public address or one on the loopback.
_base = urlsplit(_config.base_url)
_is_local = not _config.base_url or (
    _base.scheme == "http" and _base.hostname in {"localhost", "127.0.0.1", "::1"}
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not _is_local
SESSION_COOKIE_NAME = "tillgate_session"
CSRF_COOKIE_NAME = "tillgate_form"
CSRF_COOKIE_HTTPONLY = True
