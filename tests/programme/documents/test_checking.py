"""The public check: one answer for every file there is."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.programme.documents.certificates import certificate_for
from tests.programme.documents.making import agreement, evidence
from tests.programme.documents.second_opinion import encrypted, is_accepted, overwritten
from tests.programme.documents.timestamps import Stamper, serving

from tillgate.programme.documents.checking import MOST_BYTES, Finding, Verdict, check_agreement
from tillgate.programme.documents.seal_key import SealKey, seal_certificates, seal_key
from tillgate.programme.documents.sealing import seal
from tillgate.programme.documents.typesetting import agreement_pdf

SIGNED_AT = evidence().signed_at
RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")


@pytest.fixture(scope="session")
def check(our_key: SealKey) -> Callable[[bytes], Finding]:
    return lambda pdf: check_agreement(pdf, [our_key.certificate])


Check = Callable[[bytes], Finding]


def states_nothing(finding: Finding) -> bool:
    return (finding.number, finding.document_sha256, finding.sealed_at) == ("", "", None)


def test_what_was_sealed_here_is_recognised_with_what_it_states(
    sealed: bytes, check: Check
) -> None:
    assert check(sealed) == Finding(
        verdict=Verdict.UNCHANGED,
        file_sha256=sha256(sealed).hexdigest(),
        number="A-1042",
        document_sha256=evidence().document_sha256,
        sealed_at=SIGNED_AT,
    )


def test_an_earlier_seal_is_recognised_after_the_next_was_made(tmp_path: Path) -> None:
    pdf = seal(
        agreement_pdf(agreement()), key=seal_key({}, tmp_path), reason="x", signed_at=SIGNED_AT
    )
    (tmp_path / "keys" / "seal").rename(tmp_path / "keys" / "seal-old")
    seal_key({}, tmp_path)
    assert check_agreement(pdf, seal_certificates({}, tmp_path)).verdict is Verdict.UNCHANGED


def test_a_seal_outlives_its_certificate(unsealed: bytes) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    ended = certificate_for(private, ends=datetime.now(UTC) - timedelta(days=1))
    pdf = seal(unsealed, key=SealKey(private, ended), reason="x", signed_at=SIGNED_AT)
    assert check_agreement(pdf, [ended]).verdict is Verdict.UNCHANGED


def test_every_byte_of_the_seal_itself_counts(sealed: bytes, check: Check) -> None:
    start, stop = (int(each) for each in RANGE.findall(sealed)[-1][:2])
    used = start + 1 + len(sealed[start + 1 : stop - 1].rstrip(b"0"))
    places = [*range(start, used + 8), stop - 2, stop - 1]
    taken = [place for place in places if check(changed(sealed, place)).verdict == "unchanged"]
    assert taken == []
    assert check(sealed.replace(b"<3082", b"<308" + b"2 ", 1)).verdict is not Verdict.UNCHANGED
    lower = sealed[:start] + sealed[start:stop].lower() + sealed[stop:]
    assert check(lower).verdict is not Verdict.UNCHANGED


def changed(pdf: bytes, place: int) -> bytes:
    other = bytearray(pdf)
    other[place] = ord("0") if other[place] != ord("0") else ord("1")
    return bytes(other)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_changed_byte_anywhere_is_found(data: st.DataObject, sealed: bytes, check: Check) -> None:
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = bytearray(sealed)
    other[place] ^= data.draw(st.integers(1, 255))
    finding = check(bytes(other))
    assert finding.verdict is not Verdict.UNCHANGED
    assert states_nothing(finding)


def test_a_time_stamp_is_looked_at_too(
    unsealed: bytes, our_key: SealKey, stamper: Stamper, check: Check
) -> None:
    with serving(stamper) as url:
        pdf = seal(unsealed, key=our_key, reason="x", signed_at=SIGNED_AT, timestamp_url=url)
    assert check(pdf).verdict is Verdict.UNCHANGED
    start, stop = (int(each) for each in RANGE.findall(pdf)[-1][:2])
    used = start + 1 + len(pdf[start + 1 : stop - 1].rstrip(b"0"))
    # The last bytes are those of the time stamp's own signature.
    assert check(changed(pdf, used - 40)).verdict is Verdict.CHANGED


def test_an_appended_change_is_found_and_the_sealed_part_still_told(
    sealed: bytes, our_key: SealKey, check: Check
) -> None:
    other = overwritten(sealed)
    assert not is_accepted(other, our_key.certificate)
    finding = check(other)
    assert finding.verdict is Verdict.APPENDED
    assert finding.number == "A-1042"
    assert finding.file_sha256 == sha256(other).hexdigest()
    assert check(sealed + b"\n").verdict is Verdict.APPENDED


def test_a_seal_cannot_be_put_on_another_document(
    sealed: bytes, unsealed: bytes, check: Check
) -> None:
    start, stop, _ = (int(each) for each in RANGE.findall(sealed)[-1])
    other = agreement_pdf(agreement(number="A-9999"))
    forged = other + sealed[len(unsealed) :]
    assert check(forged).verdict is Verdict.CHANGED
    assert states_nothing(check(forged))
    # The hexadecimal text moved elsewhere, with a byte range that says so.
    text = sealed[start:stop]
    moved = sealed[:9] + text + sealed[9:start] + sealed[stop:]
    moved += b"/ByteRange [0 9 %d %d]" % (9 + len(text), len(sealed) - len(text) - 9)
    assert check(moved).verdict is Verdict.CHANGED


def test_nothing_hides_between_the_seal_s_own_digits(sealed: bytes, check: Check) -> None:
    _start, stop, _ = (int(each) for each in RANGE.findall(sealed)[-1])
    hidden = b"> 1 0 obj << /Evil true >> endobj <"
    smuggled = sealed[: stop - 1 - len(hidden)] + hidden + sealed[stop - 1 :]
    assert len(smuggled) == len(sealed)
    assert check(smuggled).verdict is not Verdict.UNCHANGED


def test_somebody_else_s_seal_is_not_ours(unsealed: bytes, check: Check, tmp_path: Path) -> None:
    stranger = seal_key({}, tmp_path)
    pdf = seal(unsealed, key=stranger, reason="Add-on agreement A-1042", signed_at=SIGNED_AT)
    finding = check(pdf)
    assert finding.verdict is Verdict.FOREIGN
    assert states_nothing(finding)


def test_our_name_and_number_on_somebody_else_s_key_do_not_pass(
    unsealed: bytes, our_key: SealKey, check: Check
) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pdf = seal(
        unsealed,
        key=SealKey(private, our_key.certificate),
        reason="Add-on agreement A-1042",
        signed_at=SIGNED_AT,
    )
    assert check(pdf).verdict is Verdict.CHANGED
    assert states_nothing(check(pdf))


def test_files_without_our_seal_are_told_apart(
    unsealed: bytes, sealed: bytes, check: Check
) -> None:
    told = {
        "unsealed": check(unsealed),
        "encrypted": check(encrypted(unsealed)),
        "broken": check(unsealed[:-400]),
        "not_pdf": check(b"PK\x03\x04" + bytes(2000)),
        "too_large": check(bytes(MOST_BYTES + 1)),
    }
    assert {name: finding.verdict.value for name, finding in told.items()} == {
        name: name for name in told
    }
    assert all(states_nothing(finding) for finding in told.values())
    assert check(b"").verdict is Verdict.NOT_PDF
    assert check(sealed[:-300]).verdict is Verdict.CHANGED
    assert check(sealed[: len(unsealed) + 5]).verdict is Verdict.BROKEN


PIECES = st.sampled_from(
    [
        *(
            b"%PDF-1.7\n",
            b"/ByteRange [0 9 40 20]",
            b"/ByteRange [0 0 0 0]",
            b"<3080",
            b"00>",
            b"<>",
        ),
        *(
            b"/ByteRange [0 999999999 999999999 999999999]",
            b"[" * 3000,
            b"<<" * 3000,
            b"/Encrypt 1 0 R",
        ),
        *(b"1 0 obj\n", b"endobj\n", b"stream\n", b"xref\n0 1\n", b"trailer\n<</Root 1 0 R>>\n"),
        *(
            b"startxref\n0\n%%EOF\n",
            b"\x00" * 100,
            b"/Encrypt 1 0 R",
            b"<30800201",
            b"/Contents ",
            b"(" * 500,
        ),
    ]
)


@settings(
    max_examples=300, deadline=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_file_breaks_the_check(data: st.DataObject, sealed: bytes, check: Check) -> None:
    junk = data.draw(st.lists(PIECES | st.binary(max_size=50), max_size=12)).__iter__()
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(sealed))] * 2)))
    kind = data.draw(st.sampled_from(["junk", "appended", "inserted", "cut", "prepended"]))
    noise = b"".join(junk)
    pdf = {
        "junk": noise,
        "appended": sealed + noise,
        "inserted": sealed[:first] + noise + sealed[first:],
        "cut": sealed[:first] + sealed[last:],
        "prepended": noise + sealed,
    }[kind]
    verdict = check(pdf).verdict
    assert (verdict is Verdict.UNCHANGED) == (pdf == sealed)
    assert verdict is not Verdict.APPENDED or pdf.startswith(sealed)


def wrapped(der: bytes) -> bytes:
    """Some bytes where a seal's signature would stand."""
    text = b"<" + der.hex().upper().encode() + b">"
    return b"%PDF-1.7 " + text + b"/ByteRange [0 9 %d 1]" % (9 + len(text))


@pytest.mark.parametrize(
    "make",
    [
        lambda sealed: b"%PDF-1.7" + b" " * MOST_BYTES,
        lambda sealed: b"%PDF-1.7" + b"/ByteRange [0 1 2 3]" * (MOST_BYTES // 20),
        lambda sealed: b"%PDF-1.7" + b"/ByteRange [  " * (MOST_BYTES // 15),
        lambda sealed: b"%PDF-1.7" + b"/Encrypt 1 " * (MOST_BYTES // 12),
        lambda sealed: b"%PDF-1.7" + b"<<" * (MOST_BYTES // 3),
        lambda sealed: wrapped(b"\x30\x80" * 60_000),
        lambda sealed: wrapped(b"\x30\x83\x01\xff\xf0" * 20_000),
        lambda sealed: sealed + RANGE.search(sealed)[0] * 100 + b" " * (MOST_BYTES - 200_000),
    ],
)
def test_a_file_made_to_be_slow_is_not(
    make: Callable[[bytes], bytes], sealed: bytes, check: Check
) -> None:
    pdf = make(sealed)[:MOST_BYTES]
    began = time.process_time()
    check(pdf)
    assert time.process_time() - began < 2
