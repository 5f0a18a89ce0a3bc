"""The command as a person calls it, wrong arguments too: real processes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.post_office import post_office

from tillgate.cli import Staff
from tillgate.directory.models import StaffRole
from tillgate.foundation.config import LOCAL_HOSTS

ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("TILLGATE_")}


def tillgate(
    folder: Path, *arguments: str, text: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tillgate", *arguments],
        cwd=folder,
        env={**ENVIRON, "TILLGATE_DATA_DIR": str(folder / "data dir"), **settings},
        input=text,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("a folder")


def test_help_lists_every_command(folder):
    answer = tillgate(folder, "--help")
    for command in ("serve", "worker", "migrate", "check", "demo", "backoffice", "db", "user"):
        assert command in answer.stdout
    assert answer.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["serve", "everything"], "everything"),
        (["serve", "--port", "0"], "--port"),
        (["serve", "--port", "http"], "--port"),
        (["demo", "--days", "0"], "--days"),
        (["backoffice", "import"], "FILES"),
        (["backoffice", "import", "-", "--watch", "x"], "FILES"),
        (["backoffice", "import", "-", "--recorded-at", "yesterday"], "--recorded-at"),
        (["user", "add", "a@b.example", "--role", "king"], "king"),
        (["user", "add", "a@b.example", "--staff", "king"], "king"),
        (["sing"], "sing"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_starts(folder, arguments, named):
    answer = tillgate(folder, *arguments)
    assert answer.returncode == 2
    assert named in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (folder / "data dir").exists()


def test_every_role_of_the_staff_can_be_given():
    assert [role.value for role in Staff] == StaffRole.values


def test_a_bad_setting_is_one_line_without_a_traceback(folder):
    answer = tillgate(folder, "serve", TILLGATE_BASE_URL="example.com")
    assert answer.returncode == 1
    assert answer.stderr == (
        "tillgate: TILLGATE_BASE_URL='example.com': write it like https://api.example.com\n"
    )


def test_nothing_but_the_demo_is_a_demo(folder):
    answer = tillgate(folder, "migrate", TILLGATE_DEMO="1")
    assert answer.returncode == 1
    assert answer.stderr == (
        "tillgate: TILLGATE_DEMO='1': only `tillgate demo` sets this; unset it\n"
    )


def test_a_database_that_does_not_answer_is_one_line(folder):
    nowhere = "postgresql://tillgate_owner:x@127.0.0.1:1/tillgate"
    answer = tillgate(folder, "migrate", TILLGATE_OWNER_DATABASE_URL=nowhere)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert answer.stderr.startswith("tillgate: ")


def test_roles_prints_sql_without_any_database(folder):
    answer = tillgate(folder, "db", "roles", "--database", "other")
    assert answer.returncode == 0
    assert 'CREATE DATABASE "other"' in answer.stdout


def test_an_installation_is_made_checked_and_given_a_person(folder):
    migrated = tillgate(folder, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert "ledger.0001_first" in migrated.stdout
    assert tillgate(folder, "migrate").stdout == "The database is at this version.\n"

    said = {"TILLGATE_BASE_URL": "http://localhost:8000", "TILLGATE_MAIL_FROM": "g@example.com"}
    with post_office() as office:
        checked = tillgate(folder, "check", **said, TILLGATE_SMTP_URL=office.url)
        assert (checked.stdout, checked.returncode) == ("Nothing is wrong.\n", 0)
    closed = tillgate(folder, "check", **said, TILLGATE_SMTP_URL=office.url)
    assert f"the mail server 127.0.0.1:{office.port} does not take us in" in closed.stdout
    unset = tillgate(folder, "check", TILLGATE_BASE_URL="http://localhost:8000")
    assert "TILLGATE_SMTP_URL is not set" in unset.stdout
    assert (closed.returncode, unset.returncode) == (1, 1)

    (folder / "password").write_text("long enough for us\n")
    arguments = ["user", "add", "Someone@Example.com", "--password-file", str(folder / "password")]
    assert "can sign in" in tillgate(folder, *arguments).stdout
    again = tillgate(folder, *arguments)
    assert again.returncode == 1
    lost = ["user", "forget-second-factor"]
    assert "anew" in tillgate(folder, *lost, "Someone@example.com").stdout
    nobody = tillgate(folder, *lost, "nobody@example.com")
    assert (nobody.returncode, "nobody has the address" in nobody.stderr) == (1, True)
    assert "Traceback" not in again.stderr
    unknown = tillgate(folder, *arguments[:2], "b@example.com", *arguments[3:], "--business", "5")
    assert unknown.returncode == 1
    assert "5" in unknown.stderr
    roles = ["--staff", "operator", "--staff", "partner_services"]
    staff = tillgate(folder, *arguments[:2], "c@example.com", *arguments[3:], *roles)
    assert "can sign in" in staff.stdout


def test_several_who_migrate_at_once_do_so_one_after_another(folder):
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: tillgate(folder, "migrate"), range(3)))
    assert [answer.returncode for answer in answers] == [0, 0, 0], answers


def test_check_names_what_is_wrong_and_its_cure(folder):
    (folder / "data dir" / "keys").mkdir(parents=True, exist_ok=True)
    secret = folder / "data dir" / "keys" / "django-secret"
    secret.touch()
    secret.chmod(0o644)
    answer = tillgate(folder, "check", TILLGATE_BASE_URL="http://api.example.com")
    assert answer.returncode == 1
    assert "tokens would travel in the clear" in answer.stdout
    assert f"cure: chmod 600 {secret}" in answer.stdout


def test_check_looks_at_the_seal_and_makes_none(folder):
    keys = folder / "data dir" / "keys"
    tillgate(folder, "check")
    assert not (keys / "seal").exists()
    (keys / "seal").mkdir(parents=True)
    (keys / "seal" / "key.pem").touch(0o644)
    (keys / "seal" / "certificate.pem").touch(0o600)
    answer = tillgate(folder, "check")
    assert answer.returncode == 1
    assert f"cure: chmod 600 {keys / 'seal' / 'key.pem'}" in answer.stdout
    assert "the seal's certificate cannot be used" in answer.stdout
    (keys / "seal" / "key.pem").unlink()
    (keys / "seal" / "certificate.pem").unlink()
    (keys / "seal").rmdir()


def test_import_names_the_bad_line_and_keeps_nothing(folder):
    good = (
        '{"record": "business", "recordedAt": "2026-01-01T00:00:00Z", "businessId": 9,'
        ' "name": "Nine", "currency": "GBP"}\n'
    )
    answer = tillgate(folder, "backoffice", "import", "-", text=good + '{"record": "busi')
    assert answer.returncode == 1
    assert "standard input: line 2:" in answer.stderr
    landed = tillgate(folder, "backoffice", "import", "-", text=good)
    assert (landed.stdout, landed.returncode) == ("standard input: business: 1 new\n", 0)


def test_import_says_which_file_is_missing(folder):
    answer = tillgate(folder, "backoffice", "import", "nowhere.ndjson")
    assert answer.returncode == 1
    assert "nowhere.ndjson" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_loopback_hosts_are_allowed_by_default():
    assert {"localhost", "127.0.0.1"} <= set(LOCAL_HOSTS)
