"""What can be said of a file that somebody holds for an agreement sealed here.

The file may be anything, so it is not parsed: the seal is found by its byte range, and everything
outside the seal itself must be the very bytes that our key signed. Only what has passed that, and
so was made here, is opened by the PDF library, for what it states. Time and memory are bounded by
the size of the file; no input raises.
"""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

import msgspec
from asn1crypto import cms, parser
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
)

from tillgate.programme.documents.stamps import is_stamp_on

MOST_BYTES = 20 * 1024 * 1024

_MOST_SEALS = 8  # looked at from the end; each may cost a hash over the whole file
_LONGEST_SEAL = 256 * 1024
_BYTE_RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{0,99}\]"
)
_END = re.compile(rb"startxref\s{1,9}\d{1,20}\s{1,9}%%EOF\s{0,99}\Z")
_ENCRYPTED = re.compile(rb"/Encrypt\s{0,9}(?:\d{1,9}\s{1,9}\d{1,9}\s{1,9}R|<<)")
_HEXADECIMAL = re.compile(rb"<[0-9A-F]*>")  # as ours is written, so that no byte may change


class Verdict(StrEnum):
    """What a file is, as far as our seal goes."""

    UNCHANGED = "unchanged"
    """Sealed by this installation, and the very bytes that were sealed."""
    APPENDED = "appended"
    """Begins with a document sealed by this installation; something was added after it."""
    CHANGED = "changed"
    """Holds this installation's seal, or what is left of it; it does not fit the file."""
    FOREIGN = "foreign"
    """Signed or sealed by somebody else, which was not looked at; or a seal nobody can read."""
    UNSEALED = "unsealed"
    """A PDF without any seal."""
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    """Begins like a PDF and does not end like one."""
    NOT_PDF = "not_pdf"
    TOO_LARGE = "too_large"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a file and, where it is one of ours, what the sealed document states.

    `file_sha256` is the file's own hash, "" when it is too large. `document_sha256` is the hash of
    the document that was shown for signature, `number` the agreement's. They are those of the
    sealed part when something was appended, and are never taken from bytes that nobody sealed.
    """

    verdict: Verdict
    file_sha256: str = ""
    number: str = ""
    document_sha256: str = ""
    sealed_at: datetime | None = None


class _Seal(msgspec.Struct, frozen=True):
    """A signature in a file: its hexadecimal text from `start` to `stop`, its range up to `end`.

    `owner` is the certificate of ours that it names, None where it names another or none.
    """

    start: int
    stop: int
    end: int
    data: cms.SignedData | None
    owner: x509.Certificate | None


def check_agreement(pdf: bytes, certificates: Collection[x509.Certificate]) -> Finding:
    """Say what the file is; `certificates` are those of our seals. Never raises."""
    if len(pdf) > MOST_BYTES:
        return Finding(verdict=Verdict.TOO_LARGE)
    digest = sha256(pdf).hexdigest()
    seals = list(_seals(pdf, certificates))
    for seal in seals:
        if _holds(pdf, seal, certificates) and (stated := _stated(pdf[: seal.end])):
            whole = seal.end == len(pdf)
            verdict = Verdict.UNCHANGED if whole else Verdict.APPENDED
            return msgspec.structs.replace(stated, verdict=verdict, file_sha256=digest)
    return Finding(verdict=_verdict_on_others(pdf, seals, certificates), file_sha256=digest)


def _verdict_on_others(
    pdf: bytes, seals: Collection[_Seal], certificates: Collection[x509.Certificate]
) -> Verdict:
    if any(seal.owner for seal in seals) or any(_hexadecimal(each) in pdf for each in certificates):
        return Verdict.CHANGED
    if b"%PDF-" not in pdf[:1024]:
        return Verdict.NOT_PDF
    if not _END.search(pdf[-2048:]):
        return Verdict.BROKEN
    if _ENCRYPTED.search(pdf):
        return Verdict.ENCRYPTED
    return Verdict.FOREIGN if seals else Verdict.UNSEALED


def _hexadecimal(certificate: x509.Certificate) -> bytes:
    """How a certificate stands within a seal."""
    return certificate.public_bytes(serialization.Encoding.DER).hex().upper().encode()


def _seals(pdf: bytes, certificates: Collection[x509.Certificate]) -> Iterator[_Seal]:
    """The signatures that the file's last byte ranges name, the last one first."""
    for match in _byte_ranges(pdf):
        first, start, stop, length = map(int, match.groups())
        data = None
        if first == 0 and start < stop <= start + _LONGEST_SEAL:
            data = _signed_data(pdf[start:stop])
        yield _Seal(start, stop, stop + length, data, _owner(data, certificates))


def _byte_ranges(pdf: bytes) -> Iterator[re.Match[bytes]]:
    at = len(pdf)
    for _ in range(_MOST_SEALS):
        at = pdf.rfind(b"/ByteRange", 0, at)
        if at < 0:
            return
        if match := _BYTE_RANGE.match(pdf, at):
            yield match


# What hostile bytes make the ASN.1 and PDF libraries raise is open-ended; wherever they fail, it
# means the same: this is not a seal of ours that holds. Hence the broad excepts below.


def _signed_data(text: bytes) -> cms.SignedData | None:
    """The CMS in a hexadecimal text, followed by nothing but zeros; None where there is none."""
    if not _HEXADECIMAL.fullmatch(text):
        return None
    try:
        contents = bytes.fromhex(text[1:-1].decode())
        length = parser.peek(contents)
        data = cms.ContentInfo.load(contents[:length])["content"]
        is_alone = len(data["signer_infos"]) == 1 and not contents[length:].strip(b"\0")
    except Exception:
        return None
    return data if is_alone else None


def _owner(
    data: cms.SignedData | None, certificates: Collection[x509.Certificate]
) -> x509.Certificate | None:
    if data is None:
        return None
    try:
        name = data["signer_infos"][0]["sid"].chosen
        named = (name["issuer"].dump(), name["serial_number"].native)
    except Exception:
        return None
    for certificate in certificates:
        if named == (certificate.issuer.public_bytes(), certificate.serial_number):
            return certificate
    return None


def _holds(pdf: bytes, seal: _Seal, certificates: Collection[x509.Certificate]) -> bool:
    """Whether our key signed every byte up to the seal's end but the hexadecimal text itself."""
    if seal.owner is None or seal.data is None or seal.end > len(pdf):
        return False
    digest = sha256(memoryview(pdf)[: seal.start])
    digest.update(memoryview(pdf)[seal.stop : seal.end])
    try:
        signer = seal.data["signer_infos"][0]
        return (
            all(validate_sig_integrity(signer, _der(seal.owner), "data", digest.digest()))
            and _is_as_made(seal.data, certificates)
            and _stamp_holds(signer)
        )
    except Exception:
        return False


def _der(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _is_as_made(data: cms.SignedData, certificates: Collection[x509.Certificate]) -> bool:
    """Whether the parts of a CMS that no signature covers say what ours always say."""
    signer = data["signer_infos"][0]
    ours = {each.public_bytes(serialization.Encoding.DER) for each in certificates}
    plain = {"algorithm": "sha256", "parameters": None}
    return (
        data["version"].native == signer["version"].native == "v1"
        and data["digest_algorithms"].native == [plain]
        and data["encap_content_info"].native == {"content_type": "data", "content": None}
        and data["crls"].native is None
        and signer["digest_algorithm"].native == plain
        and {each.chosen.dump() for each in data["certificates"]} <= ours
    )


def _stamp_holds(signer: cms.SignerInfo) -> bool:
    """Whether a time stamp, if there is one, is on this signature. Its server is not judged."""
    unsigned = signer["unsigned_attrs"].native or ()
    stamps = list(extract_tst_data_iter(signer, signed=False))
    imprint = message_imprint_checker(signer)
    return len(unsigned) == len(stamps) and all(is_stamp_on(imprint, stamp) for stamp in stamps)


def _stated(sealed: bytes) -> Finding | None:
    """What a document of ours states; None where it states nothing."""
    try:
        reader = PdfFileReader(BytesIO(sealed))
        signature = reader.embedded_signatures[-1]
        keywords = str(reader.trailer["/Info"]["/Keywords"])
        stated = dict(word.split(":", 1) for word in keywords.split(", "))
        return Finding(
            verdict=Verdict.UNCHANGED,
            number=stated["number"],
            document_sha256=stated.get("sha256", ""),
            sealed_at=signature.self_reported_timestamp,
        )
    except Exception:
        return None
