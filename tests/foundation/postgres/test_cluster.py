"""The life of the embedded server: who starts it, who may kill it, and when it stops."""

import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.foundation.postgres.servers import (
    User,
    has_stopped,
    kill,
    pid_of,
    processes_of,
    wait_until,
)

from tillgate.foundation.postgres import locks
from tillgate.foundation.postgres.cluster import Cluster, attach
from tillgate.foundation.postgres.errors import (
    CannotStart,
    FolderUnusable,
    PasswordsLost,
    PostgresError,
    StillBusy,
    WrongVersion,
)
from tillgate.foundation.postgres.folder import Folder
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import embedded_url

NewUser = Callable[..., User]


def ask(url: str, question: str = "select current_user") -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute(question.encode()).fetchone()
        assert row is not None
        return str(row[0])


def write_note(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(Role.OWNER)) as conn:
        conn.execute("create table if not exists note as select 'kept' as text")


def read_note(cluster: Cluster) -> str:
    return ask(cluster.url(Role.OWNER), "select text from note")


@pytest.mark.usefixtures("each_version")
def test_every_role_can_sign_in_after_the_first_attach(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        names = [ask(cluster.url(role)) for role in Role]
        sorting = ask(
            cluster.superuser_url(),
            "select string_agg(letter, '' order by letter) from unnest('{b,é,A,a,Z}'::text[]) "
            "as letters(letter)",
        )
        assert ask(cluster.superuser_url(), "show server_encoding") == "UTF8"
        assert ask(cluster.superuser_url(), "show data_checksums") == "on"
        assert ask(cluster.superuser_url(), "show fsync") == "on"
    assert names == [f"tillgate_{role}" for role in Role]
    assert sorting == "AZabé"


def test_a_path_with_spaces_quotes_and_many_characters_works(data_dir: Path) -> None:
    unusual = data_dir / "a space, 'quotes\" and $HOME" / ("long" * 40)
    with attach(unusual) as cluster:
        assert ask(cluster.url(Role.READER)) == "tillgate_reader"


def test_an_unusual_temporary_folder_is_no_obstacle(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unusual = tmp_path / "a, comma" / ("long" * 30)
    unusual.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(unusual))
    with attach(data_dir) as cluster:
        assert ask(cluster.url(Role.READER)) == "tillgate_reader"


def test_a_private_parent_keeps_its_mode_and_its_owner(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    inner = data_dir / "inner"
    parents = [*inner.parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in parents]
    with attach(inner) as cluster:
        assert ask(cluster.url(Role.READER)) == "tillgate_reader"
    assert [(path.stat().st_mode, path.stat().st_uid) for path in parents] == before


def test_all_files_stay_private_and_belong_to_who_started_it(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        folder = cluster.folder
        for path in (folder.root, folder.cluster, folder.passwords, folder.connection):
            assert path.stat().st_uid == os.geteuid()
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert all(not stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.root.iterdir())


def test_the_socket_is_in_a_private_folder_which_goes_with_the_server(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        host = Path(psycopg.conninfo.conninfo_to_dict(cluster.url(Role.READER))["host"])
        assert stat.S_IMODE(host.stat().st_mode) == 0o700
        assert stat.S_IMODE((host / ".s.PGSQL.5432").stat().st_mode) == 0o700
        assert ask(cluster.superuser_url(), "show listen_addresses") == ""
    assert not host.exists()
    assert not cluster.folder.connection.exists()


def test_a_wrong_password_is_refused(shared: Cluster) -> None:
    for url in (shared.url(Role.READER), shared.superuser_url()):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url, password="guessed")


def test_data_is_found_again_after_everybody_left(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        write_note(cluster)
    assert processes_of(data_dir) == []
    with attach(data_dir) as cluster:
        assert read_note(cluster) == "kept"


def test_two_processes_share_one_server_until_the_second_leaves(
    data_dir: Path, new_user: NewUser
) -> None:
    first, second = new_user(data_dir), new_user(data_dir)
    assert first.says() == second.says() == "attached alive"
    server = pid_of(data_dir, "server")
    assert first.tell("leave") == "left"
    assert second.tell("ask") == "alive"
    assert pid_of(data_dir, "server") == server
    assert second.tell("leave") == "left"
    assert has_stopped(data_dir)


def test_processes_that_race_to_start_get_one_server(data_dir: Path, new_user: NewUser) -> None:
    users = [new_user(data_dir) for _ in range(4)]
    assert [user.says() for user in users] == ["attached alive"] * 4
    servers = [command for command in processes_of(data_dir) if "unix_socket" in command]
    assert len(servers) == 1


def test_coming_while_the_last_one_leaves_gives_a_working_server(data_dir: Path) -> None:
    cluster = attach(data_dir)
    for _ in range(5):
        cluster.detach(wait=False)
        cluster = attach(data_dir)
        assert ask(cluster.url(Role.METER)) == "tillgate_meter"
    cluster.detach()


def test_one_process_may_attach_twice(data_dir: Path) -> None:
    outer = attach(data_dir)
    with attach(data_dir) as inner:
        assert inner.url(Role.OWNER) == outer.url(Role.OWNER)
    assert ask(outer.url(Role.OWNER)) == "tillgate_owner"
    outer.detach()
    outer.detach()
    assert has_stopped(data_dir)


def test_killing_the_only_user_stops_the_server(data_dir: Path, new_user: NewUser) -> None:
    user = new_user(data_dir)
    assert user.says() == "attached alive"
    user.kill()
    wait_until(lambda: has_stopped(data_dir), "the server has stopped")
    with attach(data_dir) as cluster:
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"


def test_a_forked_child_still_counts_as_a_user(data_dir: Path, new_user: NewUser) -> None:
    user = new_user(data_dir)
    assert user.says() == "attached alive"
    child = int(user.tell("fork"))
    user.kill()
    assert ask(embedded_url(data_dir, "tillgate_owner")) == "tillgate_owner"
    assert not has_stopped(data_dir)
    kill(child)
    wait_until(lambda: has_stopped(data_dir), "the server has stopped")


def test_leaving_in_a_forked_child_does_not_stop_the_server(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        child = os.fork()
        if child == 0:
            cluster.detach()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"


def test_a_program_started_by_a_user_does_not_count(data_dir: Path) -> None:
    cluster = attach(data_dir)
    with subprocess.Popen(["sleep", "60"], close_fds=False) as program:
        cluster.detach()
        assert has_stopped(data_dir)
        program.kill()


def test_killing_the_keeper_stops_the_server_and_the_next_one_starts_it(data_dir: Path) -> None:
    cluster = attach(data_dir)
    write_note(cluster)
    kill(pid_of(data_dir, "keeper"))
    wait_until(lambda: has_stopped(data_dir), "the server has stopped")
    with attach(data_dir) as second:
        assert read_note(second) == "kept"
        cluster.detach()
        assert read_note(second) == "kept"


def test_attaching_right_after_the_keeper_was_killed_works(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        for _ in range(3):
            kill(pid_of(data_dir, "keeper"))
            wait_until(lambda: locks.is_free(cluster.folder.lock("keeper")), "it is dead")
            with attach(data_dir) as second:
                assert ask(second.url(Role.OWNER)) == "tillgate_owner"
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"


def test_urls_stay_good_when_the_server_is_started_again(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        url = cluster.url(Role.READER)
        kill(pid_of(data_dir, "keeper"))
        wait_until(lambda: locks.is_free(cluster.folder.lock("keeper")), "it is dead")
        cluster.ensure_running()
        assert ask(url) == "tillgate_reader"


def test_a_killed_server_is_started_again_by_its_keeper(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        write_note(cluster)
        server = pid_of(data_dir, "server")
        kill(server)
        wait_until(lambda: pid_of(data_dir, "server") != server, "there is a new server")
        assert read_note(cluster) == "kept"
        with attach(data_dir) as second:
            assert read_note(second) == "kept"


def test_attaching_right_after_the_server_was_killed_works(data_dir: Path) -> None:
    with attach(data_dir):
        connection = psycopg.connect(embedded_url(data_dir, "tillgate_owner"))
        kill(pid_of(data_dir, "server"))
        with connection, pytest.raises(psycopg.OperationalError):
            connection.execute("select pg_sleep(10)")
        with attach(data_dir) as second:
            assert ask(second.url(Role.OWNER)) == "tillgate_owner"


def test_everything_killed_at_once_leaves_a_folder_that_starts(
    data_dir: Path, new_user: NewUser
) -> None:
    user = new_user(data_dir)
    assert user.says() == "attached alive"
    for pid in (pid_of(data_dir, "keeper"), pid_of(data_dir, "server"), user.pid):
        kill(pid)
    with attach(data_dir) as cluster:
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"


def test_a_stale_pid_file_naming_a_foreign_process_harms_nobody(data_dir: Path) -> None:
    attach(data_dir).detach()
    folder = Folder(data_dir)
    with subprocess.Popen(["sleep", "60"]) as foreign:
        lines = [str(foreign.pid), str(folder.cluster), "1", "5432", "/tmp", "", "1 1", "ready"]
        (folder.cluster / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with attach(data_dir) as cluster:
            assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"
        assert foreign.poll() is None
        foreign.kill()


def test_a_stale_connection_file_is_not_believed(data_dir: Path, tmp_path: Path) -> None:
    attach(data_dir).detach()
    folder = Folder(data_dir)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (elsewhere / "of somebody").touch()
    with subprocess.Popen(["sleep", "60"]) as foreign:
        folder.socket_folder.write_text(str(elsewhere))
        folder.connection.write_text(
            f'{{"host": "{elsewhere}", "port": 5432, "keeper": {foreign.pid}, '
            f'"server": {foreign.pid}, "start": 1}}'
        )
        with attach(data_dir) as cluster:
            assert str(elsewhere) not in cluster.url(Role.OWNER)
            assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"
        assert foreign.poll() is None
        foreign.kill()
    assert (elsewhere / "of somebody").exists()


def test_interrupting_the_users_group_leaves_the_server_until_they_detach(
    data_dir: Path, new_user: NewUser
) -> None:
    user = new_user(data_dir)
    assert user.says() == "attached alive"
    os.killpg(user.pid, signal.SIGINT)
    assert user.says() == "interrupted alive"
    assert user.tell("leave") == "left"
    assert has_stopped(data_dir)


def test_the_keeper_outlives_a_polite_request_while_it_is_needed(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            os.kill(pid_of(data_dir, "keeper"), number)
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"


def test_a_killed_first_start_leaves_no_half_cluster(data_dir: Path, new_user: NewUser) -> None:
    new_user(data_dir)
    folder = Folder(data_dir)
    wait_until(lambda: any(folder.root.glob("cluster.new-*/PG_VERSION")), "initdb is at work")
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        if b"postgres.keeper" in process.read_bytes() and str(data_dir) in process.read_text():
            kill(int(process.parent.name))
    private = Path(folder.socket_folder.read_text())
    assert not folder.cluster.exists()
    with attach(data_dir) as cluster:
        assert ask(cluster.url(Role.OWNER)) == "tillgate_owner"
    assert list(folder.root.glob("cluster.new-*")) == []
    assert not private.exists()


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    attach(data_dir).detach()
    with (data_dir / "postgres/cluster/postgresql.conf").open("a") as settings:
        settings.write("work_mem = 'plenty'\n")
    with pytest.raises(CannotStart, match=r"invalid value for parameter.*work_mem"):
        attach(data_dir)
    wait_until(lambda: has_stopped(data_dir), "its keeper has gone")
    assert "work_mem" in Folder(data_dir).keeper_log.read_text()


def test_another_major_version_is_refused_by_name(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(data_dir).detach()
    (data_dir / "postgres/cluster/PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match=r"made by PostgreSQL 14.*TILLGATE_POSTGRES_BIN"):
        attach(data_dir)
    assert issubclass(WrongVersion, PostgresError)


def test_lost_passwords_are_named_and_nothing_is_overwritten(data_dir: Path) -> None:
    attach(data_dir).detach()
    Folder(data_dir).passwords.unlink()
    with pytest.raises(PasswordsLost, match=r"passwords\.json is gone"):
        attach(data_dir)
    assert not Folder(data_dir).passwords.exists()


def test_passwords_of_another_cluster_are_noticed(data_dir: Path) -> None:
    attach(data_dir).detach()
    Folder(data_dir).passwords.write_text("{}")
    with pytest.raises(PasswordsLost, match="does not fit"):
        attach(data_dir)


def test_a_file_where_the_folder_should_be_is_named(data_dir: Path) -> None:
    data_dir.write_text("not a folder")
    with pytest.raises(FolderUnusable, match="TILLGATE_DATA_DIR"):
        attach(data_dir)


def test_waiting_for_a_starter_that_hangs_has_an_end(data_dir: Path) -> None:
    folder = Folder(data_dir)
    folder.create()
    hanging = locks.try_lock(folder.lock("starting"), locks.EXCLUSIVE)
    assert hanging is not None
    with pytest.raises(StillBusy, match="fuser -v"):
        attach(data_dir, timeout=0.2)
    os.close(hanging)


def test_more_databases_have_the_same_fences(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        cluster.create_database("an other")
        cluster.create_database("an other")
        assert ask(cluster.url(Role.READER, "an other")) == "tillgate_reader"
        with (
            psycopg.connect(cluster.url(Role.PORTAL, "an other")) as conn,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            conn.execute("create temporary table note (text text)")
