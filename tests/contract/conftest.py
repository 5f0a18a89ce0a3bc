"""One installation for all tests that look at the whole from outside."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.access.conftest import committed, fresh_limits, shop, shops, world  # noqa: F401
from tests.contract.gate import Gate
from tests.contract.group import Group, feed_group
from tests.contract.house import House, shared_house


@pytest.fixture(scope="session")
def house(superuser_url, role_urls, role_names, migrated, django_db_blocker) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            made = stack.enter_context(shared_house(superuser_url, role_urls, role_names))
        yield made


@pytest.fixture(scope="session")
def gate(house: House) -> Gate:
    return house.gate


@pytest.fixture(scope="session")
def group(house: House) -> Group:
    made: Group = house.once(feed_group)
    return made
