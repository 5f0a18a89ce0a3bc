"""What the documents state. Money is `Decimal`, every instant has a zone; both are checked here.

Texts may hold anything somebody can type: they are set as they are, never read as markup. Only
`OverviewFacts.text` and `AgreementFacts.terms` are markdown (see `markdown`).
"""

import re
from datetime import date, datetime
from decimal import Decimal

import msgspec

from tillgate.programme.documents.drawing import Drawing
from tillgate.programme.documents.errors import BadFacts

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """Who offers the access. An empty text leaves its line out."""

    name: str
    support: str = ""
    website: str = ""


class OverviewFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The access overview: what both APIs give, and what read-only means."""

    platform: Platform
    version: str
    published_on: date
    text: str
    title: str = "Access overview"


class Signatory(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs for the business, as named in the request."""

    name: str
    role: str
    email: str


class PricedLocation(msgspec.Struct, frozen=True, kw_only=True):
    """A business location and its price per month; `run_by` is "" when the business itself runs it.

    `discount` is an amount per month, at most the price. A discount has a reason.
    """

    name: str
    identifier: str
    price: Decimal
    run_by: str = ""
    discount: Decimal = Decimal(0)
    discount_reason: str = ""

    def __post_init__(self) -> None:
        if not (self.price.is_finite() and self.discount.is_finite()):
            raise BadFacts(f"{self.name}: price and discount are numbers.")
        if not 0 <= self.discount <= self.price:
            raise BadFacts(f"{self.name}: a discount lies between nothing and the whole price.")
        if self.discount and not self.discount_reason:
            raise BadFacts(f"{self.name}: say why there is a discount.")

    @property
    def total(self) -> Decimal:
        """What is paid per month."""
        return self.price - self.discount


class AgreementFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The add-on agreement, as it is shown and sent for signature.

    `number` is the agreement's ("A-1042"), `request` that of the request it belongs to ("R-1042").
    `apis` are names with what they give, such as "Financial API: sales and daily totals".
    `currency` is an ISO 4217 code; amounts have at most `places` decimal places. `price_book` and
    `terms_version` are the labels of their versions. `takes_effect` says what takes effect when;
    left empty, it is the rule of the programme. `prepared_at` is also the file's own date.
    """

    platform: Platform
    number: str
    request: str
    prepared_at: datetime
    business: str
    business_identifier: str
    signatory: Signatory
    account_manager: str
    integration: str
    purpose: str
    apis: tuple[str, ...]
    currency: str
    price_book: str
    locations: tuple[PricedLocation, ...]
    terms_version: str
    terms: str
    confirmations: tuple[str, ...]
    valid_until: datetime | None = None
    technical_contact: str = ""
    takes_effect: tuple[str, ...] = ()
    places: int = 2

    def __post_init__(self) -> None:
        _need_zone(self.prepared_at, self.valid_until)
        if not self.locations:
            raise BadFacts("An agreement names at least one business location.")
        for location in self.locations:
            _need_places(location.name, self.places, location.price, location.discount)

    @property
    def total(self) -> Decimal:
        """What is paid per month for all business locations."""
        return sum((location.total for location in self.locations), Decimal(0))


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A location's part of a month; amounts have two places."""

    location: str
    identifier: str
    agreement: str
    first_day: date
    last_day: date
    days: int
    days_of_month: int
    monthly_price: Decimal
    amount: Decimal


class StatementFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a month of an integration comes to; `until` is the day up to which it was drawn up."""

    platform: Platform
    month: date
    business: str
    business_identifier: str
    integration: str
    currency: str
    lines: tuple[StatementLine, ...]
    total: Decimal
    is_final: bool
    until: date


class EvidenceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened on the way to the signature, in the words of the audit trail."""

    at: datetime
    what: str
    who: str
    network_address: str = ""

    def __post_init__(self) -> None:
        _need_zone(self.at)


class SignatureEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """How the agreement was signed.

    `document_sha256` is that of the PDF which was shown for signature, in hexadecimal. `authority`
    and `consent` are the words the signatory agreed to. `code_address` is the address that was
    proved by a code, in full. `check_url` is where anybody can check the file;
    `seal_fingerprint` is the SHA-256 of the seal's certificate. Empty ones are left out.
    """

    document_sha256: str
    typed_name: str
    role: str
    authority: str
    consent: str
    code_address: str
    code_sent_at: datetime
    code_verified_at: datetime
    opened_at: datetime
    signed_at: datetime
    network_address: str
    browser: str
    events: tuple[EvidenceEvent, ...]
    drawing: Drawing | None = None
    seal_fingerprint: str = ""
    check_url: str = ""

    def __post_init__(self) -> None:
        _need_zone(self.code_sent_at, self.code_verified_at, self.opened_at, self.signed_at)
        if not _SHA256.fullmatch(self.document_sha256):
            raise BadFacts("The hash of the document is 64 hexadecimal digits in lower case.")


def _need_zone(*instants: datetime | None) -> None:
    for instant in instants:
        if instant is not None and instant.utcoffset() is None:
            raise BadFacts(f"{instant} has no time zone.")


def _need_places(name: str, places: int, *amounts: Decimal) -> None:
    for amount in amounts:
        if amount != round(amount, places):
            raise BadFacts(f"{name}: {amount} has more than {places} decimal places.")
