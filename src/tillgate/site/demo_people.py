"""The demo's people: invented, one for every role, with one password that exists nowhere else."""

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import connections

from tillgate.access import acts
from tillgate.directory.models import Person, Role, StaffRole

ACTOR = "demo"

# Role, address and name; the addresses are of a domain that nobody can have (RFC 2606).
CAST: Mapping[str, tuple[str, str]] = {
    "owner": ("owner@demo.example", "Maya Lindqvist"),
    "member": ("member@demo.example", "Milo Hartwell"),
    "technical_contact": ("developer@demo.example", "Ines Okafor"),
    "account_manager": ("account-manager@demo.example", "Dana Whitlock"),
    "partner_services": ("partner-services@demo.example", "Rae Sandoval"),
    "partner_growth": ("partner-growth@demo.example", "Gus Ferreira"),
    "operator": ("operator@demo.example", "Otto Brandvold"),
    "second_owner": ("second-owner@demo.example", "Sina Kallas"),
    "newcomer": ("newcomer@demo.example", "Nuno Abrantes"),
}
_STAFF = (
    StaffRole.ACCOUNT_MANAGER,
    StaffRole.PARTNER_SERVICES,
    StaffRole.PARTNER_GROWTH,
    StaffRole.OPERATOR,
)


class People(NamedTuple):
    """The cast by role."""

    owner: Person
    member: Person
    technical_contact: Person
    account_manager: Person
    partner_services: Person
    partner_growth: Person
    operator: Person
    second_owner: Person
    newcomer: Person


def forget_everybody() -> None:
    """Empty what a first start that was interrupted left behind; the books stay."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "TRUNCATE directory_person, access_integration, foundation_message, foundation_event"
            " CASCADE"
        )


def make_people(password: str) -> People:
    """Everybody, with the platform's roles; who acts for a business comes to it by invitation."""
    # Hashing is slow on purpose, and it is the same password for all.
    hashed = make_password(password)
    people = People(*(_person(email, name, hashed) for email, name in CAST.values()))
    for role in _STAFF:
        acts.add_staff_role(person=getattr(people, role.value), role=role, actor=ACTOR)
    return people


def add_member(business_id: int, person: Person) -> None:
    """Let a person read and draft for a business."""
    acts.add_membership(person=person, business_id=business_id, role=Role.MEMBER, actor=ACTOR)


def _person(email: str, name: str, hashed: str) -> Person:
    person = acts.add_person(email=email, password=None, name=name, actor=ACTOR)
    Person.objects.filter(pk=person.pk).update(password=hashed)
    return person
