"""Signing: by a personal link and a code, whole or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from tests.programme.way import (
    ORIGIN,
    SIGNING,
    Cast,
    mails_to,
    newest_code,
    proved,
    sent,
    sign,
    signing_token,
)

from tillgate.content.models import PriceBookEntry
from tillgate.foundation import clock
from tillgate.foundation.models import Event
from tillgate.programme import codes
from tillgate.programme.acts import signature as acts
from tillgate.programme.errors import (
    CodeUsed,
    Incomplete,
    LinkExpired,
    LinkUnknown,
    OutdatedAgreement,
    Overtaken,
    TooManyCodes,
    WrongCode,
)
from tillgate.programme.files import file_of
from tillgate.programme.models import Agreement, AgreementFile, FileKind, MailCode, Signature

MAYA = "maya@lindqvist.example"


def assert_unsigned(agreement: Agreement) -> None:
    agreement.refresh_from_db()
    assert agreement.state == "sent"
    assert not Signature.objects.exists()
    assert not AgreementFile.objects.filter(kind=FileKind.SEALED).exists()


def test_signing_leaves_signature_paper_and_evidence(cast: Cast) -> None:
    agreement = sign(sent(cast))
    signature = agreement.signature
    assert agreement.state == "signed"
    assert (signature.name, signature.title, signature.email) == ("Maya Lindqvist", "owner", MAYA)
    assert (signature.address, signature.browser) == ORIGIN
    paper = file_of(agreement, FileKind.DOCUMENT)
    assert paper is not None
    assert signature.document_sha256 == paper.sha256
    sealed = file_of(agreement, FileKind.SEALED)
    assert sealed is not None
    kinds = Event.objects.filter(data__agreement=agreement.number).order_by("pk")
    assert [event.kind.removeprefix("programme:agreement:") for event in kinds] == [
        *("priced", "sent", "opened", "code_sent", "code_proved", "signed", "sealed"),
    ]


def test_signing_tells_everybody_who_waits_for_it(cast: Cast) -> None:
    agreement = sign(sent(cast))
    number = agreement.request.number
    assert "signed" in mails_to(MAYA)[0].subject.lower()
    assert f"/merchants/requests/{number}/" in mails_to(cast.manager.email)[0].text
    assert f"/requests/{number}/" in mails_to(cast.owner.email)[0].text
    for reviewer in (cast.reviewer, cast.second_reviewer):
        first, second = reversed(mails_to(reviewer.email))
        assert "once its agreement is signed" in first.text
        assert "The target is 3 working days." in first.text
        assert second.subject == f"Request {agreement.request.number} is signed and can be approved"


def test_a_link_shows_its_agreement_whatever_became_of_it(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    sign(agreement)
    assert acts.find_agreement(token).state == "signed"
    with pytest.raises(LinkUnknown):
        acts.find_agreement(token[:-2])


def test_opening_is_noted_once(cast: Cast) -> None:
    token = signing_token(sent(cast))
    for _ in range(3):
        acts.open_agreement(token=token, origin=ORIGIN)
    assert Event.objects.filter(kind="programme:agreement:opened").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"has_read": False}, "has_read"),
        ({"consents": False}, "consents"),
        ({"has_authority": False}, "has_authority"),
        ({"drawing": "M 1 1 <script>"}, "drawing"),
    ],
)
def test_every_deed_is_needed(cast: Cast, changed: dict[str, Any], field: str) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    with pytest.raises(Incomplete) as refused:
        acts.sign_agreement(
            token=token, code_id=code_id, signing=SIGNING._replace(**changed), origin=ORIGIN
        )
    assert list(refused.value.problems) == [field]
    assert_unsigned(agreement)
    again = acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    assert again.state == "signed", "the proof was not used up"


def test_nothing_is_signed_without_a_code(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    for code_id in (None, 0, 10**12):
        with pytest.raises(CodeUsed):
            acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    acts.send_signing_code(token=token, origin=ORIGIN)
    unproved = MailCode.objects.get().pk
    with pytest.raises(CodeUsed):
        acts.sign_agreement(token=token, code_id=unproved, signing=SIGNING, origin=ORIGIN)
    assert_unsigned(agreement)


def test_a_proof_is_good_for_its_agreement_only(cast: Cast) -> None:
    agreement = sent(cast)
    other, digits = codes.make_code(subject="agreement:A-1", email=MAYA)
    codes.prove_code(subject="agreement:A-1", typed=digits)
    with pytest.raises(CodeUsed):
        acts.sign_agreement(
            token=signing_token(agreement), code_id=other.pk, signing=SIGNING, origin=ORIGIN
        )


def test_a_proof_is_good_for_half_an_hour(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    MailCode.objects.update(proved_at=clock.now() - timedelta(minutes=31))
    with pytest.raises(CodeUsed):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)


def test_a_signed_agreement_is_not_signed_again(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    with pytest.raises(Overtaken):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    assert Signature.objects.count() == 1


def test_a_signed_agreement_can_be_read_again_and_not_signed_again(cast: Cast) -> None:
    agreement = sent(cast)
    sign(agreement)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    assert codes.was_proved(code_id, subject=acts.subject_of(agreement))
    with pytest.raises(Overtaken):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    with pytest.raises(Overtaken):
        acts.refuse_agreement(token=token, code_id=code_id, because="No.", origin=ORIGIN)


def test_an_expired_agreement_is_not_signed(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    Agreement.objects.update(expires_at=clock.now())
    with pytest.raises(LinkExpired):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    assert_unsigned(agreement)


def test_a_price_that_changed_by_its_date_cannot_be_signed(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    today = clock.now().date()
    # As it is when a price was published last week to hold from today, and no job has run since.
    PriceBookEntry.objects.create(
        currency="EUR", number=99, monthly_price=1, valid_from=today, published_at=clock.now()
    )
    with pytest.raises(OutdatedAgreement):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)
    assert_unsigned(agreement)


def test_refusing_needs_a_reason_and_tells_the_account_manager(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    with pytest.raises(Incomplete):
        acts.refuse_agreement(token=token, code_id=code_id, because=" ", origin=ORIGIN)
    acts.refuse_agreement(token=token, code_id=code_id, because="Too dear.", origin=ORIGIN)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_because) == ("refused", "Too dear.")
    assert "Too dear." in mails_to(cast.manager.email)[0].text
    with pytest.raises(Overtaken):
        acts.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)


# --- codes ---------------------------------------------------------------------------------------


def test_only_a_keyed_hash_of_a_code_is_stored(cast: Cast) -> None:
    code, digits = codes.make_code(subject="x:1", email=MAYA)
    assert digits not in code.code_hash
    assert len(digits) == 6


def test_a_code_ends_after_five_wrong_tries(cast: Cast) -> None:
    _, digits = codes.make_code(subject="x:1", email=MAYA)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(WrongCode):
            codes.prove_code(subject="x:1", typed=wrong)
    with pytest.raises(WrongCode):
        codes.prove_code(subject="x:1", typed=digits)


@pytest.mark.parametrize("typed", ["", "12345", "é", "\0", "1234567", "٣٣٣٣٣٣"])
def test_what_is_no_code_is_wrong(cast: Cast, typed: str) -> None:
    codes.make_code(subject="x:1", email=MAYA)
    with pytest.raises(WrongCode):
        codes.prove_code(subject="x:1", typed=typed)


def test_a_code_may_be_typed_with_spaces_and_once(cast: Cast) -> None:
    _, digits = codes.make_code(subject="x:1", email=MAYA)
    code = codes.prove_code(subject="x:1", typed=f" {digits[:3]} {digits[3:]} ")
    assert codes.is_proved(code.pk, subject="x:1")
    with pytest.raises(WrongCode):
        codes.prove_code(subject="x:1", typed=digits)
    assert codes.use_proof(code.pk, subject="x:1") == code
    assert not codes.is_proved(code.pk, subject="x:1")


def test_a_code_lives_for_ten_minutes_and_the_newest_counts(cast: Cast) -> None:
    _, first = codes.make_code(subject="x:1", email=MAYA)
    _, second = codes.make_code(subject="x:1", email=MAYA)
    if first != second:
        with pytest.raises(WrongCode):
            codes.prove_code(subject="x:1", typed=first)
    MailCode.objects.update(expires_at=clock.now())
    with pytest.raises(WrongCode):
        codes.prove_code(subject="x:1", typed=second)


def test_codes_are_sent_five_times_an_hour(cast: Cast) -> None:
    agreement = sent(cast)
    token = signing_token(agreement)
    for _ in range(5):
        acts.send_signing_code(token=token, origin=ORIGIN)
    with pytest.raises(TooManyCodes):
        acts.send_signing_code(token=token, origin=ORIGIN)
    assert newest_code(MAYA)
