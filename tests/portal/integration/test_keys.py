"""The page of an integration: its secrets are changed there, shown once, and ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Http
from tests.access.world import Shop, World, basic, make_person, post
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye

from tillgate.access import acts, secrets
from tillgate.access.models import ClientSecret
from tillgate.directory.models import MerchantAccount, Person, Role, StaffRole
from tillgate.foundation import clock


def path(world: World) -> str:
    return f"/integrations/{world.integration.pk}/"


def send(world: World, act: str, *, person: Person | None = None, **form: Any) -> Any:
    said = {"act": act, "client": world.client.client_id} | form
    return signed_in(person or world.owner).post(path(world), said)


def overlap(days: int = 14, idle: int = 3) -> dict[str, Any]:
    return {"overlap_until": clock.now().date() + timedelta(days=days), "idle_days": idle}


def secret_in(answer: Any) -> str:
    page = answer.content.decode()
    return str(page.partition('id="secret">')[2].partition("<")[0])


def works(world: World, secret: str) -> bool:
    headers = basic(world.client.client_id, secret)
    return post("/oauth/token", headers, grant_type="client_credentials").status_code == 200


def test_a_second_secret_is_shown_once_and_both_work(world: World) -> None:
    answer = send(world, "make_secret", **overlap())
    new = secret_in(answer)
    assert answer["Cache-Control"] == "no-store"
    assert works(world, new)
    assert works(world, world.secret)
    page = signed_in(world.owner).get(path(world)).content.decode()
    assert new not in page
    assert new[:9] in page
    assert "on its way out" in page


def test_a_third_is_refused_in_words(world: World) -> None:
    send(world, "make_secret", **overlap())
    answer = send(world, "make_secret", **overlap())
    assert answer.status_code == 409
    assert "Two secrets are live" in answer.content.decode()
    assert ClientSecret.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"overlap_until": ""},
        {"overlap_until": "soon"},
        {"overlap_until": "2020-01-01"},
        {"overlap_until": "9999-12-31"},
        {"idle_days": "0"},
        {"idle_days": "x"},
        {"last_day": "2020-01-01"},
    ],
)
def test_a_wrong_overlap_is_told_at_its_field_and_nothing_is_made(
    world: World, wrong: dict[str, str]
) -> None:
    answer = send(world, "make_secret", **(overlap() | wrong))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert ClientSecret.objects.count() == 1


def test_the_last_secret_is_ended_with_its_consequence_beside_the_button(world: World) -> None:
    only = ClientSecret.objects.get()
    page = signed_in(world.owner).get(path(world)).content.decode()
    assert "the program stands still" in page
    assert send(world, "end_secret", secret=only.pk).status_code == 409
    assert works(world, world.secret)
    assert send(world, "end_secret", secret=only.pk, last="yes").status_code == 302
    assert not works(world, world.secret)
    again = send(world, "make_secret")
    assert works(world, secret_in(again))


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "²", "0"])
def test_a_secret_that_is_not_there_is_not_ended(world: World, number: str) -> None:
    answer = send(world, "end_secret", secret=number, last="yes")
    assert answer.status_code == 404
    assert works(world, world.secret)


def test_another_integrations_client_is_not_reached(world: World, other_world: World) -> None:
    for client in (other_world.client.client_id, "", "\0", "tg_client_x"):
        for act in ("make_secret", "end_secret", "redirects"):
            assert send(world, act, client=client).status_code == 404
    assert signed_in(other_world.owner).get(path(world)).status_code == 404


def test_redirect_addresses_are_changed_or_told_why_not(world: World) -> None:
    answer = send(world, "redirects", redirect_uris="http://evil.example/")
    assert answer.status_code == 422
    assert "https" in answer.content.decode()
    answer = send(world, "redirects", redirect_uris="https://new.example/a\nhttps://new.example/b")
    assert answer.status_code == 302
    world.client.refresh_from_db()
    assert world.client.redirect_uris.split() == ["https://new.example/a", "https://new.example/b"]


def test_who_sees_an_integration_and_who_may_change_its_secret(
    world: World, shops: tuple[Shop, Shop], settings: Any
) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    member, manager, other_manager = make_person("milo"), make_person("dana"), make_person("ola")
    reviewer, operator = make_person("rae"), make_person("otto")
    acts.add_membership(
        person=member, business_id=world.shop.business_id, role=Role.MEMBER, actor="test"
    )
    for person, role in (
        (manager, StaffRole.ACCOUNT_MANAGER),
        (other_manager, StaffRole.ACCOUNT_MANAGER),
        (reviewer, StaffRole.PARTNER_SERVICES),
        (operator, StaffRole.OPERATOR),
    ):
        acts.add_staff_role(person=person, role=role, actor="test")
    MerchantAccount.objects.create(business_id=world.shop.business_id, manager=manager)
    for person in (member, manager, reviewer, operator):
        assert "Ledger Bridge" in signed_in(person).get("/integrations/").content.decode()
        page = signed_in(person).get(path(world)).content.decode()
        assert world.secret[:9] in page
        assert "make_secret" not in page
        assert send(world, "make_secret", person=person, **overlap()).status_code == 403
    assert signed_in(other_manager).get(path(world)).status_code == 404
    assert "Ledger Bridge" not in signed_in(other_manager).get("/integrations/").content.decode()
    assert Http().get(path(world)).status_code == 302


def test_the_list_of_keys_takes_as_many_queries_for_three_as_for_one(
    world: World, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(world.owner)
    with django_assert_max_num_queries(60) as first:
        browser.get("/integrations/")
    client = acts.issue_client(integration=world.integration, redirect_uris=[], actor="test").client
    secrets.add_secret(client=client, actor="test")
    with django_assert_max_num_queries(len(first)):
        browser.get("/integrations/")


def test_a_secret_is_changed_in_a_browser_until_the_old_one_ends_by_itself(
    committed: World, eye: Eye
) -> None:
    page = eye.look_at(path(committed), "integration", person=committed.owner)
    page.get_by_role("button", name="Make a second secret").click()
    page.get_by_text("Your secret, shown this once").wait_for()
    eye.check(page, "integration-secret")
    new = page.locator("#secret").inner_text()
    assert works(committed, new)
    assert works(committed, committed.secret)
    # The days in which nobody uses the old one pass.
    retired = ClientSecret.objects.filter(retired_at__isnull=False)
    retired.update(idle_at=clock.now() - timedelta(seconds=1))
    assert works(committed, new)
    assert not works(committed, committed.secret)
    page = eye.open(path(committed), person=committed.owner)
    assert page.get_by_text("ended, not used any more").is_visible()
    eye.look_at("/integrations/", "integrations-keys", person=committed.owner)
