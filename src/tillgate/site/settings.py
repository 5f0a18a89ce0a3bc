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
