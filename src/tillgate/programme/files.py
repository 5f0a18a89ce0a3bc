"""The papers of agreements: kept with their SHA-256, found again by it."""

import hashlib

from tillgate.foundation import clock
from tillgate.programme.models import Agreement, AgreementFile, FileKind


def keep_file(agreement: Agreement, kind: FileKind, content: bytes) -> AgreementFile:
    """Keep a paper of an agreement; there is one of each kind."""
    return AgreementFile.objects.create(
        agreement=agreement,
        kind=kind,
        sha256=sha256_of(content),
        content=content,
        created_at=clock.now(),
    )


def file_of(agreement: Agreement, kind: FileKind) -> AgreementFile | None:
    """The paper of this kind, if there is one."""
    return AgreementFile.objects.filter(agreement=agreement, kind=kind).first()


def newest_file(agreement: Agreement) -> AgreementFile | None:
    """The sealed paper, else the one that was sent, else none."""
    return file_of(agreement, FileKind.SEALED) or file_of(agreement, FileKind.DOCUMENT)


def sha256_of(content: bytes) -> str:
    """The SHA-256 of a paper, in hex."""
    return hashlib.sha256(content).hexdigest()
