"""Bringing the database to this version: migrations, then grants and policies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from tillgate.foundation.postgres.roles import Role
from tillgate.site.privileges import apply_privileges, privileges_stand

_LOCK = "hashtextextended('tillgate migrate', 0)"


def migrate(names: Mapping[Role, str]) -> list[str]:
    """Apply what is missing and every grant, as the owner; returns the migrations applied."""
    with _alone():
        return _apply(names)


def catch_up(names: Mapping[Role, str]) -> None:
    """As `migrate`, but nothing is touched where this version was here before.

    Policies are made anew under the strongest lock, which would stop, or be stopped by, what other
    processes read at that moment.
    """
    with _alone():
        if pending("owner") or not privileges_stand(names):
            _apply(names)


def _apply(names: Mapping[Role, str]) -> list[str]:
    missing = pending("owner")
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    apply_privileges(names)
    return missing


@contextmanager
def _alone() -> Iterator[None]:
    """A server and its worker start together, and two cannot grant at once."""
    with connections["owner"].cursor() as cursor:
        with transaction.atomic(using="owner"):
            # The owner gives up on locks of tables soon; another's migration may take its time.
            cursor.execute("SET LOCAL lock_timeout = 0")
            cursor.execute(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})")


def pending(alias: str = "default") -> list[str]:
    """The migrations that this version has and the database lacks, as `app.name`."""
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
