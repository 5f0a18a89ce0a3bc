"""Mappings are kept for the business that the merchant's pages are tested with."""

from tests.journal.keeping import keeper
from tests.portal.merchant.conftest import books, feed, reader

__all__ = ["books", "feed", "keeper", "reader"]
