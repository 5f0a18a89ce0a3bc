"""Who may do what about access, beyond `tillgate.directory.permissions`."""

from tillgate.access.models import Integration, Sandbox
from tillgate.directory.models import Person
from tillgate.directory.permissions import Who, roles_of


def can_connect(person: Person, integration: Integration) -> bool:
    """Whether the person may let this program in: its business's owner or its technical contact.

    Where an integration names no technical contact, whoever is one of the business may. A program
    of the sandbox is let in by whoever opened it.
    """
    if Sandbox.objects.filter(integration=integration, person=person, ended_at=None).exists():
        return True
    if integration.technical_contact_id == person.pk:
        return person.is_active
    roles = roles_of(person, integration.business_id)
    by_business = Who.TECHNICAL_CONTACT in roles and integration.technical_contact_id is None
    return Who.OWNER in roles or by_business
