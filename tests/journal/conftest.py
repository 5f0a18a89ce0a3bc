"""Mappings are kept for the business that the merchant's pages are tested with."""

from tests.portal.merchant.conftest import books, feed, keeper, reader

__all__ = ["books", "feed", "keeper", "reader"]
