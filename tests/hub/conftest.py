"""Fixtures for the Hub: its operator, and a business whose people may not edit it."""

import pytest
from tests.access.conftest import shop, shops  # noqa: F401
from tests.hub.cast import growth_manager, operator

from tillgate.directory.models import Person


@pytest.fixture
def olga(db: None) -> Person:
    """An operator."""
    return operator()


@pytest.fixture
def gil(db: None) -> Person:
    """A partner growth manager."""
    return growth_manager()
