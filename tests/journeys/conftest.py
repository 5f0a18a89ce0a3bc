"""The processes here are real, and so are their ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import house  # noqa: F401
from tests.journeys.installation import Installation, feed


@pytest.fixture(scope="session")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two days of the simulated group."""
    data = tmp_path_factory.mktemp("back office") / "data"
    feed(data)
    return data


@pytest.fixture
def installation(
    tmp_path_factory: pytest.TempPathFactory, fed: Path, chromium: Any
) -> Iterator[Installation]:
    """A Tillgate of its own that was fed and serves, with a mail server and a browser."""
    made = Installation(tmp_path_factory.mktemp("office"), fed, chromium)
    made.start()
    try:
        yield made
    finally:
        made.show_where_people_are()
        made.stop()
