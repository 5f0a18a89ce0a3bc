"""What the portal finds of businesses, though row-level security hides their rows."""

from collections.abc import Iterator

import pytest
from django.db import connection
from tests.access.world import Shop, make_shop, remove_shop

from tillgate.directory import queries


@pytest.fixture
def shops(owner_url: str) -> Iterator[tuple[Shop, Shop]]:
    made = make_shop(owner_url), make_shop(owner_url, locations=1)
    yield made
    for shop in made:
        remove_shop(owner_url, shop)


@pytest.fixture
def shop(shops: tuple[Shop, Shop], db: None) -> Shop:
    return shops[0]


def test_a_business_shows_its_own_locations_only(shop: Shop, shops: tuple[Shop, Shop]) -> None:
    assert queries.location_ids_of(shop.business_id) == shop.locations
    assert {place.pk for place in queries.locations_of(shop.business_id)} == set(shop.locations)
    assert queries.location_ids_of(shops[1].business_id) == shops[1].locations
    assert queries.location_ids_of(1) == []


def test_what_was_seen_is_hidden_again(shop: Shop) -> None:
    assert queries.business_by_id(shop.business_id).name == shop.name
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM directory_business")
        assert cursor.fetchone() == (0,)


def test_a_business_is_found_by_id_or_part_of_its_name(shop: Shop) -> None:
    by_id = queries.find_businesses(f" {shop.business_id} ")
    assert by_id[0] == (shop.business_id, shop.name)
    assert shop.business_id in {found.business_id for found in queries.find_businesses("STREET")}


@pytest.mark.parametrize("words", ["", "  ", "\0", "%", "_", "'; --", "9" * 40, "٣", "\u202e"])
def test_odd_words_find_nothing(shop: Shop, words: str) -> None:
    assert queries.find_businesses(words) == []


def test_names_come_by_id(shop: Shop) -> None:
    assert queries.business_names([shop.business_id, 5]) == {shop.business_id: shop.name}
