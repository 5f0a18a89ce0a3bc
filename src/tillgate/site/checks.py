"""`tillgate check`: what is wrong with an installation, and how to mend each thing.

Every check looks at one matter and yields findings; none of them changes anything.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg

from tillgate.foundation import clock
from tillgate.foundation.config import Config
from tillgate.foundation.mail_server import MailServer, Tls
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url, is_external, is_given, setting_name
from tillgate.programme.documents.errors import SealKeyRefused
from tillgate.programme.documents.seal_key import (
    CERTIFICATE_SETTING,
    KEY_SETTING,
    seal_certificates,
    seal_key,
)
from tillgate.site.check_sign_in import trouble_with

CLOCK_TOLERANCE = 2.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OLDEST_POSTGRESQL = 150000


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: what, and its cure."""

    what: str
    cure: str


def findings(conf: Config) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which one would mend it."""
    yield from _settings(conf)
    yield from _keys(conf)
    here = _roles_here()
    lost = [finding for role in here for finding in _role(role)]
    yield from lost
    if Role.PORTAL in here:
        yield from _seal(conf)
        yield from _mail(conf)
        yield from _single_sign_on(conf)
    if Role.PORTAL in here and not lost:
        yield from _migrations()


def _roles_here() -> list[Role]:
    """The roles this host holds: all of the embedded server, or those whose URLs are given."""
    if not is_external(os.environ):
        return list(Role)
    return [role for role in Role if is_given(role, os.environ)]


def _settings(conf: Config) -> Iterator[Finding]:
    parts = urlsplit(conf.base_url)
    if not conf.base_url:
        yield Finding(
            "TILLGATE_BASE_URL is not set: links in answers name whatever host was asked",
            "set it to the public address, such as https://api.example.com",
        )
    elif parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield Finding(
            f"TILLGATE_BASE_URL is {conf.base_url}: tokens would travel in the clear",
            "serve behind TLS and write https://",
        )
    if parts.scheme == "https" and not conf.trusted_proxies:
        yield Finding(
            "TILLGATE_TRUSTED_PROXIES is not set: every caller seems to come from the proxy",
            "set it to the address of the proxy that ends TLS, such as 127.0.0.1",
        )


def _mail(conf: Config) -> Iterator[Finding]:
    if conf.mail_server is None:
        yield Finding(
            "TILLGATE_SMTP_URL is not set: mail waits and is given up after four days",
            "set it, such as smtp://user:password@mail.example.com:587, or its _FILE",
        )
        return
    if not conf.mail_from:
        yield Finding(
            "TILLGATE_MAIL_FROM is not set: no mail is sent without a sender",
            "set it to an address of yours, such as Tillgate <gate@example.com>",
        )
    if conf.mail_server.tls is Tls.NONE and conf.mail_server.host not in LOOPBACK:
        yield Finding(
            "TILLGATE_SMTP_URL says tls=none: codes and passwords would travel in the clear",
            "leave tls=none out, or write smtps://",
        )
    yield from _mail_connection(conf.mail_server)


def _single_sign_on(conf: Config) -> Iterator[Finding]:
    if conf.single_sign_on and (trouble := trouble_with(conf.single_sign_on)):
        yield Finding(trouble, "check TILLGATE_OIDC_ISSUER, and that this host reaches it")


def _mail_connection(server: MailServer) -> Iterator[Finding]:
    from tillgate.site.smtp import connected

    try:
        with connected(server):
            pass
    except OSError as error:
        yield Finding(
            f"the mail server {server} does not take us in: {error}",
            "check TILLGATE_SMTP_URL: host, port, user, password and tls",
        )


def _keys(conf: Config) -> Iterator[Finding]:
    for path in sorted((conf.data_dir / "keys").rglob("*")):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077 and path.is_file():
            yield Finding(f"{path} has mode {mode:04o}: others can read it", f"chmod 600 {path}")
    named = [value for name, value in os.environ.items() if _names_a_secret(name)]
    for path in (Path(value) for value in named if value):
        if path.exists() and path.stat().st_mode & 0o007:
            yield Finding(f"{path} can be read by everyone", f"chmod o-rwx {path}")


def _names_a_secret(name: str) -> bool:
    is_public = name == CERTIFICATE_SETTING
    return name.startswith("TILLGATE_") and name.endswith("_FILE") and not is_public


def _seal(conf: Config) -> Iterator[Finding]:
    try:
        # Without any it is made when it is first needed, which is not for a check to do.
        if os.environ.get(KEY_SETTING) or seal_certificates(os.environ, conf.data_dir):
            seal_key(os.environ, conf.data_dir)
    except SealKeyRefused as error:
        yield Finding(f"the seal's {error.what} cannot be used", error.cure)


def _role(role: Role) -> Iterator[Finding]:
    try:
        with psycopg.connect(database_url(role), connect_timeout=5) as connection:
            for look in _LOOKS:
                yield from look(connection, role)
    except psycopg.OperationalError as error:
        yield Finding(
            f"the {role} role cannot connect: {str(error).strip().splitlines()[0]}",
            f"check {setting_name(role)}, and that the SQL of `tillgate db roles` was run",
        )


def _version(connection: psycopg.Connection[Any], role: Role) -> Iterator[Finding]:
    if role is Role.OWNER and connection.info.server_version < OLDEST_POSTGRESQL:
        yield Finding(
            f"PostgreSQL is version {connection.info.server_version // 10000}",
            "use PostgreSQL 15 or later",
        )


def _attributes(connection: psycopg.Connection[Any], role: Role) -> Iterator[Finding]:
    query = "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    name, above = connection.execute(query).fetchone() or ("", True)
    if above:
        yield Finding(
            f"the {role} role ({name}) is above row-level security",
            "run the SQL of `tillgate db roles` as a superuser",
        )


def _writes(connection: psycopg.Connection[Any], role: Role) -> Iterator[Finding]:
    if role is not Role.READER:
        return
    rows = connection.execute(
        "SELECT DISTINCT table_name FROM information_schema.role_table_grants"
        " WHERE grantee = current_user AND privilege_type <> 'SELECT'"
    ).fetchall()
    if rows:
        tables = ", ".join(name for (name,) in rows)
        yield Finding(f"the reader may write to {tables}", "run `tillgate migrate`")


def _tables(connection: psycopg.Connection[Any], role: Role) -> Iterator[Finding]:
    if role in {Role.OWNER, Role.METER}:
        return
    (sees,) = connection.execute(
        "SELECT coalesce(has_table_privilege(to_regclass('ledger_opensale'), 'SELECT'), false)"
    ).fetchone() or (False,)
    if not sees:
        yield Finding(f"the {role} role sees no books", "run `tillgate migrate`")


def _clock(connection: psycopg.Connection[Any], role: Role) -> Iterator[Finding]:
    if role is not Role.READER:
        return
    before = clock.now()
    (there,) = connection.execute("SELECT clock_timestamp()").fetchone() or (before,)
    after = clock.now()
    apart = _seconds_outside(there, before, after)
    if apart > CLOCK_TOLERANCE:
        yield Finding(
            f"this machine's clock and the database's are {apart:.0f} s apart",
            "let both follow a time server: tokens and business days end by the clock",
        )


def _migrations() -> Iterator[Finding]:
    from tillgate.site import databases, migrate

    databases.start_django()
    missing = migrate.pending()
    if missing:
        yield Finding(f"{len(missing)} migrations are missing", "run `tillgate migrate`")


def _seconds_outside(instant: datetime, first: datetime, last: datetime) -> float:
    return max((first - instant).total_seconds(), (instant - last).total_seconds(), 0.0)


_Look = Callable[[psycopg.Connection[Any], Role], Iterator[Finding]]
_LOOKS: tuple[_Look, ...] = (_version, _attributes, _tables, _writes, _clock)
