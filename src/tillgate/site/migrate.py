"""Bringing the database to this version: migrations, then grants and policies."""

from collections.abc import Mapping

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tillgate.foundation.postgres.roles import Role
from tillgate.site.privileges import apply_privileges


def migrate(names: Mapping[Role, str]) -> list[str]:
    """Apply what is missing, as the owner; returns the names of the migrations applied."""
    missing = pending("owner")
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    apply_privileges(names)
    return missing


def pending(alias: str = "default") -> list[str]:
    """The migrations that this version has and the database lacks, as `app.name`."""
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
