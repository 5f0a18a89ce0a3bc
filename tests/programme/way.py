"""The way through the programme by its acts: people, and a request brought to any step.

`Cast` is a business with its people and the platform's people. Codes are read from the queued
mail, for nowhere else are they known.
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from tests.access.world import Shop, make_person

from tillgate.access import acts as access
from tillgate.directory.models import MerchantAccount, Person, Role, StaffRole
from tillgate.foundation.models import Message
from tillgate.programme.acts import handover, preparation, request, review, sale, signature
from tillgate.programme.acts.signature import Origin, Signing
from tillgate.programme.answers import STEPS, Answers, stored
from tillgate.programme.models import AccessRequest, Agreement, CredentialLink

ORIGIN = Origin("203.0.113.9", "Firefox on a desk")
SIGNING = Signing("Maya Lindqvist", has_read=True, consents=True, has_authority=True)


class Cast(NamedTuple):
    shop: Shop
    owner: Person
    member: Person
    manager: Person
    reviewer: Person
    second_reviewer: Person


def make_cast(shop: Shop) -> Cast:
    """The business has an account manager; everybody exists."""
    owner, member = make_person("maya"), make_person("milo")
    manager = make_staff("dana", StaffRole.ACCOUNT_MANAGER)
    access.add_membership(person=owner, business_id=shop.business_id, role=Role.OWNER, actor="test")
    access.add_membership(
        person=member, business_id=shop.business_id, role=Role.MEMBER, actor="test"
    )
    MerchantAccount.objects.create(business_id=shop.business_id, manager=manager)
    reviewers = [make_staff(name, StaffRole.PARTNER_SERVICES) for name in ("rae", "ruth")]
    return Cast(shop, owner, member, manager, *reviewers)


def make_staff(name: str, *roles: StaffRole) -> Person:
    person = make_person(name)
    for role in roles:
        access.add_staff_role(person=person, role=role, actor="test")
    return person


def answers_for(shop: Shop, **changed: Any) -> Answers:
    """Answers with which a request can be sent."""
    said: dict[str, Any] = {
        "name": "Nightly journal",
        "audience": "own",
        "locations": list(shop.locations),
        "apis": ["financial-api", "items"],
        "purpose": "Post each closed day to our ledger.",
        "systems": "Our own bookkeeping",
        "calls_a_day": 400,
        "signatory_name": "Maya Lindqvist",
        "signatory_title": "owner",
        "signatory_email": "maya@lindqvist.example",
        "signatory_authority": True,
        "technical_name": "Ines Okafor",
        "technical_email": "ines@okafor.example",
        "technical_outside": True,
        "technical_company": "Okafor Programs",
        "redirect_uris": ["https://books.lindqvist.example/callback"],
        **dict.fromkeys(STEPS["confirmations"], True),
    }
    return Answers(**(said | changed))


def fill(draft: AccessRequest, answers: Answers, actor: Person) -> None:
    plain = stored(answers)
    for step, fields in STEPS.items():
        values = {name: plain[name] for name in fields}
        request.save_step(request=draft, step=step, values=values, actor=actor)


def prepare(person: Person) -> None:
    """Overview read and acknowledged, feasibility checked."""
    version = preparation.open_overview(actor=person)
    preparation.acknowledge_overview(label=version.label, actor=person)
    preparation.check_feasibility(wishes=[], free_text="Post sales to our ledger", actor=person)


def drafted(cast: Cast, **changed: Any) -> AccessRequest:
    draft = request.start_request(business_id=cast.shop.business_id, actor=cast.owner)
    fill(draft, answers_for(cast.shop, **changed), cast.owner)
    return draft


def submitted(cast: Cast, **changed: Any) -> AccessRequest:
    prepare(cast.owner)
    return request.submit_request(request=drafted(cast, **changed), actor=cast.owner)


def priced(cast: Cast, **changed: Any) -> Agreement:
    return sale.price_request(
        request=submitted(cast, **changed),
        currency="EUR",
        discount_percent=Decimal(0),
        discount_reason="",
        actor=cast.manager,
    )


def sent(cast: Cast, **changed: Any) -> Agreement:
    return sale.send_agreement(agreement=priced(cast, **changed), actor=cast.manager)


def signed(cast: Cast, **changed: Any) -> Agreement:
    return sign(sent(cast, **changed))


def approved(cast: Cast, **changed: Any) -> AccessRequest:
    agreement = signed(cast, **changed)
    return review.approve_request(request=agreement.request, words="", actor=cast.reviewer)


def sign(agreement: Agreement, signing: Signing = SIGNING) -> Agreement:
    """Go through the signatory's page as its mails lead one."""
    token = signing_token(agreement)
    return signature.sign_agreement(
        token=token, code_id=proved(agreement, token), signing=signing, origin=ORIGIN
    )


def proved(agreement: Agreement, token: str) -> int:
    """The id of a code that was mailed and typed."""
    signature.send_signing_code(token=token, origin=ORIGIN)
    digits = newest_code(agreement.basis["signatory_email"])
    return signature.prove_signatory(token=token, typed=digits, origin=ORIGIN).pk


def signing_token(agreement: Agreement) -> str:
    return newest_token(agreement.basis["signatory_email"], "sign")


def credentials_token(link: CredentialLink) -> str:
    return newest_token(link.email, "credentials")


def opened(link: CredentialLink) -> handover.Credentials:
    """Open the credentials as the technical contact does."""
    token = credentials_token(link)
    handover.send_credentials_code(token=token)
    code = handover.prove_technical_contact(token=token, typed=newest_code(link.email))
    return handover.open_credentials(token=token, code_id=code.pk, origin=ORIGIN)


def mails_to(email: str) -> list[Message]:
    """What was queued for an address, the newest first."""
    return list(Message.objects.filter(to=email).order_by("-pk"))


def newest_token(email: str, page: str) -> str:
    """The token of the newest link to a page that an address was mailed."""
    for message in mails_to(email):
        if found := re.search(rf"/{page}/([\w-]{{43}})/", message.text):
            return found[1]
    raise AssertionError(f"no link to {page} was mailed to {email}")


def newest_code(email: str) -> str:
    for message in mails_to(email):
        if found := re.search(r"\b\d{6}\b", message.text):
            return found[0]
    raise AssertionError(f"no code was mailed to {email}")
