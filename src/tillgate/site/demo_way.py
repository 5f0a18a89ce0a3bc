"""The demo walks the whole way by the programme's own acts: from interest to credentials.

Codes and links are taken from the mails, for nowhere else are they known. Each step says in one
line what was done.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from tillgate.content.pricing import price_book
from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.queries import business_by_id, locations_of
from tillgate.foundation.models import Message
from tillgate.programme.acts import (
    handover,
    interest,
    invitation,
    preparation,
    request,
    review,
    sale,
    signature,
)
from tillgate.programme.acts.signature import Origin, Signing
from tillgate.programme.answers import STEPS, Answers, Consent, stored
from tillgate.programme.models import AccessRequest, Agreement, CredentialLink
from tillgate.site.demo_people import People

ORIGIN = Origin("127.0.0.1", "tillgate demo")
REDIRECT_URIS = ["http://localhost:8765/callback", "https://localhost/"]

Say = Callable[[str], None]


class Walked(NamedTuple):
    """What the way led to."""

    agreement: Agreement
    credentials: handover.Credentials


def walk(business_id: int, business_name: str, people: People, say: Say) -> Walked:
    """All steps of a merchant, one after the other."""
    come_by_invitation(business_id, business_name, people.owner, people, say)
    filed = file_request(business_id, people.owner, say)
    agreement = sell(filed, people, say)
    sign(agreement, say)
    review.approve_request(request=filed, words="Welcome.", actor=people.partner_services)
    say(f"{people.partner_services.name} approved {filed.number}; the agreement is in force")
    credentials = take_credentials(filed, say)
    return Walked(agreement, credentials)


def come_by_invitation(
    business_id: int, business_name: str, owner: Person, people: People, say: Say
) -> None:
    """Interest, its business found, the form link sent and followed."""
    opened = interest.register_interest(
        business_name=business_name,
        contact_name=owner.name,
        country="GB",
        locations=len(locations_of(business_id)),
        wishes="Our bookkeeping should get every closed day by itself.",
        actor=owner,
    )
    say(f"{owner.name} registered interest; {people.account_manager.name} looks after it")
    interest.link_interest(interest=opened, business_id=business_id, actor=people.account_manager)
    interest.send_form_link(interest=opened, actor=people.account_manager)
    token = newest_token(owner.email, "invitation")
    invitation.accept_invitation(token=token, actor=owner)
    say(f"{people.account_manager.name} sent overview and form link; {owner.name} followed it")


def file_request(business_id: int, owner: Person, say: Say) -> AccessRequest:
    """Overview acknowledged, feasibility checked, the form filled in and sent."""
    prepare(owner)
    say("Overview read and acknowledged, feasibility checked")
    places = locations_of(business_id)
    draft = fill(business_id, owner, answers_of(owner, places))
    filed = request.submit_request(request=draft, actor=owner)
    say(f"Request {filed.number} sent for {len(places)} business locations")
    return filed


def prepare(person: Person) -> None:
    """What must come before a request."""
    version = preparation.open_overview(actor=person)
    preparation.acknowledge_overview(label=version.label, actor=person)
    preparation.check_feasibility(
        wishes=["journal", "taxes", "tips", "menu_mirror"],
        free_text="Change prices from our web shop.",
        actor=person,
    )


def fill(business_id: int, owner: Person, answers: Answers) -> AccessRequest:
    """The draft of a business with these answers, step by step as the form does it."""
    draft = request.start_request(business_id=business_id, actor=owner)
    plain = stored(answers)
    for step, fields in STEPS.items():
        values = {name: plain[name] for name in fields}
        request.save_step(request=draft, step=step, values=values, actor=owner)
    return draft


def answers_of(owner: Person, places: Sequence[BusinessLocation], **changed: Any) -> Answers:
    """What the demo's merchants say; they ask for all personal data, so that it can be seen."""
    said: dict[str, Any] = {
        "name": "Nightly bookkeeping",
        "audience": "own",
        "locations": [place.pk for place in places],
        "consents": {
            str(place.pk): Consent(by=f"The manager of {place.franchisee}", on="2026-11-05")
            for place in places
            if place.franchisee
        },
        "apis": ["financial-api", "items"],
        "purpose": "Post each closed day to our ledger, and mirror the menu on our web site.",
        "systems": "Our own bookkeeping program and web site",
        "calls_a_day": 400,
        "staff": True,
        "consumers": True,
        "authorizations": True,
        "personal_reason": "Tips are shared by waiter; invoices name the guest.",
        "signatory_name": owner.name,
        "signatory_title": "owner",
        "signatory_email": owner.email,
        "signatory_authority": True,
        "technical_name": "Ines Okafor",
        "technical_email": "developer@demo.example",
        "technical_outside": True,
        "technical_company": "Okafor Programs",
        "redirect_uris": REDIRECT_URIS,
        **dict.fromkeys(STEPS["confirmations"], True),
    }
    return Answers(**(said | changed))


def sell(filed: AccessRequest, people: People, say: Say) -> Agreement:
    """Priced with a discount, and sent."""
    priced = sale.price_request(
        request=filed,
        currency=_currency_of(filed.business_id),
        discount_percent=Decimal(10),
        discount_reason="Opening offer",
        actor=people.account_manager,
    )
    agreement = sale.send_agreement(agreement=priced, actor=people.account_manager)
    total = f"{agreement.currency} {agreement.monthly_total}"
    say(f"{people.account_manager.name} priced it at {total} a month and sent {agreement.number}")
    return agreement


def _currency_of(business_id: int) -> str:
    """The business's own currency where the price book has it, else euro."""
    business = business_by_id(business_id)
    sold_in = price_book().values_list("currency", flat=True)
    return business.currency if business and business.currency in sold_in else "EUR"


def sign(agreement: Agreement, say: Say) -> None:
    """As the signatory does it: link, code, name."""
    email = agreement.basis["signatory_email"]
    token = newest_token(email, "sign")
    signature.send_signing_code(token=token, origin=ORIGIN)
    code = signature.prove_signatory(token=token, typed=newest_code(email), origin=ORIGIN)
    name = agreement.basis["signatory_name"]
    signature.sign_agreement(
        token=token,
        code_id=code.pk,
        signing=Signing(name, has_read=True, consents=True, has_authority=True),
        origin=ORIGIN,
    )
    say(f"{name} proved the address by a code and signed {agreement.number}; it is sealed")


def take_credentials(filed: AccessRequest, say: Say) -> handover.Credentials:
    """As the technical contact does it: link, code, secret."""
    link = CredentialLink.objects.get(client__integration__request=filed, opened_at=None)
    token = newest_token(link.email, "credentials")
    handover.send_credentials_code(token=token)
    code = handover.prove_technical_contact(token=token, typed=newest_code(link.email))
    say(f"{link.name} opened the one-time link and took the credentials")
    return handover.open_credentials(token=token, code_id=code.pk, origin=ORIGIN)


def newest_token(email: str, page: str) -> str:
    """The token of the newest link to a page that an address was mailed."""
    return _newest(email, rf"/{page}/([\w-]{{43}})/")


def newest_code(email: str) -> str:
    """The newest code that an address was mailed."""
    return _newest(email, r"\b(\d{6})\b")


def _newest(email: str, pattern: str) -> str:
    for message in Message.objects.filter(to=email).order_by("-pk"):
        if found := re.search(pattern, message.text):
            return found[1]
    raise LookupError(f"{email} was mailed nothing like {pattern}")
