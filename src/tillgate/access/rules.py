"""Who may do what about access."""

from tillgate.access.models import Integration, Sandbox
from tillgate.directory.models import Membership, Person, Role

MAY_CONNECT = (Role.OWNER, Role.TECHNICAL_CONTACT)


def can_connect(person: Person, integration: Integration) -> bool:
    """Whether the person may let this program in: owner or technical contact of its business.

    A program of the sandbox is let in by whoever opened it.
    """
    if Sandbox.objects.filter(integration=integration, person=person, ended_at=None).exists():
        return True
    return Membership.objects.filter(
        person=person, business_id=integration.business_id, role__in=MAY_CONNECT
    ).exists()
