"""A location with a week of books for tests of their pages, and somebody of each role."""

from datetime import UTC, datetime
from typing import Any

from tests.access.world import make_person
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import (
    BUSINESS,
    LOCATION,
    Thing,
    business,
    day_closed,
    line,
    location,
    lookups,
    payment,
    sale,
    sale_object,
)

from tillgate.access.acts import add_membership
from tillgate.directory.models import Person, Role

NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)
FED = "2026-03-21T11:00:00Z"
OTHER = 7102
HERE = f"/books/{LOCATION}"


def at(day: int, hour: int = 19) -> dict[str, str]:
    return {
        "timeOfOpening": f"2026-03-{day}T{hour - 1:02}:30:00Z",
        "timeOfCloseAndPaid": f"2026-03-{day}T{hour:02}:00:00Z",
    }


def week() -> list[Thing]:
    """From the 14th on: a plain day, one that does not add up, one with everything, empty ones,
    a provisional and an open one."""
    short = payment(3, netAmountWithTax="11.50")
    return [
        business(),
        location(since="2026-03-14", name="Harbour Street"),
        location(businessLocationId=OTHER, name="Station Arcade", since="2026-04-01"),
        *lookups(),
        _gift_cards(),
        sale(1, **at(14)),
        sale(2, **at(14, 20)),
        sale(3, payments=[short], **at(15)),
        *_everything(),
        *(day_closed(f"2026-03-{day}", recordedAt=FED) for day in range(14, 20)),
        sale(8, at=FED, **at(20)),
        sale(9, at=FED, **at(21, 10)),
    ]


def _gift_cards() -> Thing:
    here = {"record": "payment_method", "recordedAt": FED, "businessLocationId": LOCATION}
    return here | {
        "paymentMethodId": 7,
        "code": "GIFT",
        "name": "Gift card",
        "accountingReference": "2400",
    }


def _everything() -> list[Thing]:
    """Food with a discount, a tip and cash; a gift card; a dish taken back."""
    food = line(4, accountingGroup=_group("Food", "4000"), discountAmount="3", discountCode="STAFF")
    card = line(
        *(5,),
        totalNetAmountWithTax="50",
        totalNetAmountWithoutTax="50",
        taxAmount="0",
        taxLines=[],
        accountingGroup=_group("Gift cards", "2400"),
    )
    back = line(
        *(6,),
        totalNetAmountWithTax="-12",
        totalNetAmountWithoutTax="-10",
        taxAmount="-2",
        taxLines=[{"taxCode": "VAT20", "taxRate": "1.2", "taxAmount": "-2", "taxIncluded": True}],
        accountingGroup=_group("Food", "4000"),
    )
    cash: dict[str, Any] = {"code": "CASH", "description": "Cash"}
    return [
        sale(4, salesLines=[food], payments=[payment(4, tip="1.5", **cash)], **at(16)),
        sale(5, salesLines=[card], payments=[payment(5, netAmountWithTax="50")], **at(16, 20)),
        sale(
            *(6,),
            type="REFUND",
            salesLines=[back],
            payments=[payment(6, netAmountWithTax="-12", **cash)],
            **at(16, 21),
        ),
    ]


def _group(name: str, code: str) -> Thing:
    return {"name": name, "code": code, "accountingGroupId": int(code)}


def correction(number: int, reason: str, **changes: Any) -> Thing:
    record = {"record": "correction", "recordedAt": FED, "businessLocationId": LOCATION}
    return record | {"reason": reason, "sale": sale_object(number, **changes)}


def keep_books(feed: Feed) -> None:
    """The week, and a sale of the 14th that came late."""
    feed(week())
    feed([correction(10, "the till was offline", **at(14, 21))])


def belongs(name: str, role: Role) -> Person:
    person = make_person(name)
    add_membership(person=person, business_id=BUSINESS, role=role, actor="test")
    return person
