"""From rows to papers: the facts of an agreement as its documents state them, and the sealing."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec

from tillgate.content.queries import platform
from tillgate.directory.models import Person
from tillgate.foundation.addresses import address_of
from tillgate.foundation.config import config
from tillgate.foundation.models import Event
from tillgate.programme.answers import CONFIRMATIONS, read_answers
from tillgate.programme.documents.drawing import read_drawing
from tillgate.programme.documents.facts import (
    AgreementFacts,
    EvidenceEvent,
    Platform,
    PricedLocation,
    Signatory,
    SignatureEvidence,
)
from tillgate.programme.documents.seal_key import fingerprint, seal_key
from tillgate.programme.documents.sealing import seal
from tillgate.programme.documents.typesetting import agreement_pdf, signed_agreement_pdf
from tillgate.programme.models import Agreement, AgreementLine, Amends, Signature, SigningLink
from tillgate.programme.notices import business_name
from tillgate.programme.recording import subject_of
from tillgate.programme.wording import API_WORDS, CONFIRMATION_WORDS, EVENT_WORDS


def fix_facts(agreement: Agreement) -> None:
    """Keep what the agreement states, so that what is signed is what was sent, whatever changes."""
    facts = msgspec.json.encode(_facts(agreement)).decode()
    Agreement.objects.filter(pk=agreement.pk).update(facts=facts)
    agreement.facts = facts


def agreement_document(agreement: Agreement) -> bytes:
    """The agreement as it is sent for signature, as PDF; the same bytes each time."""
    return agreement_pdf(fixed_facts(agreement))


def fixed_facts(agreement: Agreement) -> AgreementFacts:
    """What the agreement states, as it was when it was sent."""
    return msgspec.json.decode(agreement.facts, type=AgreementFacts)


def signed_document(agreement: Agreement, signature: Signature) -> bytes:
    """The agreement with its signature and evidence, as a sealed PDF.

    Raises `TimestampFailed` when a time stamp server is set and does not answer.
    """
    key = seal_key(os.environ, config().data_dir)
    evidence = _evidence(agreement, signature, fingerprint(key.certificate))
    paper = signed_agreement_pdf(fixed_facts(agreement), evidence)
    # The sealing runs an event loop of its own, which a thread that runs one already refuses.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(
            seal,
            paper,
            key=key,
            reason=f"Agreement {agreement.number}",
            signed_at=signature.signed_at,
            timestamp_url=config().timestamp_url,
        ).result()


def _facts(agreement: Agreement) -> AgreementFacts:
    request, basis = agreement.request, agreement.basis
    answers = read_answers(request.answers)
    sender = platform()
    return AgreementFacts(
        platform=Platform(name=sender.name, support=sender.support, website=sender.website),
        number=agreement.number,
        request=request.number,
        prepared_at=_known(agreement.sent_at),
        business=business_name(request.business_id),
        business_identifier=str(request.business_id),
        signatory=Signatory(
            name=basis["signatory_name"],
            role=basis["signatory_title"],
            email=basis["signatory_email"],
        ),
        account_manager=agreement.priced_by.get_full_name(),
        integration=basis["name"],
        purpose=answers.purpose,
        apis=tuple(str(API_WORDS[api]) for api in basis["apis"]),
        currency=agreement.currency,
        price_book=f"{agreement.created_at:%Y-%m-%d}",
        locations=tuple(_line(agreement, line) for line in agreement.lines.order_by("pk")),
        terms_version=agreement.terms.label,
        terms=agreement.terms.text,
        confirmations=tuple(
            str(CONFIRMATION_WORDS[name]) for name in CONFIRMATIONS if getattr(answers, name)
        ),
        valid_until=agreement.expires_at,
        technical_contact=f"{answers.technical_name}, {answers.technical_email}",
        takes_effect=_amends(agreement),
    )


def _amends(agreement: Agreement) -> tuple[str, ...]:
    """When an amendment takes effect; nothing for a first agreement, of which the paper knows."""
    if agreement.integration is None:
        return ()
    what = (
        "This amendment adds the business locations above to the integration."
        if agreement.amends == Amends.LOCATIONS
        else "This amendment sets the prices above for business locations that are in already."
    )
    return (
        what,
        f"It takes effect with the signature, and holds from {agreement.starts_on} on.",
        "Where the signature is later than that, it holds from the day of the signature on.",
        "Days are the business dates of each location.",
        "Access and charge begin on the same day and end on the same day.",
        "All else stays as it was agreed.",
        *(
            [f"Agreed at franchised locations: {consent}"]
            if (consent := _consent(agreement))
            else ()
        ),
        "If price or terms change before the signature, this amendment is void; a new one is sent.",
    )


def _consent(agreement: Agreement) -> str:
    return str(agreement.basis.get("consent", ""))


def _line(agreement: Agreement, line: AgreementLine) -> PricedLocation:
    discount = agreement.list_price - line.monthly_price
    return PricedLocation(
        name=line.location_name,
        identifier=str(line.location_id),
        run_by=line.run_by,
        price=agreement.list_price,
        discount=discount,
        discount_reason=agreement.discount_reason if discount else "",
    )


def _evidence(agreement: Agreement, signature: Signature, fingerprint: str) -> SignatureEvidence:
    code = signature.code
    opened = SigningLink.objects.filter(agreement=agreement, opened_at__isnull=False)
    return SignatureEvidence(
        document_sha256=signature.document_sha256,
        typed_name=signature.name,
        role=signature.title,
        authority=signature.authority,
        consent=signature.consent,
        code_address=code.email,
        code_sent_at=code.sent_at,
        code_verified_at=_known(code.proved_at),
        opened_at=_known(opened.order_by("opened_at").values_list("opened_at", flat=True).first()),
        signed_at=signature.signed_at,
        network_address=signature.address,
        browser=signature.browser,
        events=tuple(_events(agreement)),
        drawing=read_drawing(signature.drawing) if signature.drawing else None,
        seal_fingerprint=fingerprint,
        check_url=address_of("agreement_check"),
    )


def _events(agreement: Agreement) -> Iterator[EvidenceEvent]:
    """What the audit trail has of this agreement so far, in order."""
    events = Event.objects.filter(
        subject=subject_of(agreement.request), data__agreement=agreement.number
    )
    for event in events.order_by("at", "pk"):
        yield EvidenceEvent(
            at=event.at,
            what=str(EVENT_WORDS.get(event.kind, event.kind)),
            who=_who(event.actor),
            network_address=event.data.get("address", ""),
        )


def _who(actor: str) -> str:
    kind, _, key = actor.partition(":")
    if kind != "person":
        return key or actor
    person = Person.objects.filter(pk=int(key)).first()
    return person.get_full_name() if person else actor


def _known(instant: datetime | None) -> datetime:
    assert instant is not None, "it is set before a paper is made"
    return instant
