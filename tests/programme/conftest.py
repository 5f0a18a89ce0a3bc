"""A business with its people and the platform's, within the test's transaction or for good."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from tests.access.conftest import fresh_limits, shop, shops  # noqa: F401
from tests.access.world import Shop
from tests.programme.way import Cast, make_cast

from tillgate.access.models import Integration
from tillgate.directory.models import MerchantAccount, Person


@pytest.fixture
def cast(shop: Shop, db: None) -> Cast:  # noqa: F811
    return make_cast(shop)


@pytest.fixture
def committed_cast(shop: Shop, owner_url: str, django_db_blocker) -> Iterator[Cast]:  # type: ignore[no-untyped-def]  # noqa: F811
    """Made for good, so that other connections and processes see it; removed at the end."""
    with django_db_blocker.unblock():
        yield make_cast(shop)
        connections.close_all()
        forget(owner_url)
        Integration.objects.filter(business_id=shop.business_id).delete()
        MerchantAccount.objects.filter(business_id=shop.business_id).delete()
        Person.objects.filter(email__endswith=".example").delete()
        Person.objects.filter(email__endswith="@example.com").delete()
        connections.close_all()


def forget(owner_url: str) -> None:
    """Empty the tables of the programme: what only grows can be emptied by nobody but the owner."""
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'programme\\_%'"
        ).fetchall()
        tables = sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)
        connection.execute(sql.SQL("TRUNCATE {}, foundation_message").format(tables))
