"""Which role may do what on which table: one list, applied after every migration.

Grants are said here and nowhere else; what is not said is revoked. Row-level security is on for
every table of `BY_LOCATION`, for every role but their owner. It guards against a forgotten WHERE,
the grants guard against the rest.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from psycopg import sql

from tillgate.foundation.postgres.roles import Role

BY_LOCATION = (
    "directory_businesslocation",
    "directory_dayrule",
    "catalogue_taxrate",
    "catalogue_paymentmethod",
    "catalogue_accountinggroup",
    "catalogue_item",
    "catalogue_itemversion",
    "ledger_businessday",
    "ledger_opensale",
    "ledger_externalreference",
    "ledger_closedday",
    "ledger_dayfigures",
    "ledger_monthlines",
    "ledger_closedreference",
    "ledger_personalpart",
    "ledger_abortedorder",
    "ledger_cardpayment",
)
# What is closed is only ever added to: nobody but the owner may change or delete it.
CLOSED = ("ledger_closedday", "ledger_dayfigures", "ledger_monthlines", "ledger_closedreference")
# What closing takes away of an open day, what `erase` takes away of a closed one, and items that
# are no longer there: their history stays.
_REMOVED = (
    "catalogue_item",
    "ledger_opensale",
    "ledger_businessday",
    "ledger_externalreference",
    "ledger_personalpart",
)
BOOKS = ("directory_business", *BY_LOCATION)
# Public halves of keys: of no location, and for everyone who checks a signature.
PUBLIC_KEYS = "ledger_signingkey"
# The portal's queries say which mappings somebody may see; the reader sees those of the businesses
# whose locations it may see, and not who made them.
MAPPINGS = "journal_mapping"
_OF_MAPPINGS = "business_id, version, made_at, body"
# What was said stays said: whoever may add to these may not change or delete.
ONLY_GROWING = (
    "content_version",
    "content_pricebookentry",
    MAPPINGS,
    "programme_agreementfile",
    "programme_decision",
    "programme_feasibilitycheck",
    "programme_signature",
)
# What the API plane's meter writes; the portal sums it up and takes away what is old.
METERED = ("access_callcount", "access_loggedcall", "access_callgap")
RUN_TIME = (Role.PORTAL, Role.LEDGER, Role.READER, Role.METER)

# The sub-select is evaluated once a query instead of once a row; nullif covers a setting that has
# been reset to '' in this session, which would not cast.
_LOCATIONS = (
    "any((select nullif(current_setting('tillgate.locations', true), '')::bigint[])::bigint[])"
)
_OWN_LOCATION = f"business_location_id = {_LOCATIONS}"
_OWN_BUSINESS = (
    "exists (select 1 from directory_businesslocation l where l.business_id = {}.business_id)"
)
_ALL = "true"


def table_grants() -> list[tuple[Role, str, str]]:
    """(role, privileges, table) for every grant that is made."""
    open_books = [table for table in BOOKS if table not in {*CLOSED, "ledger_personalpart"}]
    return [
        *((Role.LEDGER, "SELECT, INSERT", table) for table in (*BOOKS, PUBLIC_KEYS)),
        *((Role.LEDGER, "UPDATE", table) for table in open_books),
        *((Role.LEDGER, "DELETE", table) for table in _REMOVED),
        (Role.LEDGER, "INSERT", "foundation_event"),
        *((Role.READER, "SELECT", table) for table in (*BOOKS, PUBLIC_KEYS)),
        (Role.READER, f"SELECT ({_OF_MAPPINGS})", MAPPINGS),
        *((Role.PORTAL, "SELECT", table) for table in (*BOOKS, PUBLIC_KEYS)),
        *((Role.PORTAL, "SELECT, INSERT, UPDATE, DELETE", table) for table in _control_tables()),
        (Role.PORTAL, "SELECT, INSERT", "foundation_event"),
        *((Role.PORTAL, "SELECT, INSERT", table) for table in ONLY_GROWING),
        (Role.PORTAL, "SELECT", "django_migrations"),
        (Role.PORTAL, "SELECT", "access_licenceperiod"),
        *((Role.PORTAL, "SELECT, DELETE", table) for table in METERED),
        *((Role.METER, "INSERT", table) for table in METERED),
    ]


# A comment needs no table of its own. Whoever lost grants and kept it runs `tillgate migrate`,
# which asks nothing and applies them all.
_REMEMBER = sql.SQL("COMMENT ON TABLE django_migrations IS {}")

FUNCTION_GRANTS = (
    (Role.READER, "access_grant(text)"),
    (Role.LEDGER, "directory_location_ids()"),
    (Role.PORTAL, "directory_locations_of(bigint)"),
    (Role.PORTAL, "directory_business_names(bigint[])"),
    (Role.PORTAL, "directory_date_at(bigint, timestamptz)"),
    (Role.PORTAL, "directory_find_businesses(text, bigint, integer)"),
)


def _control_tables() -> Iterable[str]:
    others = {*BOOKS, PUBLIC_KEYS, *ONLY_GROWING, *METERED, "foundation_event"}
    models = apps.get_models(include_auto_created=True)
    return sorted({m._meta.db_table for m in models if m._meta.managed} - others) + sorted(
        {m._meta.db_table for m in models if m._meta.app_label == "procrastinate"}
    )


def apply_privileges(names: Mapping[Role, str], *, using: str = "owner") -> None:
    """Set grants and policies as this file says them, in one transaction, as the owner."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for statement in _statements(names):
            cursor.execute(statement)
        cursor.execute(_REMEMBER.format(sql.Literal(_fingerprint(names, cursor))))


def privileges_stand(names: Mapping[Role, str], *, using: str = "owner") -> bool:
    """Whether they were applied just as this file says them now."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')")
        return bool(cursor.fetchone() == (_fingerprint(names, cursor),))


def _fingerprint(names: Mapping[Role, str], cursor: Any) -> str:
    texts = (statement.as_string(cursor.connection) for statement in _statements(names))
    return f"privileges {hashlib.sha256(chr(10).join(texts).encode()).hexdigest()}"


def _statements(names: Mapping[Role, str]) -> Iterable[sql.Composed]:
    roles = sql.SQL(", ").join(sql.Identifier(names[role]) for role in RUN_TIME)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(roles)
    yield sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {}").format(roles)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(roles)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(
        sql.Identifier(names[Role.PORTAL])
    )
    for role, privileges, table in table_grants():
        yield sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(privileges), sql.Identifier(table), sql.Identifier(names[role])
        )
    for role, function in FUNCTION_GRANTS:
        name = sql.Identifier(names[role])
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), name)
    for table in BY_LOCATION:
        yield from _policy(table, "by_location", _OWN_LOCATION, roles)
    portal, ledger, reader = (
        sql.Identifier(names[role]) for role in (Role.PORTAL, Role.LEDGER, Role.READER)
    )
    both = sql.SQL(", ").join((portal, reader))
    yield from _policy("directory_business", "by_business", _of_own("directory_business"), both)
    # The feed brings a business before its first location, so it may see and write them all.
    yield from _policy("directory_business", "by_feed", _ALL, ledger)
    yield from _policy(MAPPINGS, "by_business", _of_own(MAPPINGS), reader)
    yield from _policy(MAPPINGS, "by_portal", _ALL, portal)


def _of_own(table: str) -> str:
    return _OWN_BUSINESS.format(table)


def _policy(table: str, name: str, rule: str, roles: sql.Composable) -> Iterable[sql.Composed]:
    on = sql.Identifier(table)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(on)
    yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), on)
    yield sql.SQL("CREATE POLICY {} ON {} TO {} USING ({}) WITH CHECK ({})").format(
        sql.Identifier(name), on, roles, sql.SQL(rule), sql.SQL(rule)
    )
