"""The seal, as two independent readers see it."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.programme.documents.certificates import certificate_for
from tests.programme.documents.making import evidence
from tests.programme.documents.poppler import needs_poppler, run, squeezed, text_of
from tests.programme.documents.second_opinion import is_accepted, overwritten, status_of
from tests.programme.documents.timestamps import (
    STAMPED_AT,
    Answer,
    Stamper,
    refusing,
    serving,
)

from tillgate.programme.documents import stamps
from tillgate.programme.documents.errors import NotSealed, TimestampFailed
from tillgate.programme.documents.seal_key import SealKey, seal_key
from tillgate.programme.documents.sealing import seal

SIGNED_AT = evidence().signed_at
# In the pages, in the objects the seal adds, and in what stands behind it; then in the seal itself.
PLACES = (20, 5_000, 40_000, 90_000, 104_000, -700, -600, -300, -8)


def flipped(pdf: bytes, place: int) -> bytes:
    """The file with one byte changed."""
    changed = bytearray(pdf)
    changed[place] = ord("0") if changed[place] != ord("0") else ord("1")
    return bytes(changed)


@needs_poppler
def test_pdfsig_finds_the_seal_valid(sealed: bytes, tmp_path: Path) -> None:
    words = run("pdfsig", pdf=sealed, folder=tmp_path)
    assert "Signature #1:" in words
    assert "Signature #2:" not in words
    assert "Signature Field Name: Seal" in words
    assert "Signer Certificate Common Name: Tillgate seal" in words
    assert "Signature Type: ETSI.CAdES.detached" in words
    assert "Signing Hash Algorithm: SHA-256" in words
    assert "Total document signed" in words
    assert "Signature Validation: Signature is Valid." in words
    assert "Certificate Validation: Certificate issuer is unknown." in words


def test_pyhanko_s_own_validator_accepts_it(sealed: bytes, our_key: SealKey) -> None:
    status = status_of(sealed, our_key.certificate)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok
    assert status.signer_reported_dt == SIGNED_AT


@needs_poppler
@pytest.mark.parametrize("place", PLACES)
def test_one_changed_byte_and_neither_accepts_it(
    sealed: bytes, our_key: SealKey, place: int, tmp_path: Path
) -> None:
    changed = flipped(sealed, place)
    assert not is_accepted(changed, our_key.certificate)
    assert "Signature is Valid" not in run("pdfsig", pdf=changed, folder=tmp_path)


@needs_poppler
@pytest.mark.parametrize("before_end", [10, 60, 150])
def test_one_changed_digit_in_the_signature_and_neither_accepts_it(
    sealed: bytes, our_key: SealKey, before_end: int, tmp_path: Path
) -> None:
    # Signed attributes and signature stand last among the digits, before nothing but zeros.
    end = sealed.rindex(b"\n/ByteRange") - 1
    used = len(sealed[:end].rstrip(b"0"))
    test_one_changed_byte_and_neither_accepts_it(sealed, our_key, used - before_end, tmp_path)


@needs_poppler
def test_an_appended_change_is_told(sealed: bytes, our_key: SealKey, tmp_path: Path) -> None:
    changed = overwritten(sealed)
    status = status_of(changed, our_key.certificate)
    assert status.intact
    assert not status.bottom_line
    # This one calls the signature valid, and says only here that there is more than was signed.
    assert "Not total document signed" in run("pdfsig", pdf=changed, folder=tmp_path)


def test_somebody_else_s_certificate_vouches_for_nothing(sealed: bytes) -> None:
    stranger = certificate_for(ec.generate_private_key(ec.SECP256R1()))
    assert not is_accepted(sealed, stranger)


@needs_poppler
def test_sealing_leaves_the_pages_as_they_were(
    unsealed: bytes, sealed: bytes, tmp_path: Path
) -> None:
    assert sealed.startswith(unsealed)
    before, after = text_of(unsealed, tmp_path), text_of(sealed, tmp_path)
    assert squeezed(after) == squeezed(before)
    assert sealed.rindex(b'pdfaid:part="2"') > len(unsealed)


@needs_poppler
def test_an_rsa_key_with_an_issuer_seals_as_well(unsealed: bytes, tmp_path: Path) -> None:
    issuer = certificate_for(ec.generate_private_key(ec.SECP256R1()), ca=True, name="Issuer")
    private = rsa.generate_private_key(65537, 2048)
    key = SealKey(private, certificate_for(private), (issuer,))
    pdf = seal(unsealed, key=key, reason="x", signed_at=SIGNED_AT)
    assert is_accepted(pdf, key.certificate)
    assert "Signature is Valid" in run("pdfsig", pdf=pdf, folder=tmp_path)


def test_a_document_is_sealed_once(sealed: bytes, our_key: SealKey) -> None:
    with pytest.raises(NotSealed, match="could not be sealed"):
        seal(sealed, key=our_key, reason="again", signed_at=SIGNED_AT)


@pytest.mark.parametrize("pdf", [b"", b"no document", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_document_is_not_sealed(pdf: bytes, our_key: SealKey) -> None:
    with pytest.raises(NotSealed):
        seal(pdf, key=our_key, reason="x", signed_at=SIGNED_AT)


@needs_poppler
def test_a_time_stamp_is_sealed_in(
    unsealed: bytes, our_key: SealKey, stamper: Stamper, tmp_path: Path
) -> None:
    asked: list[bytes] = []

    def answer(body: bytes) -> bytes:
        asked.append(body)
        return stamper(body)

    with serving(answer) as url:
        pdf = seal(unsealed, key=our_key, reason="x", signed_at=SIGNED_AT, timestamp_url=url)
    assert len(asked) == 1
    status = status_of(pdf, our_key.certificate, stamper.certificate)
    assert status.bottom_line
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == STAMPED_AT
    assert "Signature is Valid" in run("pdfsig", pdf=pdf, folder=tmp_path)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refusing, "it refused, or sent no time stamp"),
        (lambda _: b"<html>busy</html>", "it refused, or sent no time stamp"),
        (lambda _: b"", "it refused, or sent no time stamp"),
        (Stamper.on_another_document, "not a stamp on this document"),
        (Stamper.badly_signed, "not a stamp on this document"),
    ],
)
def test_a_time_stamp_that_is_none_is_not_sealed_in(
    unsealed: bytes, our_key: SealKey, stamper: Stamper, answer: Answer, why: str
) -> None:
    method = getattr(stamper, answer.__name__, answer)
    with serving(method) as url, pytest.raises(TimestampFailed, match=why) as caught:
        seal(unsealed, key=our_key, reason="x", signed_at=SIGNED_AT, timestamp_url=url)
    assert url in str(caught.value)
    assert "TILLGATE_TIMESTAMP_URL" in str(caught.value)


def test_a_server_that_is_down_is_named(unsealed: bytes, our_key: SealKey) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with pytest.raises(TimestampFailed, match=f"No time stamp from {url}: Cannot connect"):
        seal(unsealed, key=our_key, reason="x", signed_at=SIGNED_AT, timestamp_url=url)


def test_a_server_that_never_answers_is_not_waited_for(
    unsealed: bytes, our_key: SealKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "SECONDS", 0.3)
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimestampFailed, match="no answer within"):
            seal(unsealed, key=our_key, reason="x", signed_at=SIGNED_AT, timestamp_url=url)
    assert time.monotonic() - began < 3


def test_a_seal_states_the_time_it_is_given(unsealed: bytes, tmp_path: Path) -> None:
    key, at = seal_key({}, tmp_path), SIGNED_AT + timedelta(seconds=1)
    pdf = seal(unsealed, key=key, reason="x", signed_at=at)
    assert status_of(pdf, key.certificate).signer_reported_dt == at
