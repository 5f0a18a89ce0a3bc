"""What pyHanko's own validator says of a file, given the certificate to trust."""

from io import BytesIO

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext


def status_of(pdf: bytes, *trusted: x509.Certificate) -> PdfSignatureStatus:
    """The library's status of the file's last signature."""
    roots = [Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in trusted]
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[-1]
    return validate_pdf_signature(
        signature,
        ValidationContext(trust_roots=roots, allow_fetching=False),
        ts_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False),
    )


def is_accepted(pdf: bytes, certificate: x509.Certificate) -> bool:
    """Whether the library finds the file in order; a file it cannot read is not."""
    try:
        return bool(status_of(pdf, certificate).bottom_line)
    except Exception:
        return False


def overwritten(pdf: bytes) -> bytes:
    """The file with other words appended over its first page, in the way PDF provides for."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    words = StreamObject(stream_data=b"BT 100 700 Td (Total 0.00) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(words))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    """The document behind a password."""
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    writer.encrypt(owner_pass="word", user_pass="word")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
