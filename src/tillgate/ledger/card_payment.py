"""A payment taken by the platform itself, in the published shape (`financial-apiLSPayment`)."""

from enum import StrEnum

from msgspec import UNSET, UnsetType

from tillgate.ledger.sale import Currency, Instant, Key, UpTo6, Wire


class CardPaymentStatus(StrEnum):
    """How a card payment stands; it may change for months after the sale."""

    CAPTURED = "CAPTURED"
    DISPUTED = "DISPUTED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


class CurrencyAmount(Wire, kw_only=True):
    """An amount that says what it is in."""

    value: UpTo6
    currency: Currency


class CardPayment(Wire, kw_only=True):
    """A card payment; `lightspeed_payment_id` is its key, `uuid` may be shared by its parts."""

    account_fisc_id: Key | UnsetType = UNSET
    lightspeed_payment_id: Key
    uuid: Key | UnsetType = UNSET
    reference: Key | UnsetType = UNSET
    status: CardPaymentStatus
    created_date: Instant
    capture_date: Instant | UnsetType = UNSET
    modification_date: Instant
    fees: CurrencyAmount | UnsetType = UNSET
    surcharge: CurrencyAmount | UnsetType = UNSET
