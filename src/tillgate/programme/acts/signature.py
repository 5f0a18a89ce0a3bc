"""The signature: a simple electronic signature with sealed evidence, and no more than that.

The signatory comes by a personal link, proves the address by a code, reads, consents, states
authority, and types the name; or declines. Signing is one transaction: signature, sealed paper
and state are all there, or none is.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from tillgate.foundation import clock
from tillgate.programme import amendment_notices, notices
from tillgate.programme.acts.amendment import put_in_force
from tillgate.programme.acts.sale import is_current, lock_agreement, make_signing_link
from tillgate.programme.codes import make_code, prove_code, use_proof
from tillgate.programme.documents.drawing import read_drawing
from tillgate.programme.documents.errors import BadDrawing
from tillgate.programme.documents_of import signed_document
from tillgate.programme.errors import (
    Incomplete,
    LinkExpired,
    LinkUnknown,
    OutdatedAgreement,
    Overtaken,
)
from tillgate.programme.files import file_of, keep_file
from tillgate.programme.links import hash_of
from tillgate.programme.models import Agreement, FileKind, MailCode, Signature, SigningLink
from tillgate.programme.recording import agreement_event
from tillgate.programme.states import AgreementState, move

LONGEST_NAME = 200


class Origin(NamedTuple):
    """From where somebody acts: network address and browser, as far as known."""

    address: str = ""
    browser: str = ""


class Signing(NamedTuple):
    """What the signatory did on the page: each is a deed of its own.

    `drawing` is an SVG path of moves and lines, where the name was drawn too.
    """

    name: str
    has_read: bool
    consents: bool
    has_authority: bool
    drawing: str = ""


def consent_words() -> str:
    """What the signatory consents to."""
    return _("I agree to the terms above and to sign them electronically.")


def authority_words(agreement: Agreement, business: str) -> str:
    """What the signatory states about their authority."""
    return _("I am %(title)s of %(business)s and have authority to sign for it.") % {
        "title": agreement.basis["signatory_title"],
        "business": business,
    }


def find_agreement(token: str) -> Agreement:
    """The agreement of a signatory's link, whatever its state. Raises `LinkUnknown`."""
    links = SigningLink.objects.select_related("agreement__request", "agreement__priced_by")
    link = links.filter(token_hash=hash_of(token)).first()
    if link is None:
        raise LinkUnknown
    return link.agreement


@transaction.atomic
def open_agreement(*, token: str, origin: Origin) -> Agreement:
    """Note that the link was opened by a person, who pressed its button."""
    agreement = find_agreement(token)
    opened = SigningLink.objects.filter(token_hash=hash_of(token), opened_at=None)
    if opened.update(opened_at=clock.now()):
        agreement_event("opened", agreement, _signatory(agreement), **origin._asdict())
    return agreement


@transaction.atomic
def send_signing_code(*, token: str, origin: Origin) -> MailCode:
    """Mail a code to the signatory's address: for signing, and for reading again what was signed.

    Raises `LinkUnknown` or `TooManyCodes`.
    """
    agreement = open_agreement(token=token, origin=origin)
    code, digits = make_code(
        subject=subject_of(agreement), email=agreement.basis["signatory_email"]
    )
    agreement_event("code_sent", agreement, _signatory(agreement), to=code.email)
    notices.signing_code(agreement, code, digits)
    return code


def prove_signatory(*, token: str, typed: str, origin: Origin) -> MailCode:
    """The code, typed right. Raises `LinkUnknown` or `WrongCode`."""
    agreement = find_agreement(token)
    code = prove_code(subject=subject_of(agreement), typed=typed)
    agreement_event("code_proved", agreement, _signatory(agreement), **origin._asdict())
    return code


@transaction.atomic
def sign_agreement(
    *, token: str, code_id: int | None, signing: Signing, origin: Origin
) -> Agreement:
    """Sign: the signature, the sealed paper with its evidence, and the new state, all at once.

    An amendment takes effect with it. Raises `Incomplete`, `CodeUsed`, `LinkExpired`, `Overtaken`,
    `OutdatedAgreement` when price or terms are no longer those in force, and what taking effect
    raises. An error of the time stamp server keeps nothing.
    """
    agreement = lock_agreement(find_agreement(token))
    _check_open(agreement)
    _check_signing(signing)
    if not is_current(agreement):
        raise OutdatedAgreement
    code = use_proof(code_id, subject=subject_of(agreement))
    signature = _add_signature(agreement, code, signing, origin)
    agreement_event("signed", agreement, _signatory(agreement), **origin._asdict())
    sealed = keep_file(agreement, FileKind.SEALED, signed_document(agreement, signature))
    move(agreement, AgreementState.SIGNED)
    agreement_event("sealed", agreement, "tillgate", sha256=sealed.sha256)
    if agreement.integration_id is not None:
        put_in_force(agreement)
        amendment_notices.amendment_in_force(agreement, make_signing_link(agreement))
        return agreement
    notices.agreement_signed(agreement, make_signing_link(agreement), signature.signed_at)
    return agreement


@transaction.atomic
def refuse_agreement(*, token: str, code_id: int | None, because: str, origin: Origin) -> Agreement:
    """Decline to sign, with a reason for the account manager.

    Raises `Incomplete`, `CodeUsed`, `LinkExpired` or `Overtaken`.
    """
    agreement = lock_agreement(find_agreement(token))
    _check_open(agreement)
    if not because.strip():
        raise Incomplete({"because": _("Say why, so that your account manager can help.")})
    use_proof(code_id, subject=subject_of(agreement))
    move(agreement, AgreementState.REFUSED, ended_because=because.strip())
    agreement_event("refused", agreement, _signatory(agreement), because=because.strip())
    notices.agreement_ended(agreement, name="agreement_refused", words=because.strip())
    return agreement


def subject_of(agreement: Agreement) -> str:
    """What a code for this agreement is for."""
    return f"agreement:{agreement.number}"


def _add_signature(
    agreement: Agreement, code: MailCode, signing: Signing, origin: Origin
) -> Signature:
    paper = file_of(agreement, FileKind.DOCUMENT)
    assert paper is not None, "an agreement is sent with its paper"
    return Signature.objects.create(
        agreement=agreement,
        name=signing.name.strip(),
        title=agreement.basis["signatory_title"],
        email=code.email,
        consent=consent_words(),
        authority=authority_words(agreement, notices.business_name(agreement.request.business_id)),
        drawing=signing.drawing,
        code=code,
        address=origin.address,
        browser=origin.browser[:500],
        document_sha256=paper.sha256,
        signed_at=clock.now(),
    )


def _check_open(agreement: Agreement) -> None:
    if agreement.state == AgreementState.EXPIRED:
        raise LinkExpired
    if agreement.state != AgreementState.SENT:
        raise Overtaken(agreement, AgreementState.SIGNED)
    if agreement.expires_at is not None and agreement.expires_at <= clock.now():
        raise LinkExpired


def _check_signing(signing: Signing) -> None:
    found = {}
    if not signing.name.strip() or len(signing.name) > LONGEST_NAME:
        found["name"] = _("Type your full name, as you sign.")
    if not signing.has_read:
        found["has_read"] = _("Say that you have read the agreement.")
    if not signing.consents:
        found["consents"] = _("Nothing is signed without your consent.")
    if not signing.has_authority:
        found["has_authority"] = _("Only somebody with authority to sign can sign.")
    if signing.drawing and not _is_drawing(signing.drawing):
        found["drawing"] = _("The drawing cannot be used: draw it again, or leave it out.")
    if found:
        raise Incomplete(found)


def _is_drawing(path: str) -> bool:
    try:
        read_drawing(path)
    except BadDrawing:
        return False
    return True


def _signatory(agreement: Agreement) -> str:
    return f"signatory:{agreement.basis['signatory_email']}"
