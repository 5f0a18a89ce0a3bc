"""An installation of before amendments is brought to this version, with what it holds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from tests.contract.database import drop_database, make_empty_database, owner_of

from tillgate.foundation.postgres.roles import Role
from tillgate.site.migrate import migrate, pending

SUFFIX = "upgraded"
BEFORE = [("programme", "0002_rules"), ("access", "0006_usage")]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUSINESS, FIRST, SECOND, FREE = 71, 7101, 7102, 7103


@pytest.fixture
def before(
    superuser_url: str,
    role_urls: dict[Role, str],
    role_names: dict[Role, str],
    django_db_blocker: Any,
) -> Iterator[str]:
    """A database of that time; Django's connection of the owner leads to it."""
    urls = make_empty_database(SUFFIX, superuser_url, role_urls, role_names)
    with django_db_blocker.unblock(), owner_of(urls[Role.OWNER]):
        for app, name in BEFORE:
            call_command("migrate", app, name, database="owner", verbosity=0)
        yield urls[Role.OWNER]
        connections["owner"].close()
    drop_database(SUFFIX, superuser_url)


class Then:
    """The tables as they were, by the models of that time."""

    def __init__(self) -> None:
        executor = MigrationExecutor(connections["owner"])
        self._apps = executor.loader.project_state(BEFORE).apps

    def add(self, model: str, **fields: Any) -> Any:
        made = self._apps.get_model(model)(**fields)
        made.save(using="owner", force_insert=True)
        return made


def _fill(then: Then) -> None:
    """One agreement in force over two of three licensed locations, an earlier one withdrawn."""
    then.add("directory.Business", id=BUSINESS, name="Old", currency="GBP", recorded_at=AT)
    for place in (FIRST, SECOND, FREE):
        named = {"name": f"Place {place}", "country": "GB", "currency": "GBP", "franchisee": ""}
        times = {"since": date(2026, 1, 1), "close_after_hours": 24, "recorded_at": AT}
        then.add(
            "directory.BusinessLocation",
            **{"id": place, "business_id": BUSINESS, **named, **times},
        )
    seller = then.add("directory.Person", email="seller@example.com", name="Seller", password="!")
    integration = then.add(
        "access.Integration",
        business_id=BUSINESS,
        name="Ledgerly",
        scopes="financial-api",
        calls_per_minute=600,
    )
    for place in (FIRST, SECOND, FREE):
        start = date(2026, 3, 1)
        then.add(
            "access.LicensedLocation", integration=integration, location_id=place, from_date=start
        )
    _agree(then, seller, integration)


def _agree(then: Then, seller: Any, integration: Any) -> None:
    since = {"state_since": AT, "created_at": AT}
    terms = then.add(
        "content.Version", slot="terms", number=1, label="1", text="Terms", published_at=AT
    )
    request = then.add(
        "programme.AccessRequest",
        business_id=BUSINESS,
        state="in_review",
        drafted_by=seller,
        submitted_by=seller,
        submitted_at=AT,
        **since,
    )
    for state, price in (("withdrawn", "99.00"), ("sent", "49.00")):
        agreement = then.add(
            "programme.Agreement",
            request=request,
            state=state,
            priced_by=seller,
            currency="GBP",
            list_price=Decimal(49),
            monthly_total=Decimal(price) * 2,
            terms=terms,
            basis={},
            **since,
        )
        for place in (FIRST, SECOND):
            then.add(
                "programme.AgreementLine",
                agreement=agreement,
                location_id=place,
                location_name=f"Place {place}",
                run_by="",
                monthly_price=Decimal(price),
            )
    _sign(then, agreement)
    for thing, state in ((agreement, "in_force"), (request, "approved")):
        thing.state = state
        if state == "approved":
            thing.integration = integration
        thing.save(using="owner")


def _sign(then: Then, agreement: Any) -> None:
    then.add(
        "programme.AgreementFile",
        agreement=agreement,
        kind="sealed",
        sha256="0" * 64,
        content=b"%PDF",
        created_at=AT,
    )
    code = then.add(
        "programme.MailCode",
        subject="agreement:A-1002",
        email="owner@example.com",
        code_hash="0" * 64,
        sent_at=AT,
        expires_at=AT,
        tries_left=3,
    )
    then.add(
        "programme.Signature",
        agreement=agreement,
        name="Owner",
        title="Owner",
        email="owner@example.com",
        consent="yes",
        authority="yes",
        code=code,
        document_sha256="0" * 64,
        signed_at=AT,
    )


def test_licences_of_before_amendments_get_the_prices_that_were_agreed(
    before: str, role_names: dict[Role, str]
) -> None:
    _fill(Then())
    assert "programme.0003_amendments" in migrate(role_names)
    assert pending("owner") == []
    look = (
        "SELECT business_location_id, monthly_price, currency, agreement"
        " FROM access_licensedlocation ORDER BY 1"
    )
    with psycopg.connect(before) as owner:
        (in_force,) = owner.execute(
            "SELECT 'A-' || (1000 + id) FROM programme_agreement WHERE state = 'in_force'"
        ).fetchall()
        assert owner.execute(look).fetchall() == [
            (FIRST, Decimal("49.00"), "GBP", in_force[0]),
            (SECOND, Decimal("49.00"), "GBP", in_force[0]),
            (FREE, None, "", ""),
        ]
        kinds = "SELECT DISTINCT amends, integration_id, starts_on FROM programme_agreement"
        assert owner.execute(kinds).fetchall() == [("", None, None)]
        periods = "SELECT business_location_id, monthly_price FROM access_licenceperiod ORDER BY 1"
        assert [place for place, _ in owner.execute(periods)] == [FIRST, SECOND, FREE]
