"""Fixtures for tests of access and of the portal."""

from collections.abc import Iterator

import pytest
from django.db import connections
from tests.access.world import Shop, World, make_shop, make_world, remove_shop, remove_world

from tillgate.access.oauth.client_authentication import limiter


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """No test inherits another's calls."""
    limiter.forget()


@pytest.fixture
def shops(owner_url: str) -> Iterator[tuple[Shop, Shop]]:
    """Two businesses; before `db`, so that its transaction has let go of them when they go."""
    made = make_shop(owner_url), make_shop(owner_url, locations=1)
    yield made
    for shop in made:
        remove_shop(owner_url, shop)


@pytest.fixture
def shop(shops: tuple[Shop, Shop]) -> Shop:
    return shops[0]


@pytest.fixture
def world(shops: tuple[Shop, Shop], db: None) -> World:
    """Made within the test's transaction."""
    return make_world(shops[0])


@pytest.fixture
def other_world(shops: tuple[Shop, Shop], db: None) -> World:
    return make_world(shops[1])


@pytest.fixture
def committed(shop: Shop, django_db_blocker) -> Iterator[World]:  # type: ignore[no-untyped-def]
    """Made for good, so that other connections see it; removed at the end."""
    with django_db_blocker.unblock():
        yield make_world(shop)
        remove_world(shop)
        connections.close_all()
