from pathlib import Path

import pytest
from tests.programme.documents.making import agreement, evidence
from tests.programme.documents.timestamps import Stamper

from tillgate.programme.documents.seal_key import SealKey, seal_key
from tillgate.programme.documents.sealing import seal
from tillgate.programme.documents.typesetting import signed_agreement_pdf


@pytest.fixture(scope="session")
def our_key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    """The key this installation seals with."""
    return seal_key({}, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def unsealed() -> bytes:
    """A signed agreement before it is sealed."""
    return signed_agreement_pdf(agreement(), evidence())


@pytest.fixture(scope="session")
def sealed(unsealed: bytes, our_key: SealKey) -> bytes:
    """The same, sealed."""
    reason = "Add-on agreement A-1042"
    return seal(unsealed, key=our_key, reason=reason, signed_at=evidence().signed_at)


@pytest.fixture(scope="session")
def stamper() -> Stamper:
    return Stamper()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
