"""The pages of usage and of the request log: own programs only, in figures that add up."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Http
from tests.access.metered import Meter, metering
from tests.access.world import World, make_person
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye

from tillgate.access.acts import add_membership
from tillgate.directory.models import Person, Role
from tillgate.foundation import clock

TEMPLATE = "/f/finance/{businessLocationId}/dailyFinancials"


@pytest.fixture
def meter(meter_url: str, owner_url: str) -> Iterator[Meter]:
    """Named before `world`, whose transaction is over then when the tables are emptied."""
    with metering(meter_url, owner_url) as made:
        yield made


def text_of(person: Person, path: str) -> str:
    answer = signed_in(person).get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def use(meter: Meter, client: str) -> None:
    now = clock.now()
    for days in range(27):
        meter.count(client, now - timedelta(days=days), 40 + days * 7 % 90, endpoint=TEMPLATE)
    meter.count(client, now - timedelta(days=2), 12, status=429)
    meter.log(client, now - timedelta(minutes=2), 120)
    meter.log(client, now - timedelta(minutes=1), 3, status=404)
    meter.log(client, now - timedelta(days=3), 2, status=503)


def test_usage_is_told_in_figures_that_add_up(meter: Meter, world: World) -> None:
    client, now = world.client.client_id, clock.now()
    meter.count(client, now, 1000, bytes=5 * 1024)
    meter.count(client, now - timedelta(days=6), 2, status=404, endpoint=TEMPLATE)
    meter.count(client, now - timedelta(days=7), 50)
    meter.miss(client, "count", now - timedelta(hours=1), 7)
    text = text_of(world.owner, "/usage/?days=7")
    assert "1,002 calls, 2 not answered as asked" in text
    assert TEMPLATE in text
    assert "5.0\xa0KB" in text or "5.0 KB" in text
    assert "7 calls were not counted: Ledger Bridge" in text
    assert "1,052 calls" in text_of(world.owner, "/usage/")
    drawn = signed_in(world.owner).get("/usage/?days=7").content.decode()
    assert drawn.count("<rect") == 2 + drawn.count("swatch")
    assert "style=" not in drawn


def test_others_see_neither_usage_nor_log(meter: Meter, world: World, other_world: World) -> None:
    use(meter, world.client.client_id)
    assert "No call in this time" in text_of(other_world.owner, "/usage/")
    assert "No call is in the log" in text_of(other_world.owner, "/usage/requests/")
    foreign = f"/usage/?integration={world.integration.pk}"
    assert "No call in this time" in text_of(other_world.owner, foreign)
    foreign = f"/usage/requests/?client={world.client.client_id}"
    assert "request-" not in text_of(other_world.owner, foreign)
    assert Http().get("/usage/requests/").status_code == 302


def test_a_technical_contact_sees_both(meter: Meter, world: World) -> None:
    contact = make_person("tess")
    add_membership(
        person=contact,
        business_id=world.shop.business_id,
        role=Role.TECHNICAL_CONTACT,
        actor="test",
    )
    use(meter, world.client.client_id)
    assert TEMPLATE in text_of(contact, "/usage/")
    assert "125 calls are in the log" in text_of(contact, "/usage/requests/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 125),
        ("?status=good", 120),
        ("?status=refused", 3),
        ("?status=failed", 2),
        ("?client=nobody", 125),
        ("?status=odd&day=yesterday", 125),
        ("?page=2", 125),
        ("?page=x", 125),
        ("?client=%00", 125),
    ],
)
def test_the_log_shows_what_is_asked_for(
    meter: Meter, world: World, query: str, found: int
) -> None:
    use(meter, world.client.client_id)
    text = text_of(world.owner, f"/usage/requests/{query}")
    assert f"{found} calls are in the log" in text


def test_the_log_of_a_day_and_its_pages(meter: Meter, world: World) -> None:
    use(meter, world.client.client_id)
    day = (clock.now() - timedelta(days=3)).date()
    assert "2 calls are in the log" in text_of(world.owner, f"/usage/requests/?day={day}")
    pages = [text_of(world.owner, f"/usage/requests/?page={number}") for number in (1, 2)]
    shown = [re.findall(r"GET /f/data/businesses", page) for page in pages]
    assert [len(each) for each in shown] == [50, 50]
    assert "page 1 of 3" in pages[0]


def test_the_pages_are_fit_to_be_seen(
    committed: World, eye: Eye, meter_url: str, owner_url: str
) -> None:
    client = committed.client.client_id
    with metering(meter_url, owner_url) as meter:
        use(meter, client)
        meter.miss(client, "count", clock.now() - timedelta(hours=3), 25)
        meter.miss(client, "log", clock.now() - timedelta(hours=2), 1)
        page: Any = eye.look_at("/usage/", "usage", person=committed.owner)
        assert page.locator("svg.chart rect").count() == 28
        page.get_by_role("link", name="Request log").click()
        eye.check(page, "request-log")
