"""The seal: a PAdES signature over every byte of a document, with a time stamp where one is wanted.

It is a certifying signature that allows no change at all, and it is not seen on the pages. Baseline
B-B, or B-T where a time stamp server (RFC 3161) is named.
"""

from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import keys
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tillgate.programme.documents.errors import NotSealed, TimestampFailed
from tillgate.programme.documents.seal_key import SealKey
from tillgate.programme.documents.stamps import TimestampServer, why_none

FIELD = "Seal"

# In hexadecimal digits: a time stamp with the certificates of its server takes up to 10 kB.
_ROOM_WITH_TIMESTAMP = 64 * 1024


def seal(
    pdf: bytes, *, key: SealKey, reason: str, signed_at: datetime, timestamp_url: str = ""
) -> bytes:
    """The document with its seal appended; `signed_at` is the time the seal states.

    A time stamp is asked for where a server is named, and within ten seconds in all. Raises
    `TimestampFailed` when it gives none, `NotSealed` when the document cannot be sealed.
    """
    server = TimestampServer(timestamp_url) if timestamp_url else None
    signer = _Signer(_metadata(reason), _raw_signer(key), signed_at, server)
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        room = _ROOM_WITH_TIMESTAMP if server else None
        sealed: BytesIO = signer.sign_pdf(writer, bytes_reserved=room)
    except TimestampRequestError as error:
        raise TimestampFailed(timestamp_url, why_none(error)) from error
    except (PdfError, ValueError) as error:
        raise NotSealed(f"The document could not be sealed: {error}.") from error
    return sealed.getvalue()


def _metadata(reason: str) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )


def _raw_signer(key: SealKey) -> SimpleSigner:
    private = key.private_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    issuers = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for issuer in key.issuers:
        issuers.register(_certificate(issuer))
    return SimpleSigner(
        signing_cert=_certificate(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=issuers,
    )


def _certificate(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


class _Signer(PdfSigner):
    """Signs at a time that is given, instead of the clock's."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        signer: SimpleSigner,
        signed_at: datetime,
        server: TimestampServer | None,
    ) -> None:
        super().__init__(metadata, signer=signer, timestamper=server)
        self._signed_at = signed_at

    def init_signing_session(self, *arguments: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._signed_at
        return session
