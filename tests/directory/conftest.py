"""Lands feed files, like the tests of the feed itself."""

from tests.ledger.conftest import books, feed

__all__ = ["books", "feed"]
