"""The processes here are real, and so are their ends."""

from tests.contract.conftest import house  # noqa: F401
