"""The merchant's pages are tested with a business, its people and the platform's."""

from collections.abc import Iterator

import pytest
from django.db import connections
from tests.journal.keeping import keeper  # noqa: F401
from tests.ledger.conftest import Feed, books, feed  # noqa: F401
from tests.portal.merchant.book_keeping import NOW, belongs, keep_books
from tests.programme.conftest import cast, committed_cast  # noqa: F401

from tillgate.directory.models import Person, Role


@pytest.fixture
def reader(feed: Feed, monkeypatch: pytest.MonkeyPatch, django_db_blocker) -> Iterator[Person]:  # type: ignore[no-untyped-def]  # noqa: F811
    """The owner of the business whose books are kept, at the hour the books were fed."""
    keep_books(feed)
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: NOW)
    with django_db_blocker.unblock():
        person = belongs("maya", Role.OWNER)
        yield person
        Person.objects.filter(email__endswith="@example.com").delete()
        connections.close_all()
