"""Invented facts for the documents' tests."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec

from tillgate.programme.documents.drawing import read_drawing
from tillgate.programme.documents.facts import (
    AgreementFacts,
    EvidenceEvent,
    OverviewFacts,
    Platform,
    PricedLocation,
    Signatory,
    SignatureEvidence,
)

BRUSSELS = timezone(timedelta(hours=1))
PLATFORM = Platform(
    name="Example POS", support="partners@pos.example", website="https://pos.example/"
)

OVERVIEW_TEXT = """
The custom API access gives your own programs what you can see in the back office: **to read, and
nothing else**. It comes as an add-on for each business location.

## Financial API

| Field | What it is | Example |
|:--|:--|--:|
| `totalNetAmount` | the sum without tax, to the cent | 1204.50 |
| `dataComplete` | `true` on the last page of a range all of whose days are closed | true |
| `salesLines[].accountingGroup` | the group a line is booked under, as it was at the sale | Food |

## What read-only means

1. Nothing can be written through it, not even by mistake.
2. A closed day never changes. What comes later is a *correction* that names what it corrects.
   - It is a revision of its own.
   - You can ask for both.

An answer looks like this:

```json
{"businessDate": "2026-11-23",
 "dataComplete": true}
```

See [the public pages](https://pos.example/integrations) for apps that do more.
"""

TERMS = """
# Scope

The integration reads the Financial API and the Items API for the business locations named in this
agreement, **and no others**. It is used by the business only; it is never resold, shared or listed.

# Charges

1. The price per month is charged for each business location from the day this takes effect.
2. A month that has begun is charged in full.

# End

Either side may end the agreement with a month's notice. Access ends with it.
"""


def location(number: int, **changes: object) -> PricedLocation:
    """An invented business location; every third is run by somebody else."""
    facts = PricedLocation(
        name=f"Harbour Street {number}",
        identifier=str(730000000000000 + number),
        run_by="" if number % 3 else "Tidewater Franchise Ltd",
        price=Decimal("49.00"),
    )
    return msgspec.structs.replace(facts, **changes)


def overview(**changes: object) -> OverviewFacts:
    facts = OverviewFacts(
        platform=PLATFORM, version="2026-1", published_on=date(2026, 11, 2), text=OVERVIEW_TEXT
    )
    return msgspec.structs.replace(facts, **changes)


def agreement(**changes: object) -> AgreementFacts:
    discount = {"discount": Decimal("9.50"), "discount_reason": "Opening year"}
    facts = AgreementFacts(
        platform=PLATFORM,
        number="A-1042",
        request="R-1042",
        prepared_at=datetime(2026, 11, 24, 10, 30, 5, tzinfo=BRUSSELS),
        valid_until=datetime(2026, 12, 8, 23, 59, 59, tzinfo=BRUSSELS),
        business="Cormorant Kitchens",
        business_identifier="730000000000001",
        signatory=Signatory(
            name="Robin Example", role="Managing director", email="robin@cormorant.example"
        ),
        account_manager="Sam Sample",
        integration="Nightly books",
        purpose="Nightly import of sales into our own bookkeeping.\nWeekly price comparison.",
        apis=(
            "Financial API: sales, daily totals and their sums",
            "Items API: the catalogue of items",
        ),
        technical_contact="Kim Coder, kim@agency.example",
        currency="EUR",
        price_book="2026-1",
        locations=(location(1), location(2, **discount), location(3), location(4)),
        terms_version="2026-1",
        terms=TERMS,
        confirmations=(
            "The integration reads only, and is built and maintained by the business.",
            "It is used for this business alone, and never resold, shared or listed.",
            "The platform gives no development support for custom integrations.",
            "Each franchisee whose location is included has agreed.",
        ),
    )
    return msgspec.structs.replace(facts, **changes)


def evidence(**changes: object) -> SignatureEvidence:
    start = datetime(2026, 11, 25, 13, 1, 40, tzinfo=UTC)
    browser = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/156.0.0.0 Safari/537.36"
    )

    def event(minutes: int, what: str, who: str, address: str = "192.0.2.17") -> EvidenceEvent:
        at = start + timedelta(minutes=minutes)
        return EvidenceEvent(at=at, what=what, who=who, network_address=address)

    facts = SignatureEvidence(
        document_sha256="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        typed_name="Robin Example",
        role="Managing director",
        authority="I may sign for Cormorant Kitchens.",
        consent="I have read the agreement and agree to sign it electronically.",
        code_address="robin@cormorant.example",
        code_sent_at=(start + timedelta(minutes=2)).astimezone(BRUSSELS),
        code_verified_at=(start + timedelta(minutes=3)).astimezone(BRUSSELS),
        opened_at=(start + timedelta(minutes=1)).astimezone(BRUSSELS),
        signed_at=(start + timedelta(minutes=9)).astimezone(BRUSSELS),
        network_address="192.0.2.17",
        browser=browser,
        events=(
            event(-1590, "Agreement prepared", "Sam Sample, account manager", "198.51.100.4"),
            event(-1580, "Agreement sent for signature", "Sam Sample, account manager", ""),
            event(1, "Agreement opened", "Robin Example"),
            event(2, "Code sent to robin@cormorant.example", "Tillgate", ""),
            event(3, "Code entered correctly", "Robin Example"),
            event(9, "Signed by typing the name", "Robin Example"),
        ),
        drawing=read_drawing(
            "M 10 60 L 14 20 L 22 8 L 34 12 L 30 28 L 16 34 L 34 58 L 44 62 L 52 40 L 60 38 L 58 56"
            " L 48 60 M 70 4 L 68 60 L 80 40 L 92 44 L 88 60 L 70 60 M 100 44 L 102 60 M 101 36"
            " L 102 35 M 116 60 L 116 42 L 128 40 L 134 60 L 160 58 L 190 50 L 240 54"
        ),
        seal_fingerprint="c0ffee18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        check_url="https://gate.pos.example/check/",
    )
    return msgspec.structs.replace(facts, **changes)
