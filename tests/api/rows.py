"""Rows for the API's tests: written by the roles that write them in earnest, and committed."""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from tillgate.access.tokens import new_token, token_hash
from tillgate.foundation.instants import format_instant
from tillgate.foundation.postgres.sessions import scoped
from tillgate.journal.mapping import Mapping
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.canonical import closing_time, make_canonical, render_texts
from tillgate.ledger.closing import close_day
from tillgate.ledger.sale import DECODER, ENCODER, Line, LineAccountingGroup, Payment, Sale, Source

BUSINESS = 410000000000001
LOCATION = 410000000000900
FOREIGN = 410000000000999
DAY = date(2026, 3, 14)
OPENING = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
PERSONAL = ("staff", "consumers", "authorizations")

_NOW = datetime(2026, 3, 20, tzinfo=UTC)


def a_line(number: int = 1, **changes: Any) -> Line:
    """A line of 12.00 with 2.00 tax."""
    fields: dict[str, Any] = {
        "id": f"S510007.{number}",
        "total_net_amount_with_tax": "12.000000",
        "total_net_amount_without_tax": "10.000000",
        "tax_amount": "2.000000",
        "quantity": "1.000",
        "currency": "GBP",
        "accounting_group": LineAccountingGroup(accounting_group_id=101, name="Food"),
        "staff_id": 14670,
        "staff_name": "Example Waiter",
        "device_id": 510007,
        "device_name": "Till 1",
    }
    return Line(**{**fields, **changes})


def a_payment(number: int = 1, **changes: Any) -> Payment:
    """A card payment of 12.00."""
    fields: dict[str, Any] = {
        "code": "CARD",
        "net_amount_with_tax": "12.00",
        "currency": "GBP",
        "uuid": f"payment-{number}",
        "fisc_id": f"T510007.{number}",
    }
    return Payment(**{**fields, **changes})


def a_sale(number: int, closed_at: datetime, **changes: Any) -> Sale:
    """A sale of one line and one payment, with account `A510007.<number>`."""
    account = f"A510007.{number}"
    fields: dict[str, Any] = {
        "account_reference": f"reference-{number}",
        "account_fisc_id": account,
        "source": Source(initial_account_id=account),
        "sales_lines": [a_line(number)],
        "payments": [a_payment(number)],
        "time_of_close_and_paid": format_instant(closed_at),
        "type": "SALE",
    }
    return Sale(**{**fields, **changes})


def sales_every(minutes: float, count: int, *, start: datetime = OPENING) -> list[Sale]:
    """So many sales, one after the other."""
    return [a_sale(n, start + timedelta(minutes=minutes * n)) for n in range(1, count + 1)]


class Rows:
    """Writes businesses, sales and tokens; every method commits."""

    def __init__(self, ledger_url: str, owner_url: str) -> None:
        self.ledger = psycopg.connect(ledger_url, autocommit=True)
        self.owner = psycopg.connect(owner_url, autocommit=True)

    def close(self) -> None:
        self.ledger.close()
        self.owner.close()

    def add_location(
        self,
        location: int = LOCATION,
        *,
        business: int = BUSINESS,
        currency: str = "GBP",
        country: str = "GB",
        timezone: str = "Europe/London",
        since: date = date(2026, 1, 1),
        day_start: str = "05:30",
    ) -> None:
        # Its days are never closed by the clock: a worker that runs beside tests would do it.
        with scoped(self.ledger, [location]):
            self.ledger.execute(
                "INSERT INTO directory_business (business_id, name, currency, recorded_at)"
                " VALUES (%s, 'Example Kitchens', 'GBP', %s) ON CONFLICT DO NOTHING",
                (business, _NOW),
            )
            self.ledger.execute(
                "INSERT INTO directory_businesslocation (business_location_id, business_id, name,"
                " country, currency, since, franchisee, close_after_hours, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, '', NULL, %s)",
                (location, business, f"Place {location}", country, currency, since, _NOW),
            )
            self.ledger.execute(
                "INSERT INTO directory_dayrule (business_location_id, valid_from, timezone,"
                " day_start) VALUES (%s, %s, %s, %s)",
                (location, since, timezone, day_start),
            )

    def add_sales(
        self, sales: Iterable[Sale], *, location: int = LOCATION, day: date = DAY
    ) -> None:
        """Sales of an open day, as the feed keeps them."""
        with scoped(self.ledger, [location]):
            self._add_day(location, day)
            with self.ledger.cursor() as cursor:
                rows = [_row(location, day, sale) for sale in sales]
                cursor.executemany(_INSERT_SALE, rows)
                for row in rows:
                    sale = row["sale"]
                    for reference in sale.external_references or ():
                        cursor.execute(
                            "INSERT INTO ledger_externalreference (business_location_id,"
                            " reference, account_reference) VALUES (%s, %s, %s)",
                            (location, reference, sale.account_reference),
                        )

    def _add_day(self, location: int, day: date) -> None:
        start = datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC)
        self.ledger.execute(
            "INSERT INTO ledger_businessday (business_location_id, business_date, starts_at,"
            " ends_at, last_fed_at, closed_by) VALUES (%s, %s, %s, %s, %s, '')"
            " ON CONFLICT DO NOTHING",
            (location, day, start, start + timedelta(days=1), _NOW),
        )

    def close_day(self, day: date = DAY, *, location: int = LOCATION) -> None:
        """Close a day as the feed does: its sales become a document."""
        with scoped(self.ledger, [location]):
            self._add_day(location, day)
            calendar = fetch_calendars(self.ledger, [location])[location]
            close_day(self.ledger, location, day, calendar=calendar, closed_by="feed", now=_NOW)

    def add_entry(
        self, table: str, key: str, value: object, body: object, *, location: int = LOCATION
    ) -> None:
        """A row of one of the catalogue's tables; the body is encoded as JSON."""
        with scoped(self.ledger, [location]):
            self.ledger.execute(
                f"INSERT INTO catalogue_{table} (business_location_id, {key}, recorded_at, body)"
                " VALUES (%s, %s, %s, %s)",
                (location, value, _NOW, msgspec.json.encode(body).decode()),
            )

    def add_mapping(self, mapping: Mapping, *, business: int = BUSINESS) -> None:
        """A version of how a business books; the portal's acts keep them in earnest."""
        self.owner.execute(
            "INSERT INTO journal_mapping (business_id, version, made_at, body)"
            " VALUES (%s, %s, %s, %s)",
            (business, mapping.version, _NOW, msgspec.json.encode(mapping).decode()),
        )

    def add_unbooked(self, number: int, *, location: int = LOCATION) -> None:
        """An aborted order and a card payment with this number, on the usual day."""
        with scoped(self.ledger, [location]):
            self.ledger.execute(
                "INSERT INTO ledger_abortedorder (business_location_id, order_id, recorded_at,"
                " business_date, aborted_at, erased, body) VALUES (%s, %s, %s, %s, %s, false, %s)",
                (location, f"order-{number}", _NOW, DAY, OPENING, _AN_ORDER),
            )
            self.ledger.execute(
                "INSERT INTO ledger_cardpayment (business_location_id, payment_id, recorded_at,"
                " created_at, modified_at, status, body) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    *(location, f"ad-{number}", _NOW, OPENING, OPENING, "CAPTURED"),
                    _A_CARD_PAYMENT.replace("ad-1", f"ad-{number}"),
                ),
            )

    def add_month(self, month: date, *, location: int = LOCATION) -> None:
        """A month's lines beside its days, of a document that there is not: nobody reads them."""
        with scoped(self.ledger, [location]):
            self.ledger.execute(
                "INSERT INTO ledger_monthlines (business_location_id, month, position,"
                " first_closed_at, last_closed_at, parts, lines)"
                " VALUES (%s, %s, 1000000, %s, %s, 0, '')",
                (location, month, OPENING, OPENING),
            )

    def add_item(self, item: dict[str, Any], *, location: int = LOCATION) -> None:
        group = item.get("accountingGroup", {}).get("id")
        with scoped(self.ledger, [location]):
            self.ledger.execute(
                "INSERT INTO catalogue_item (business_location_id, item_id, recorded_at, body,"
                " name, sku, accounting_group_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    location,
                    item["id"],
                    _NOW,
                    msgspec.json.encode(item).decode(),
                    item.get("name", ""),
                    item.get("sku", ""),
                    group,
                ),
            )
            self.ledger.execute(_AS_IT_IS, (location, item["id"]))

    def add_token(
        self,
        locations: Iterable[int] = (LOCATION,),
        *,
        business: int = BUSINESS,
        scopes: str = "financial-api items",
        personal: bool = False,
        agreed: Iterable[str] = (),
        calls_per_minute: int = 100_000,
        expires_in: timedelta = timedelta(hours=1),
        state: str = "active",
    ) -> str:
        """An integration with a client and a live access token, which is returned.

        Personal data are agreed all together, or some: `agreed` names their columns.
        """
        flags = [personal or name in agreed for name in PERSONAL]
        integration = self._one(
            "INSERT INTO access_integration (business_id, name, state, state_reason, scopes,"
            " staff, consumers, authorizations, calls_per_minute, created_at)"
            " VALUES (%s, 'Test', %s, '', %s, %s, %s, %s, %s, now()) RETURNING id",
            (business, state, scopes, *flags, calls_per_minute),
        )
        for location in locations:
            self.owner.execute(
                "INSERT INTO access_licensedlocation (integration_id, business_location_id,"
                " from_date) VALUES (%s, %s, '2026-01-01')",
                (integration, location),
            )
        client = self._one(_INSERT_CLIENT, (f"tg_client_{secrets.token_hex(8)}", integration))
        token = new_token()
        self.owner.execute(
            "INSERT INTO oauth2_provider_accesstoken (token, token_checksum, application_id,"
            " expires, scope, created, updated, resource)"
            " VALUES ('', %s, %s, now() + %s, %s, now(), now(), '[]')",
            (token_hash(token), client, expires_in, scopes),
        )
        return token

    def _one(self, text: str, values: tuple[Any, ...]) -> int:
        row = self.owner.execute(text, values).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return int(row[0])


_AS_IT_IS = """
INSERT INTO catalogue_itemversion (business_location_id, item_id, valid_from, repeated_at, position,
    given, body, name, sku)
SELECT business_location_id, item_id, recorded_at, recorded_at, item_id, body, body, name, sku
FROM catalogue_item WHERE business_location_id = %s AND item_id = %s
"""
_AN_ORDER = (
    '{"timeOfAbortedOrder":"2026-03-14T18:00:00Z","totalAmountAborted":"0.00",'
    '"abortedLineItems":[]}'
)
_A_CARD_PAYMENT = (
    '{"lightspeedPaymentId":"ad-1","status":"CAPTURED","createdDate":"2026-03-14T18:00:00Z",'
    '"modificationDate":"2026-03-14T18:00:00Z"}'
)

_INSERT_SALE = """
INSERT INTO ledger_opensale (business_location_id, account_reference, account_id, business_date,
    closed_at, type, recorded_at, digest, payments_start, payments_end, lean, body)
VALUES (%(location)s, %(reference)s, %(account)s, %(day)s, %(closed_at)s, %(type)s,
    %(recorded_at)s, %(digest)s, %(start)s, %(end)s, %(lean)s, %(body)s)
"""

_INSERT_CLIENT = """
INSERT INTO access_client (client_id, client_secret, integration_id, sandbox, redirect_uris,
    post_logout_redirect_uris, client_type, authorization_grant_type, name, skip_authorization,
    created, updated, algorithm, hash_client_secret, allowed_origins, registration_source)
VALUES (%s, '!', %s, false, '', '', 'confidential', 'authorization-code', '', false,
    now(), now(), '', false, '', '')
RETURNING id
"""


def _row(location: int, day: date, sale: Sale) -> dict[str, Any]:
    canonical = DECODER.decode(ENCODER.encode(sale))
    make_canonical(canonical)
    closed_at = closing_time(canonical)
    texts = render_texts(canonical)
    return {
        "sale": sale,
        "location": location,
        "reference": sale.account_reference,
        "account": sale.account_fisc_id,
        "day": day,
        "closed_at": closed_at,
        "type": sale.type,
        "recorded_at": _NOW,
        "digest": texts.digest,
        "start": texts.payments_start,
        "end": texts.payments_end,
        "lean": texts.lean,
        "body": texts.body,
    }
