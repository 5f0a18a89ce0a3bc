"""`python -m tests.migrations_in_step`: models, migrations and the real database say the same.

Django's own check compares models with migrations only; a changed composite key is a no-op it is
happy with. So a database is migrated here, and PostgreSQL is asked for its real keys and indexes.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, models

from tillgate.foundation.postgres import cluster
from tillgate.foundation.postgres.roles import ROLE_NAMES, Role
from tillgate.foundation.postgres.urls import django_settings

_INDEXES = """
    SELECT c.relname, i.indisprimary,
           array_agg(a.attname::text ORDER BY k.position)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN unnest(i.indkey::int[]) WITH ORDINALITY k(number, position) ON true
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE t.relname = %s
    GROUP BY c.relname, i.indisprimary
"""


def differences() -> Iterator[str]:
    """What the database has otherwise than our models say."""
    for config in apps.get_app_configs():
        if not config.name.startswith("tillgate."):
            continue
        for model in config.get_models():
            if model._meta.managed:
                yield from _of(model)


def _of(model: type[models.Model]) -> Iterator[str]:
    meta = model._meta
    with connections["owner"].cursor() as cursor:
        cursor.execute(_INDEXES, [meta.db_table])
        rows = cursor.fetchall()
    real = {name: columns for name, _, columns in rows}
    primary = [columns for _, is_primary, columns in rows if is_primary]
    expected = [field.column for field in meta.pk_fields]
    if primary != [expected]:
        yield f"{meta.db_table}: the key is {primary}, the model says {expected}"
    for name, fields in _named(meta):
        columns = [meta.get_field(field).column for field in fields]
        if real.get(name) != columns:
            yield f"{meta.db_table}: {name} is {real.get(name)}, the model says {columns}"


def _named(meta: "models.options.Options[models.Model]") -> Iterator[tuple[str, list[str]]]:
    for index in meta.indexes:
        yield index.name, [field.lstrip("-") for field in index.fields]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            yield constraint.name, list(constraint.fields)


def main() -> None:
    """Exit with what is out of step, if anything is."""
    import django  # noqa: PLC0415  after the databases are known

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillgate.site.settings")
    with tempfile.TemporaryDirectory() as folder, cluster.attach(Path(folder)) as running:
        settings.SECRET_KEY = "only for this check"
        for alias in ("default", "owner"):
            settings.DATABASES[alias].update(django_settings(running.url(Role.OWNER)))
        django.setup()
        call_command("makemigrations", check=True, dry_run=True)
        from tillgate.site.migrate import migrate  # noqa: PLC0415  it needs Django

        migrate(ROLE_NAMES)
        found = list(differences())
        connections.close_all()
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
