"""Django's settings, drawn from the one `Config`; importing them starts and requires nothing.

The databases are filled in when a process knows them (`databases.use_databases`): the mypy plugin,
`--help` and the import rules all import this file where there is none.
"""

from tillgate.foundation.config import config

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
    "allauth",
    "allauth.account",
    "oauth2_provider",
    "procrastinate.contrib.django",
    "tillgate.foundation",
    "tillgate.directory",
    "tillgate.catalogue",
    "tillgate.ledger",
    "tillgate.access",
    "tillgate.portal",
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
STATIC_URL = "/static/"

# --- Access and sign-in (tillgate.access, tillgate.portal) ---------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "access.Client"
OAUTH2_PROVIDER_GRANT_MODEL = "access.Grant"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "tillgate.access.oauth.server.Server",
    "OAUTH2_VALIDATOR_CLASS": "tillgate.access.oauth.validator.Validator",
    "CLIENT_ID_GENERATOR_CLASS": "tillgate.access.oauth.generators.ClientIds",
    "ACCESS_TOKEN_GENERATOR": "tillgate.access.oauth.generators.token_for",
    "SCOPES": {
        "financial-api": "Read sales, payments and totals",
        "items": "Read the items sold",
        "offline_access": "Stay connected for longer between two calls",
    },
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 14 * 24 * 60 * 60,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 60,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ROTATE_REFRESH_TOKEN": True,
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
