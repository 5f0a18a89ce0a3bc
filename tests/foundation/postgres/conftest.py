"""Real servers in folders of their own, real processes that use them, and none left behind."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.foundation.postgres.servers import (
    VERSIONS,
    User,
    processes_of,
    use_binaries,
    wait_until,
)

from tillgate.foundation.postgres.cluster import Cluster, attach


@pytest.fixture
def new_user() -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def start(data_dir: Path, **options: Any) -> User:
        users.append(User(data_dir, **options))
        return users[-1]

    yield start
    for user in users:
        user.end()


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder for one server; fails the test when a process stays behind."""
    folder = tmp_path / "data"
    yield folder
    wait_until(lambda: not processes_of(folder), "no process stays behind")


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server for the tests that do not care about its life."""
    folder = tmp_path_factory.mktemp("shared") / "data"
    with attach(folder) as cluster:
        yield cluster
    assert processes_of(folder) == []


@pytest.fixture(params=VERSIONS)
def each_version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs in each version at hand, made the ones to use."""
    use_binaries(request.param, monkeypatch)
