"""Files are asked for of the books that the merchant's pages are tested with."""

from tests.portal.merchant.conftest import books, feed, reader  # noqa: F401
