"""The processes here are real, and so are their ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.conftest import house  # noqa: F401
from tests.journeys.installation import Installation


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Installation]:
    """A Tillgate of its own that is fed and serves, with a mail server and a browser."""
    made = Installation(tmp_path_factory.mktemp("office"), chromium)
    made.feed()
    made.start()
    try:
        yield made
    finally:
        made.show_where_people_are()
        made.stop()
