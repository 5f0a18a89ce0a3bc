"""The people and the integrations of these tests."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connections
from tests.access.world import Shop, make_person

from tillgate.access.acts import add_membership, add_staff_role
from tillgate.directory.models import Person, Role, StaffRole
from tillgate.directory.permissions import Who
from tillgate.hub.acts.enquiries import EnquiryFacts
from tillgate.hub.acts.integrations import (
    IntegrationFacts,
    add_public_integration,
    list_public_integration,
)
from tillgate.hub.errors import HubError
from tillgate.hub.models import PublicIntegration


def operator(name: str = "olga") -> Person:
    return staff(StaffRole.OPERATOR, name)


def growth_manager(name: str = "gil") -> Person:
    return staff(StaffRole.PARTNER_GROWTH, name)


def staff(role: StaffRole, name: str) -> Person:
    person = make_person(name)
    add_staff_role(person=person, role=role, actor="test")
    return person


def everyone(shop: Shop) -> Iterator[tuple[Who, Any]]:
    """Somebody of each role; those of a business are the shop's."""
    yield Who.ANYONE, AnonymousUser()
    yield Who.SIGNED_IN, make_person("sam")
    for role in Role:
        person = make_person(role.value)
        add_membership(person=person, business_id=shop.business_id, role=role, actor="test")
        yield Who(role.value), person
    for staff_role in StaffRole:
        yield Who(staff_role.value), staff(staff_role, staff_role.value)


def facts(**changed: Any) -> IntegrationFacts:
    wanted = {
        "name": "Larder Count",
        "provider": "Larder Works",
        "summary": "Counts what is in the cellar.",
        "description": "It **counts**.",
        "categories": ["inventory"],
        "countries": [],
        "website": "https://larder.example/",
        "contact": "help@larder.example",
        "validated_on": date(2026, 5, 4),
    }
    return IntegrationFacts(**(wanted | changed))


def add(actor: Person, slug: str, *, listed: bool = True, **changed: Any) -> PublicIntegration:
    made = add_public_integration(slug=slug, facts=facts(**changed), actor=actor)
    if listed:
        list_public_integration(integration=made, actor=actor)
    return made


def enquiry_facts(**changed: Any) -> EnquiryFacts:
    wanted = {
        "name": "Noa Berg",
        "company": "Berg Software",
        "builds": "Booking for many restaurants.",
        "serves_several_merchants": True,
        "wants_listing": True,
        "website": "https://berg.example/",
        "merchants_expected": 40,
        "locations_expected": 90,
    }
    return EnquiryFacts(**(wanted | changed))


def at_once(*acts: Callable[[], object]) -> list[HubError | None]:
    """Run the acts in transactions of their own at the same time; what each was refused for."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> HubError | None:
        try:
            start.wait()
            act()
        except HubError as error:
            return error
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
