"""Where the database is said to be, and how the parts of a URL reach Django."""

from pathlib import Path

import psycopg
import pytest

from tillgate.foundation.postgres.cluster import Cluster
from tillgate.foundation.postgres.errors import BadDatabaseUrl, DatabaseUnknown
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import (
    django_settings,
    is_external,
    resolve_url,
    setting_name,
)

URL = "postgresql://reader:p%40ss%2F@db.example:6543/books?sslmode=require"


def test_the_environment_comes_first(shared: Cluster) -> None:
    environ = {"TILLGATE_READER_DATABASE_URL": URL}
    assert resolve_url(Role.READER, environ, shared.data_dir) == URL
    assert resolve_url(Role.METER, environ, shared.data_dir) == shared.url(Role.METER)


def test_the_embedded_server_is_found_below_the_data_folder(shared: Cluster) -> None:
    for role in Role:
        with psycopg.connect(resolve_url(role, {}, shared.data_dir)) as conn:
            assert conn.execute("select current_user").fetchone() == (f"tillgate_{role}",)


def test_no_database_at_all_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnknown, match="TILLGATE_METER_DATABASE_URL"):
        resolve_url(Role.METER, {}, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("bad", ["postgresql://u:secret@[::1/x", "host=a secret", "x y=z"])
def test_a_url_that_cannot_be_parsed_is_named_but_not_repeated(bad: str, tmp_path: Path) -> None:
    with pytest.raises(BadDatabaseUrl, match="TILLGATE_OWNER_DATABASE_URL") as caught:
        resolve_url(Role.OWNER, {"TILLGATE_OWNER_DATABASE_URL": bad}, tmp_path)
    assert "secret" not in str(caught.value)


def test_setting_names_are_those_of_the_manual() -> None:
    assert [setting_name(role) for role in Role] == [
        "TILLGATE_OWNER_DATABASE_URL",
        "TILLGATE_PORTAL_DATABASE_URL",
        "TILLGATE_LEDGER_DATABASE_URL",
        "TILLGATE_READER_DATABASE_URL",
        "TILLGATE_METER_DATABASE_URL",
    ]


def test_one_url_is_enough_to_need_no_embedded_server() -> None:
    assert is_external({"TILLGATE_METER_DATABASE_URL": URL})
    assert not is_external({"TILLGATE_METER_DATABASE_URL": "", "DATABASE_URL": URL})


def test_django_gets_every_part_of_a_url() -> None:
    assert django_settings(URL) == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.example",
        "PORT": "6543",
        "NAME": "books",
        "USER": "reader",
        "PASSWORD": "p@ss/",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_url_can_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "reader-url"
    file.write_text("postgresql://reader:secret@db.example/tillgate\n")
    environ = {"TILLGATE_READER_DATABASE_URL_FILE": str(file)}
    assert resolve_url(Role.READER, environ, tmp_path).endswith("@db.example/tillgate")
    assert is_external(environ)
