"""Who is told of what becomes of an integration: its owners, and who looks after it.

Each mail is queued in the act's own transaction; a key makes sure that news is told once. No
secret is ever in a mail.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from tillgate.access.models import Client, ClientSecret, Integration, SecretEnd
from tillgate.content.mails import render_mail
from tillgate.directory.models import Membership, Person, Role
from tillgate.directory.queries import business_names
from tillgate.foundation.addresses import address_of
from tillgate.foundation.mail import queue_mail


def secret_made(client: Client, *, actor: Person, hint: str) -> None:
    """Tell that there is a further secret, and who made it."""
    integration = client.integration
    for person in people_of(integration):
        _send("secret_made", integration, person, hint=hint, actor=actor.get_full_name())


def secret_expiring(secret: ClientSecret, *, days: int) -> int:
    """Tell, once, that a secret ends within so many days; returns to how many people."""
    integration, end = secret.client.integration, secret.expires_at
    assert end is not None
    people = people_of(integration)
    for person in people:
        key = f"secret:{secret.pk}:{end:%Y-%m-%dT%H:%M}:{days}:{person.pk}"
        facts = {"hint": f"{secret.hint}…", "expires": moment(end)}
        _send("secret_expiring", integration, person, key=key, **facts)
    return len(people)


def secret_ended(secret: ClientSecret) -> None:
    """Tell that a secret has ended by itself, and why."""
    integration, because = secret.client.integration, SecretEnd(secret.end_reason)
    assert secret.revoked_at is not None
    facts = {"hint": f"{secret.hint}…", "ended": moment(secret.revoked_at), "words": _why(because)}
    for person in people_of(integration):
        _send(
            "secret_ended",
            integration,
            person,
            key=f"secret:{secret.pk}:ended:{person.pk}",
            **facts,
        )


def integration_changed(mail: str, integration: Integration, actor: Person, reason: str) -> None:
    """Tell that an integration was suspended, resumed or ended, by whom and why."""
    facts = {"actor": actor.get_full_name(), "reason": reason.strip() or _("no reason given")}
    for person in people_of(integration):
        _send(mail, integration, person, **facts)


def integration_transferred(
    integration: Integration, people: Iterable[Person], *, actor: Person, to: str, reason: str
) -> None:
    """Tell those it concerned that somebody else looks after it now."""
    for person in people:
        facts = {"actor": actor.get_full_name(), "contact": to, "reason": reason.strip()}
        _send("integration_transferred", integration, person, **facts)


def location_removed(
    integration: Integration, *, actor: Person, location: str, last_date: date
) -> None:
    """Tell that a location leaves, and when."""
    accounts = Person.objects.filter(merchants__business_id=integration.business_id)
    for person in [*people_of(integration), *accounts]:
        facts = {"actor": actor.get_full_name(), "location": location}
        _send("location_removed", integration, person, ended=last_date.isoformat(), **facts)


def redirects_changed(client: Client, *, actor: Person, uris: Iterable[str]) -> None:
    """Tell that codes are sent elsewhere from now on."""
    words = "\n".join(uris) or _("none")
    for person in people_of(client.integration):
        facts = {"actor": actor.get_full_name(), "words": words}
        _send("redirects_changed", client.integration, person, **facts)


def people_of(integration: Integration) -> list[Person]:
    """Its business's owners and its technical contact, nobody twice."""
    owners = Membership.objects.filter(business_id=integration.business_id, role=Role.OWNER)
    people = [each.person for each in owners.select_related("person").order_by("pk")]
    contact = integration.technical_contact
    return people if contact is None or contact in people else [*people, contact]


def moment(instant: datetime) -> str:
    """An instant as mails write it."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _why(because: SecretEnd) -> str:
    if because is SecretEnd.UNUSED:
        return _("It had a successor and was not used for as long as was set.")
    return _("The date that was set for it has come.")


def _send(
    mail: str, integration: Integration, person: Person, *, key: str = "", **facts: str
) -> None:
    names = business_names([integration.business_id])
    made = render_mail(
        mail,
        {
            "name": person.get_full_name(),
            "business": names.get(integration.business_id, str(integration.business_id)),
            "integration": integration.name,
            "link": address_of("integration", integration.pk),
            **facts,
        },
    )
    queue_mail(to=person.email, subject=made.subject, text=made.text, html=made.html, key=key)
