"""Which databases this process uses, and Django told about them.

With no URL in the environment the embedded PostgreSQL of the data folder is started and held for
as long as the process runs; with URLs nothing is started.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from tillgate.foundation import keys
from tillgate.foundation.config import Config, config
from tillgate.foundation.postgres import cluster, urls
from tillgate.foundation.postgres.roles import ROLE_NAMES, Role


@contextmanager
def running(conf: Config, environ: Mapping[str, str] = os.environ) -> Iterator[bool]:
    """Hold the embedded PostgreSQL where it is used; yields whether it is."""
    if urls.is_external(environ):
        yield False
        return
    with cluster.attach(conf.data_dir):
        yield True


def start_django(*, with_owner: bool = False) -> None:
    """Fill in databases and secret, then set Django up; once a process."""
    conf = config()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillgate.site.settings")
    settings.SECRET_KEY = keys.django_secret(os.environ, conf.data_dir)
    if with_owner:
        settings.DATABASES["owner"].update(_django_database(Role.OWNER, pooled=False))
    if not with_owner or _is_held(Role.PORTAL):
        settings.DATABASES["default"].update(_django_database(Role.PORTAL, pooled=True))
    django.setup()


def _is_held(role: Role) -> bool:
    """Whether this host holds the role; one that only migrates holds the owner alone."""
    return not urls.is_external(os.environ) or urls.is_given(role, os.environ)


def role_names() -> dict[Role, str]:
    """What each role is called in the database, as far as this process knows their URLs."""
    if not urls.is_external(os.environ):
        return dict(ROLE_NAMES)
    given = [role for role in Role if urls.is_given(role, os.environ)]
    users = {role: conninfo_to_dict(urls.database_url(role)).get("user") for role in given}
    return {role: str(users.get(role) or ROLE_NAMES[role]) for role in Role}


def _django_database(role: Role, *, pooled: bool) -> dict[str, Any]:
    parts = urls.django_settings(urls.database_url(role))
    if pooled:
        # Django under ASGI runs every request in a thread of its own: without a pool, connections
        # leak one a thread.
        # It asks again soon after an outage, which it would else wait out for minutes.
        waits = {"timeout": 5, "reconnect_timeout": 2}
        parts["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, **waits}
        parts["CONN_HEALTH_CHECKS"] = True
    return parts
