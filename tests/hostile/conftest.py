"""The house, somebody's books in it, and the real server in front of it."""

from collections.abc import Iterator

import pytest
from tests.contract.conftest import gate, house  # noqa: F401
from tests.contract.gate import Gate
from tests.contract.house import House
from tests.contract.server import GENEROUS, Server, database_settings
from tests.hostile.estate import Estate, make_estate


@pytest.fixture(scope="session")
def estate(house: House) -> Estate:  # noqa: F811
    made: Estate = house.once(make_estate)
    return made


@pytest.fixture(scope="session")
def ours(estate: Estate, gate: Gate) -> Gate:  # noqa: F811
    """The gate in this process, called with our own token."""
    gate.token = estate.ours
    return gate


@pytest.fixture(scope="session")
def server(house: House, tmp_path_factory) -> Iterator[Server]:  # type: ignore[no-untyped-def]  # noqa: F811
    """Both planes in a process of their own; its log must not tell of a failure of ours."""
    environ = {**database_settings(house.urls), **GENEROUS}
    made = Server("all", tmp_path_factory.mktemp("serve all"), environ)
    yield made
    assert made.stop() == 0, made.log()
    assert "Traceback" not in made.log()
    assert '"level":"error"' not in made.log()
