"""The blocks of a summary and its proof as our own paths write them."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache

import msgspec

from tillgate.foundation.money import wire
from tillgate.ledger.amounts import cents, exact
from tillgate.ledger.summary import Counted, Summary, Unbalanced
from tillgate.ledger.totals import PaymentTotal, TaxTotal

Show = Callable[[int], str]


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
        "covers": covers(summary.covers),
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


def covers(millionths: int) -> int | float:
    """Covers as they are written: whole where they are."""
    whole, rest = divmod(millionths, 10**6)
    return millionths / 10**6 if rest else whole


def _shown(entry: msgspec.Struct, amounts: tuple[str, ...], show: Show) -> dict[str, object]:
    """An entry of a block by its published names; what is absent is left out."""
    fields = zip(_fields(type(entry), amounts), msgspec.structs.astuple(entry), strict=True)
    return {
        name: show(value) if is_amount else value
        for (name, is_amount), value in fields
        if value is not None
    }


@cache
def _fields(kind: type[msgspec.Struct], amounts: tuple[str, ...]) -> list[tuple[str, bool]]:
    """The published names of an entry's fields, and whether each is an amount."""
    names = (field.name for field in msgspec.structs.fields(kind))
    return [(_camel(name), name in amounts) for name in names]


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
