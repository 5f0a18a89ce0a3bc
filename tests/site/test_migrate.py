from threading import Timer

import psycopg
import pytest
from django.db import OperationalError, connections

from tillgate.site.migrate import catch_up, migrate
from tillgate.site.privileges import privileges_stand

# Others read on while a process starts; whoever waited for them would be told so by now.
IMPATIENT = "SET lock_timeout = '300ms'"


@pytest.fixture
def owner(migrated, django_db_blocker):
    """The owner's connection, which does not wait long."""
    with django_db_blocker.unblock():
        with connections["owner"].cursor() as cursor:
            cursor.execute(IMPATIENT)
            yield cursor
        connections["owner"].close()


@pytest.fixture
def somebody_reads(reader_url):
    """A reader in the middle of a transaction."""
    with psycopg.connect(reader_url) as connection:
        connection.execute("SELECT count(*) FROM ledger_opensale")
        yield


def test_a_process_that_starts_waits_for_no_reader(owner, role_names, somebody_reads):
    catch_up(role_names)


def test_the_command_makes_every_policy_anew(owner, role_names, somebody_reads):
    with pytest.raises(OperationalError, match="lock timeout"):
        migrate(role_names)


def test_privileges_of_other_roles_or_another_version_do_not_stand(owner, role_names):
    assert privileges_stand(role_names)
    assert not privileges_stand(dict.fromkeys(role_names, "somebody_else"))


def test_whoever_waits_for_another_who_migrates_waits_as_long_as_it_takes(
    owner, owner_url, role_names
):
    lock = "hashtextextended('tillgate migrate', 0)"
    with psycopg.connect(owner_url, autocommit=True) as another:
        another.execute(f"SELECT pg_advisory_lock({lock})")
        Timer(0.6, another.execute, [f"SELECT pg_advisory_unlock({lock})"]).start()
        catch_up(role_names)
