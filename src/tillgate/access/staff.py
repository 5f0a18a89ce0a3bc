"""Who works for the platform, and in which roles: operators settle it."""

from django.db import transaction
from django.db.models import QuerySet

from tillgate.access.acts import add_person, add_staff_role, end_staff_role
from tillgate.access.errors import LastOperator
from tillgate.content.mails import render_mail
from tillgate.directory.models import Person, StaffMembership, StaffRole
from tillgate.directory.permissions import require
from tillgate.foundation.addresses import address_of
from tillgate.foundation.mail import queue_mail


def staff_people() -> QuerySet[Person]:
    """Everybody who holds a role on the platform's side, by name, with their roles at hand."""
    holding = Person.objects.filter(pk__in=StaffMembership.objects.values("person_id"))
    return holding.prefetch_related("staff_memberships").order_by("name", "email")


@transaction.atomic
def appoint(*, email: str, name: str, role: StaffRole, actor: Person) -> Person:
    """Let an address work for the platform in a role; who is not known yet is added.

    Somebody new has no password: they sign in by a code that is mailed to them. Whoever did not
    have the role is told of it by mail.
    """
    require(actor, "staff:edit")
    email, by = email.strip().lower(), f"person:{actor.pk}"
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        person = add_person(email=email, password=None, name=name.strip(), actor=by)
    if not StaffMembership.objects.filter(person=person, role=role).exists():
        _tell(person, role, actor)
    add_staff_role(person=person, role=role, actor=by)
    return person


@transaction.atomic
def dismiss(*, person: Person, role: StaffRole, actor: Person) -> None:
    """Take a role away; again changes nothing. Raises `LastOperator`."""
    require(actor, "staff:edit")
    # Locked, so that two operators cannot take each other's role away at the same moment.
    operators = StaffMembership.objects.select_for_update(of=("self",)).filter(
        role=StaffRole.OPERATOR, person__is_active=True
    )
    if role == StaffRole.OPERATOR and {each.person_id for each in operators} == {person.pk}:
        raise LastOperator
    end_staff_role(person=person, role=role, actor=f"person:{actor.pk}")


def _tell(person: Person, role: StaffRole, actor: Person) -> None:
    facts = {
        "name": person.get_full_name(),
        "role": str(role.label),
        "appointed_by": actor.get_full_name(),
        "link": address_of("home"),
    }
    mail = render_mail("staff_appointed", facts)
    queue_mail(to=person.email, subject=mail.subject, text=mail.text, html=mail.html)
