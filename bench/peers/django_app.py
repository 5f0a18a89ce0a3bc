"""The page of sales as a Django application: settings as Django has them, gzip by middleware."""

from django import setup
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url, django_settings


def make_app() -> object:
    """The WSGI application, on the owner's database."""
    database = django_settings(database_url(Role.OWNER))
    database["OPTIONS"]["options"] = "-c search_path=peers"
    database["CONN_MAX_AGE"] = None
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": database},
        INSTALLED_APPS=["rest_framework"],
        MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
        ROOT_URLCONF="bench.peers.django_views",
        SECRET_KEY="bench",
        USE_TZ=True,
    )
    setup()
    return get_wsgi_application()


application = make_app()
