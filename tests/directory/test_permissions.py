"""Roles hold for a business, or for the platform; nobody inherits another's."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from tests.access.world import Shop, make_person, make_shop, remove_shop

from tillgate.access import acts
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import MerchantAccount, Role, StaffMembership, StaffRole
from tillgate.directory.permissions import TABLE, Who, may, require, roles_of

EVERYBODY = {Who.ANYONE, Who.SIGNED_IN}


@pytest.fixture
def shops(owner_url: str) -> Iterator[tuple[Shop, Shop]]:
    made = make_shop(owner_url), make_shop(owner_url, locations=1)
    yield made
    for shop in made:
        remove_shop(owner_url, shop)


@pytest.fixture
def here(shops: tuple[Shop, Shop], db: None) -> int:
    return shops[0].business_id


def test_a_stranger_is_anyone(db: None) -> None:
    assert roles_of(AnonymousUser()) == {Who.ANYONE}
    assert may(AnonymousUser(), "overview:read")
    with pytest.raises(NotPermitted):
        require(AnonymousUser(), "request:review")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_holds_for_its_business_only(
    here: int, shops: tuple[Shop, Shop], role: Role
) -> None:
    person = make_person()
    acts.add_membership(person=person, business_id=here, role=role, actor="test")
    assert roles_of(person, here) == EVERYBODY | {Who(role)}
    assert roles_of(person) == EVERYBODY | {Who(role)}
    assert roles_of(person, shops[1].business_id) == EVERYBODY


def test_an_account_manager_has_own_merchants(here: int, shops: tuple[Shop, Shop]) -> None:
    manager, other = make_person("dana"), make_person("ola")
    for person in (manager, other):
        acts.add_staff_role(person=person, role=StaffRole.ACCOUNT_MANAGER, actor="test")
    MerchantAccount.objects.create(business_id=here, manager=manager)
    assert may(manager, "agreement:price", business_id=here)
    assert not may(other, "agreement:price", business_id=here)
    assert not may(manager, "agreement:price", business_id=shops[1].business_id)
    assert may(other, "agreement:price"), "some merchant's, so the page is open"


def test_the_office_acts_for_every_business(here: int) -> None:
    reviewer = make_person("rae")
    acts.add_staff_role(person=reviewer, role=StaffRole.PARTNER_SERVICES, actor="test")
    assert may(reviewer, "request:review", business_id=here)
    assert not may(reviewer, "agreement:price", business_id=here)


def test_a_staff_role_is_taken_away_again(db: None) -> None:
    person = make_person()
    acts.add_staff_role(person=person, role=StaffRole.OPERATOR, actor="test")
    acts.add_staff_role(person=person, role=StaffRole.OPERATOR, actor="test")
    assert StaffMembership.objects.filter(person=person).count() == 1
    acts.end_staff_role(person=person, role=StaffRole.OPERATOR, actor="test")
    assert roles_of(person) == EVERYBODY


def test_who_is_not_active_is_a_stranger(here: int) -> None:
    person = make_person()
    acts.add_membership(person=person, business_id=here, role=Role.OWNER, actor="test")
    person.is_active = False
    assert roles_of(person, here) == {Who.ANYONE}


def test_no_decision_is_open_to_who_sells_or_runs() -> None:
    for permission in ("request:review",):
        assert TABLE[permission] == {Who.PARTNER_SERVICES}
    assert Who.TECHNICAL_CONTACT not in TABLE["agreement:read"]
    assert Who.OPERATOR not in TABLE["request:review"] | TABLE["agreement:price"]
