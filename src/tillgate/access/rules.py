"""Who may do what about access."""

from tillgate.directory.models import Membership, Person, Role

MAY_CONNECT = (Role.OWNER, Role.TECHNICAL_CONTACT)


def can_connect(person: Person, business_id: int) -> bool:
    """Whether the person may let a program of this business in: its owner or technical contact."""
    return Membership.objects.filter(
        person=person, business_id=business_id, role__in=MAY_CONNECT
    ).exists()
