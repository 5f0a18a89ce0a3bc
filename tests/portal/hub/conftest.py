"""Fixtures for the pages of the Hub and of the Partner Program."""

from typing import Any

import pytest
from tests.hub.conftest import gil, olga  # noqa: F401


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    """These tests are not about how staff sign in."""
    settings.STAFF_NEEDS_SECOND_FACTOR = False
