"""The acts on access: what they refuse, and that each leaves its event."""

from datetime import timedelta

import pytest
from tests.access.world import CALLBACK, PASSWORD, Shop, World, make_person, shop_date

from tillgate.access import acts, licences, secrets
from tillgate.access.errors import (
    ForeignLocation,
    IntegrationEnded,
    NoLocation,
    PersonExists,
    RedirectRefused,
    TooManySecrets,
    UnknownBusiness,
    UnknownScope,
    WeakPassword,
)
from tillgate.access.models import Client, ClientSecret, Integration, LicensedLocation
from tillgate.access.tokens import looks_genuine, token_hash
from tillgate.directory.models import Membership, Person, Role
from tillgate.foundation import clock
from tillgate.foundation.models import Event


def open_for(shop: Shop, **changed: object) -> Integration:
    wanted = {
        "business_id": shop.business_id,
        "name": "Ledger Bridge",
        "scopes": ["items", "financial-api"],
        "location_ids": shop.locations,
        "staff": False,
        "consumers": False,
        "authorizations": False,
        "actor": "test",
    } | changed
    return acts.open_integration(**wanted)  # type: ignore[arg-type]


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_person_is_known_by_their_address_in_lower_case(db: None) -> None:
    person = acts.add_person(email="Maya@Example.COM", password=PASSWORD, name="Maya")
    assert person.email == "maya@example.com"
    assert person.check_password(PASSWORD)
    assert kinds() == ["directory:person:added"]


def test_a_person_is_added_once(db: None) -> None:
    acts.add_person(email="maya@example.com", password=None, name="")
    with pytest.raises(PersonExists):
        acts.add_person(email="MAYA@example.com", password=None, name="")


@pytest.mark.parametrize("password", ["short", "password123", "maya.lindqvist", ""])
def test_a_weak_password_is_refused(db: None, password: str) -> None:
    with pytest.raises(WeakPassword):
        acts.add_person(email="maya.lindqvist@example.com", password=password, name="Maya")
    assert not Person.objects.exists()


def test_a_membership_is_of_a_business_that_is_known(db: None) -> None:
    with pytest.raises(UnknownBusiness):
        acts.add_membership(person=make_person(), business_id=424242, role=Role.OWNER, actor="test")


def test_a_person_has_one_role_in_a_business(world: World) -> None:
    acts.add_membership(
        person=world.owner, business_id=world.shop.business_id, role=Role.MEMBER, actor="test"
    )
    assert Membership.objects.get().role == Role.MEMBER


def test_an_integration_has_its_scopes_in_order_and_its_locations_from_today(
    shop: Shop, db: None
) -> None:
    integration = open_for(shop)
    assert (integration.scopes, integration.calls_per_minute) == ("financial-api items", 600)
    licences = LicensedLocation.objects.filter(integration=integration)
    assert [row.location_id for row in licences.order_by("location_id")] == shop.locations
    assert {row.from_date for row in licences} == {shop_date()}
    assert kinds() == ["access:integration:opened", *["access:licence:begun"] * 2]


def test_an_integration_reads_locations_of_its_own_business_only(
    shops: tuple[Shop, Shop], db: None
) -> None:
    for locations in ([*shops[0].locations, shops[1].locations[0]], [424242]):
        with pytest.raises(ForeignLocation, match=str(locations[-1])):
            open_for(shops[0], location_ids=locations)
    assert not Integration.objects.exists()


def test_a_location_added_later_is_of_the_same_business(world: World, other_world: World) -> None:
    with pytest.raises(ForeignLocation):
        licences.license_location(
            integration=world.integration,
            location_id=other_world.shop.locations[0],
            actor="test",
        )


def test_an_integration_has_known_scopes_and_a_location(shop: Shop, db: None) -> None:
    for scopes in ([], ["orders-api"], ["items", "openid"]):
        with pytest.raises(UnknownScope):
            open_for(shop, scopes=scopes)
    with pytest.raises(NoLocation):
        open_for(shop, location_ids=[])


def test_a_client_is_returned_with_its_secret_once(world: World) -> None:
    assert looks_genuine(world.secret)
    stored = ClientSecret.objects.get()
    assert stored.hash == token_hash(world.secret)
    assert world.secret.startswith(stored.hint)
    assert world.secret not in str(Event.objects.values_list("data", flat=True))
    assert Client.objects.get().client_secret == "!"


def test_a_public_client_has_no_secret(world: World) -> None:
    issued = acts.issue_client(
        integration=world.integration, redirect_uris=[CALLBACK], public=True, actor="test"
    )
    assert issued.secret == ""
    assert not ClientSecret.objects.filter(client=issued.client).exists()


def test_a_redirect_address_must_be_a_good_one(world: World) -> None:
    with pytest.raises(RedirectRefused, match="https"):
        acts.issue_client(
            integration=world.integration, redirect_uris=["http://x.example/"], actor="test"
        )


def test_at_most_two_secrets_are_live(world: World) -> None:
    secrets.add_secret(client=world.client, actor="test")
    with pytest.raises(TooManySecrets):
        secrets.add_secret(client=world.client, actor="test")
    oldest = ClientSecret.objects.earliest("pk")
    secrets.revoke_secret(secret=oldest, actor="test")
    secrets.add_secret(
        client=world.client, actor="test", expires_at=clock.now() + timedelta(days=1)
    )
    ClientSecret.objects.filter(revoked_at=None).update(expires_at=clock.now())
    secrets.add_secret(client=world.client, actor="test")


def test_an_ended_integration_stays_ended(world: World) -> None:
    acts.end_integration(integration=world.integration, reason="left", actor="test")
    for act in (acts.suspend_integration, acts.end_integration):
        with pytest.raises(IntegrationEnded):
            act(integration=world.integration, reason="x", actor="test")
    with pytest.raises(IntegrationEnded):
        acts.resume_integration(integration=world.integration, actor="test")
    assert kinds()[-1] == "access:integration:ended"
