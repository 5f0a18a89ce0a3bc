"""Who is told what of an amendment, as `notices` does it for the first agreement."""

from collections.abc import Iterable

from tillgate.access.models import Integration
from tillgate.directory.models import Person
from tillgate.foundation.addresses import address_of
from tillgate.programme.models import Agreement
from tillgate.programme.notices import (
    business_name,
    day,
    location_names,
    manager_of,
    owners,
    price_words,
    send,
)


def amendment_void(agreement: Agreement, reason: str) -> None:
    """Tell the account manager that an amendment has to be offered anew."""
    integration = agreement.integration
    assert integration is not None
    manager = manager_of(integration.business_id)
    if manager is not None:
        facts = {"number": agreement.number, "reason": reason, **_of(agreement, integration)}
        send("amendment_void", manager.email, name=manager.get_full_name(), **facts)


def amendment_in_force(agreement: Agreement, token: str) -> None:
    """Tell all whom it concerns from when on it holds; the technical contact learns no price."""
    integration = agreement.integration
    assert integration is not None
    facts = _of(agreement, integration) | {"starts": _starts_words(agreement)}
    number, link = agreement.number, address_of("sign", token)
    signatory, manager = agreement.basis["signatory_email"], agreement.priced_by
    people = {person.email: person for person in [*owners(integration.business_id), manager]}
    if signatory not in people:
        name = agreement.basis["signatory_name"]
        send("amendment_signed", signatory, name=name, number=number, **(facts | {"link": link}))
    for email, person in people.items():
        send("amendment_signed", email, name=person.get_full_name(), number=number, **facts)
    contact = integration.technical_contact
    if contact is not None and contact.email not in people and agreement.amends == "locations":
        send("locations_added", contact.email, name=contact.get_full_name(), **facts)


def locations_asked(
    integration: Integration, location_ids: Iterable[int], words: str, actor: Person
) -> None:
    """Tell the account manager that an owner wants further locations."""
    manager = manager_of(integration.business_id)
    if manager is None:
        return
    send(
        "locations_asked",
        manager.email,
        name=manager.get_full_name(),
        business=business_name(integration.business_id),
        integration=integration.name,
        actor=actor.get_full_name(),
        locations=location_names(location_ids),
        words=words,
        link=address_of("amendment", integration.pk),
    )


def amendment_to_sign(agreement: Agreement, token: str, *, reminder: bool) -> None:
    """Send the signatory a personal link to an amendment."""
    integration, expires = agreement.integration, agreement.expires_at
    assert integration is not None
    assert expires is not None
    send(
        "amendment_reminder" if reminder else "amendment_to_sign",
        agreement.basis["signatory_email"],
        name=agreement.basis["signatory_name"],
        number=agreement.number,
        price=price_words(agreement),
        starts=_starts_words(agreement),
        expires=day(expires),
        **(_of(agreement, integration) | {"link": address_of("sign", token)}),
    )


def _of(agreement: Agreement, integration: Integration) -> dict[str, str]:
    return {
        "business": business_name(integration.business_id),
        "integration": integration.name,
        "locations": "\n".join(line.location_name for line in agreement.lines.all()),
        "link": address_of("integration", integration.pk),
    }


def _starts_words(agreement: Agreement) -> str:
    return f"{agreement.starts_on:%Y-%m-%d}"
