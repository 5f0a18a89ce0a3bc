"""`summary`: what a range of business days comes to, in every block, with its proof.

Amounts of the blocks are rounded half even to two places, each once; those of the proof have all
six, so that its equation can be added up.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.params import Clash, Parameters
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, Instant
from tillgate.api.turns import sum_turn
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant
from tillgate.foundation.money import wire
from tillgate.ledger.amounts import cents, exact
from tillgate.ledger.day_reads import DayState
from tillgate.ledger.summary import Counted, Summary, Unbalanced, add_up
from tillgate.ledger.summary_reads import Days, RangeFigures, fetch_figures
from tillgate.ledger.totals import PaymentTotal, TaxTotal

# What accounts are kept for: ten years, whichever of them are leap years.
LONGEST = timedelta(days=3653)
Show = Callable[[int], str]


class SummaryParameters(Parameters, frozen=True):
    """Which days, and as of when; one date alone is that day, none the day that runs now."""

    business_location_id: Id
    from_: BusinessDate | None = field(name="from", default=None)
    to: BusinessDate | None = None
    as_of: Instant | None = None

    def __post_init__(self) -> None:
        if self.from_ is not None and self.to is not None:
            check_dates(self.from_, self.to)


def check_dates(first: date, last: date) -> None:
    """Raises `Clash` for a reversed range, or one that is too long."""
    if last < first:
        raise Clash("to", "write a date that is not before from")
    if last - first >= LONGEST:
        raise Clash("to", f"write a date less than {LONGEST.days} days after from")


async def get_summary(plane: Plane, _call: Call, grant: Grant, asked: SummaryParameters) -> bytes:
    """What a range comes to: closed days from their documents, the others as they are by now."""
    location = asked.business_location_id
    books, now = await books_of(plane, grant, location), clock.now()
    today = books.calendar.day_of(now)
    days = Days(
        location=location,
        first=asked.from_ or asked.to or today,
        last=asked.to or asked.from_ or today,
        now=now,
        as_of=earlier(asked.as_of, now),
    )
    async with sum_turn(plane):
        found = await fetch_figures(plane.pool, grant.locations, days)
    summary = add_up((day.business_date, day.figures) for day in found.days if day.figures)
    return msgspec.json.encode(
        {
            "businessLocationId": location,
            "from": days.first,
            "to": days.last,
            **({"asOf": format_instant(days.as_of)} if days.as_of else {}),
            "currency": found.currency,
            **_finality(found),
            **blocks(summary, found.gift_card_methods),
            "proof": proof(summary),
        }
    )


def earlier(as_of: datetime | None, now: datetime) -> datetime | None:
    """What is asked of the past; nothing is known of the future."""
    return None if as_of is None or as_of >= now else as_of


def _finality(found: RangeFigures) -> dict[str, object]:
    dates: dict[DayState, list[date]] = {state: [] for state in DayState}
    for day in found.days:
        dates[day.state].append(day.business_date)
    return {
        "final": found.final,
        "openDays": dates[DayState.OPEN],
        "provisionalDays": dates[DayState.PROVISIONAL],
        "closedDays": [
            {
                "businessDate": day.business_date,
                "revision": day.revision,
                "digest": day.digest.hex(),
            }
            for day in found.days
            if day.revision is not None
        ],
    }


def blocks(
    summary: Summary, gift_card_methods: Iterable[int], show: Show = cents
) -> dict[str, object]:
    """Every block of a summary but its proof; `show` writes an amount."""
    return {
        "revenue": _revenue(summary, show),
        "taxes": [_tax(each, show) for each in summary.taxes],
        "taxWithoutRate": show(summary.tax_without_rate),
        "discounts": [_shown(each, ("amount",), show) for each in summary.discounts],
        "payments": [_payment(each, show) for each in summary.payments],
        "serviceCharges": [_shown(each, ("amount",), show) for each in summary.service_charges],
        "giftCards": _gift_cards(summary, frozenset(gift_card_methods), show),
        "refunds": _counted(summary.refunds, show),
        "voids": _counted(summary.voids, show),
        "covers": _plain(summary.covers),
        "receipts": summary.receipts,
        **_average("averageCheck", summary.average_check),
        **_average("averageCover", summary.average_cover),
    }


def _revenue(summary: Summary, show: Show) -> dict[str, object]:
    amounts = ("gross", "net", "tax", "service_charge", "discount")
    totals = {
        _camel(name): show(sum(getattr(one, name) for one in summary.groups)) for name in amounts
    }
    groups = [_shown(each, amounts, show) for each in summary.groups]
    return {
        **totals,
        "lines": sum(each.lines for each in summary.groups),
        "accountingGroups": groups,
    }


def _tax(tax: TaxTotal, show: Show) -> dict[str, object]:
    told = _shown(tax, ("net", "tax", "recomputed"), show)
    return {**told, "difference": show(tax.tax - tax.recomputed)}


def _payment(payment: PaymentTotal, show: Show) -> dict[str, object]:
    told = _shown(payment, ("amount", "tip", "surcharge", "rounding"), show)
    return {**told, "total": show(payment.amount + payment.tip + payment.surcharge)}


def _gift_cards(summary: Summary, methods: frozenset[int], show: Show) -> dict[str, object]:
    redeemed = (one.amount for one in summary.payments if one.payment_method_id in methods)
    return {"sold": show(summary.sold.gift_cards), "redeemed": show(sum(redeemed))}


def _counted(counted: Counted, show: Show) -> dict[str, object]:
    return {"count": counted.number, "total": show(counted.total)}


def _average(name: str, amount: int | None) -> dict[str, object]:
    return {} if amount is None else {name: wire(Decimal(amount).scaleb(-2), 2)}


def _plain(millionths: int) -> int | float:
    whole, rest = divmod(millionths, 10**6)
    return millionths / 10**6 if rest else whole


def _shown(entry: Any, amounts: Iterable[str], show: Show) -> dict[str, object]:
    """An entry of a block by its published names; what is absent is left out."""
    written = set(amounts)
    values: Mapping[str, Any] = msgspec.structs.asdict(entry)
    return {
        _camel(name): show(value) if name in written else value
        for name, value in values.items()
        if value is not None
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def proof(summary: Summary) -> dict[str, object]:
    """The equation of a range with all its places, and beside it what moves no revenue."""
    roundings = [each.rounding for each in summary.payments if each.rounding]
    discounts = Counted(
        sum(each.lines for each in summary.discounts),
        sum(each.amount for each in summary.discounts),
    )
    sold = {_camel(name): exact(amount) for name, amount in summary.sold._asdict().items()}
    beside = {
        "refunds": summary.refunds,
        "voids": summary.voids,
        "discounts": discounts,
        "carriedIn": summary.carried_in,
        "carriedOver": summary.carried_over,
        "cashDrops": summary.cash_drops,
        "rounding": Counted(len(roundings), sum(roundings)),
    }
    return {
        "balances": summary.balances,
        "sold": {**sold, "total": exact(sum(summary.sold))},
        "paid": [_payment(each, exact) for each in summary.payments],
        "paidTotal": exact(summary.paid),
        "rest": exact(summary.rest),
        "unbalanced": [_unbalanced(each) for each in summary.unbalanced],
        **{name: _counted(each, exact) for name, each in beside.items()},
        "giftCardGroups": summary.gift_card_groups,
    }


def _unbalanced(day: Unbalanced) -> dict[str, object]:
    sales = [{"accountFiscId": account, "rest": exact(rest)} for account, rest in day.sales]
    return {"businessDate": day.business_date, "rest": exact(day.rest), "sales": sales}
