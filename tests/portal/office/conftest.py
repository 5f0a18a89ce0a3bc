"""Fixtures for the pages of the platform's own people."""

from typing import Any

import pytest
from tests.programme.conftest import cast, committed_cast  # noqa: F401


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    """These tests are not about how staff sign in."""
    settings.TILLGATE_STAFF_NEEDS_SECOND_FACTOR = False
