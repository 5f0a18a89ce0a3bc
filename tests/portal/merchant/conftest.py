"""The merchant's pages are tested with a business, its people and the platform's."""

from tests.ledger.conftest import books, feed  # noqa: F401
from tests.programme.conftest import cast, committed_cast  # noqa: F401
