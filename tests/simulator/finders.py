"""How to find each oddity of the simulated group in what was fed, by its name in `ODDITIES`."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.simulator.fed import Fed, Sale, counts, gross, paid

from tillgate.foundation.instants import parse_instant

REASONS = {
    "Broken",
    "Cooking",
    "Other",
    "Taste",
    "Unhappy Client",
    "User Mistake",
    "Waited too long",
}
Finder = Callable[[Fed], bool]


def _parent(line: dict[str, Any], sale: Sale) -> dict[str, Any] | None:
    lines = [other for other in sale["salesLines"] if other["id"] == line.get("parentLineId")]
    return lines[0] if lines else None


def _families(fed: Fed) -> Iterator[tuple[dict[str, Any], dict[str, Any], Sale]]:
    for sale in fed.sales():
        for line in sale["salesLines"]:
            parent = _parent(line, sale)
            if parent:
                yield parent, line, sale


def _predecessor(sale: Sale, fed: Fed) -> Sale:
    return next(
        other
        for other in fed.sales()
        if other["accountFiscId"] == sale["source"]["previousAccountId"]
    )


def _follow(kind: str, fed: Fed) -> list[tuple[Sale, Sale]]:
    """Sales of a type with the account each comes of."""
    return [
        (sale, _predecessor(sale, fed))
        for sale in fed.of_type(kind)
        if "previousAccountId" in sale["source"]
    ]


def _successors(kind: str, fed: Fed) -> list[list[Sale]]:
    """For each sale of a type, the sales that come of it."""
    return [
        [
            other
            for other in fed.sales()
            if other["source"].get("previousAccountId") == sale["accountFiscId"]
        ]
        for sale in fed.of_type(kind)
    ]


def modifier_before_its_parent(fed: Fed) -> bool:
    return any(
        sale["salesLines"].index(child) < sale["salesLines"].index(parent)
        for parent, child, sale in _families(fed)
    )


def price_on_the_modifier(fed: Fed) -> bool:
    return any(
        parent["menuListPrice"] == "0.00" and Decimal(child["totalNetAmountWithTax"]) > 0
        for parent, child, _ in _families(fed)
    )


def modifier_with_another_tax(fed: Fed) -> bool:
    return any(
        child["menuListPrice"] == "0.00"
        and {tax["taxCode"] for tax in child["taxLines"]}
        != {tax["taxCode"] for tax in parent["taxLines"]}
        for parent, child, _ in _families(fed)
    )


def set_menu(fed: Fed) -> bool:
    children = Counter(
        parent["id"] for parent, child, _ in _families(fed) if child["menuListPrice"] == "0.00"
    )
    return any(
        children[line["id"]] > 1 and Decimal(line["menuListPrice"]) > 15 for line in fed.lines()
    )


def line_discount(fed: Fed) -> bool:
    found = {line["discountType"] for line in fed.lines() if Decimal(line["discountAmount"]) > 0}
    return found == {"PERCENT", "AMOUNT"}


def account_discount(fed: Fed) -> bool:
    return any(
        sum(Decimal(line["accountDiscountAmount"]) > 0 for line in sale["salesLines"]) > 2
        for sale in fed.sales()
    )


def both_discounts_on_a_line(fed: Fed) -> bool:
    return any(
        Decimal(line["discountAmount"]) > 0 and Decimal(line["accountDiscountAmount"]) > 0
        for line in fed.lines()
    )


def service_charge(fed: Fed) -> bool:
    kind, rate = {"GB": ("APPORTIONED", "12.50"), "US": ("UNTAXED", "18.00")}[fed.location.country]
    charged = [line for line in fed.lines() if Decimal(line["serviceCharge"]) > 0]
    return {(line["serviceChargeType"], line["serviceChargeRate"]) for line in charged} == {
        (kind, rate)
    }


def tip(fed: Fed) -> bool:
    return any(Decimal(payment["tip"]) > 0 for payment in fed.payments())


def surcharge(fed: Fed) -> bool:
    return any(Decimal(payment["surcharge"]) > 0 for payment in fed.payments())


def several_tenders(fed: Fed) -> bool:
    return any(
        {payment["code"] for payment in sale["payments"]} >= {"CASH", "CARD"}
        for sale in fed.of_type("SALE")
    )


def cash_rounding(fed: Fed) -> bool:
    rounded = [payment for payment in fed.payments() if "roundingAmount" in payment]
    return any(Decimal(payment["roundingAmount"]) for payment in rounded) and all(
        payment["code"] == "CASH"
        and abs(Decimal(payment["roundingAmount"])) <= Decimal("0.02")
        and (Decimal(payment["netAmountWithTax"]) + Decimal(payment["roundingAmount"]))
        % Decimal("0.05")
        == 0
        for payment in rounded
    )


def receivable(fed: Fed) -> bool:
    return any(
        payment["type"] == "ACCOUNTS_RECEIVABLE" and "companyName" in payment["consumer"]
        for payment in fed.payments()
    )


def gift_card_sold(fed: Fed) -> bool:
    return any(
        line["accountingGroup"]["name"] == "Gift cards"
        and line["taxLines"] == []
        and line["totalNetAmountWithTax"] == line["totalNetAmountWithoutTax"]
        and line["accountDiscountAmount"] == "0.00"
        for line in fed.lines()
    )


def gift_card_redeemed(fed: Fed) -> bool:
    return any(
        payment["code"] == "GIFT" and payment["externalReference"].startswith("GC-")
        for payment in fed.payments()
    )


def voided_line(fed: Fed) -> bool:
    return any(
        line.get("voidReason") in REASONS
        and Decimal(line["quantity"]) < 0
        and gross([line, _same_but_positive(line, sale)]) == 0
        and line["staffId"] != sale["ownerId"]
        for sale in fed.of_type("SALE")
        for line in sale["salesLines"]
        if "voidReason" in line
    )


def _same_but_positive(line: dict[str, Any], sale: Sale) -> dict[str, Any]:
    amount = -Decimal(line["totalNetAmountWithTax"])
    return next(
        other
        for other in sale["salesLines"]
        if other["sku"] == line["sku"] and Decimal(other["totalNetAmountWithTax"]) == amount
    )


def void(fed: Fed) -> bool:
    return any(
        sale["voidReason"] in REASONS
        and first["cancelled"] is True
        and gross(sale["salesLines"]) == -gross(first["salesLines"])
        and paid(sale) == -paid(first) < 0
        for sale, first in _follow("VOID", fed)
    )


def refund(fed: Fed) -> bool:
    return any(
        counts(first) and gross(sale["salesLines"]) == -gross(first["salesLines"])
        for sale, first in _follow("REFUND", fed)
    )


def refund_of_one_dish(fed: Fed) -> bool:
    return any(
        0 > gross(sale["salesLines"]) > -gross(first["salesLines"])
        for sale, first in _follow("REFUND", fed)
    )


def recall(fed: Fed) -> bool:
    return any(
        not counts(first)
        and counts(second)
        and second["source"]["initialAccountId"] == first["accountFiscId"]
        and len(second["salesLines"]) == len(recalled["salesLines"]) + 1
        for recalled, first in _follow("RECALL", fed)
        for second, previous in _follow("SALE", fed)
        if previous is recalled
    )


def split(fed: Fed) -> bool:
    wholes = fed.of_type("SPLIT")
    return any(
        len(shares) == 2
        and all(counts(share) for share in shares)
        and abs(gross(whole["salesLines"]) - sum(map(paid, shares))) <= Decimal("0.02")
        for whole, shares in zip(wholes, _successors("SPLIT", fed), strict=True)
    )


def transfer(fed: Fed) -> bool:
    bars = fed.of_type("TRANSFER")
    return any(
        len(moved) == 1
        and gross(moved[0]["salesLines"]) > gross(bar["salesLines"]) > 0
        and bar["payments"] == []
        for bar, moved in zip(bars, _successors("TRANSFER", fed), strict=True)
    )


def cash_drop(fed: Fed) -> bool:
    moved = {paid(sale) for sale in fed.of_type("FLOAT") if sale["salesLines"] == []}
    return moved == {Decimal("150.00"), Decimal("-200.00")}


def update(fed: Fed) -> bool:
    return any(
        paid(sale) == 0
        and {payment["code"] for payment in sale["payments"]} == {"CARD", "CASH"}
        and counts(first)
        for sale, first in _follow("UPDATE", fed)
    )


def cancel(fed: Fed) -> bool:
    return any(
        sale["cancelled"] is True and sale["voidReason"] in REASONS and sale["payments"] == []
        for sale in fed.of_type("CANCEL")
    )


def sold_for_a_sister(fed: Fed) -> bool:
    own = str(fed.location.id)
    return any(
        own not in sale["externalReferences"][0] and sale["payments"] == []
        for sale in fed.of_type("CROSS_BL")
    )


def left_open(fed: Fed) -> bool:
    return any(
        sale["payments"] == []
        and parse_instant(sale["timeOfCloseAndPaid"]) - parse_instant(sale["timeOfOpening"])
        > timedelta(hours=6)
        for sale in fed.of_type("TRANSITORY")
    )


def carried_over(fed: Fed) -> bool:
    day_of = {sale["accountFiscId"]: day for day, sales in fed.days.items() for sale in sales}
    return any(
        left["type"] == "TRANSITORY"
        and day_of[sale["accountFiscId"]] == day_of[left["accountFiscId"]] + timedelta(days=1)
        and sale["timeOfOpening"] == left["timeOfOpening"]
        and gross(sale["salesLines"]) == gross(left["salesLines"]) == paid(sale)
        for sale, left in _follow("SALE", fed)
    )


def after_midnight(fed: Fed) -> bool:
    return any(
        fed.local(sale["timeOfCloseAndPaid"]).date() > day
        for day, sales in fed.days.items()
        for sale in sales
        if sale["type"] == "SALE"
    )


def doubled_hour(fed: Fed) -> bool:
    closings = [fed.local(sale["timeOfCloseAndPaid"]) for sale in fed.sales()]
    first = {at.replace(tzinfo=None) for at in closings if at.fold == 0}
    return any(at.fold and at.replace(tzinfo=None, fold=0) in first for at in closings)


def after_the_gap(fed: Fed) -> bool:
    """A closing less than a second after the offset grew."""
    for sale in fed.sales():
        closed = parse_instant(sale["timeOfCloseAndPaid"])
        now, before = (
            fed.local(instant.isoformat()).utcoffset() or timedelta(0)
            for instant in (closed, closed - timedelta(seconds=1))
        )
        if now > before:
            return True
    return False


def same_closing_time(fed: Fed) -> bool:
    closings = Counter(sale["timeOfCloseAndPaid"] for sale in fed.of_type("SALE"))
    return max(closings.values()) >= 3


def zero_receipt(fed: Fed) -> bool:
    return any(
        gross(sale["salesLines"]) == 0
        and sale["salesLines"]
        and sale["payments"] == []
        and "receiptId" in sale
        for sale in fed.of_type("SALE")
    )


def sold_by_weight(fed: Fed) -> bool:
    return any(
        Decimal(line["quantity"]) % 1 and line["sku"].endswith(("-KG", "-LB"))
        for line in fed.lines()
    )


def goodwill(fed: Fed) -> bool:
    return any(
        line["sku"] == "ALL-01"
        and Decimal(line["totalNetAmountWithTax"]) < 0
        and "voidReason" not in line
        and line["quantity"] == "1.000"
        for line in fed.lines()
    )


def renamed_special(fed: Fed) -> bool:
    return any("⭐" in line["name"] and not line["nameOverride"].isascii() for line in fed.lines())


def every_tax_rate(fed: Fed) -> bool:
    used = {tax["taxCode"] for line in fed.lines() for tax in line["taxLines"]}
    return used == {record["code"] for record in fed.records if record["record"] == "tax_rate"}


def tags_of_all_sorts(fed: Fed) -> bool:
    return {len(line["tags"]) for line in fed.lines()} == {0, 1, 2}


def no_receipt(fed: Fed) -> bool:
    return any("receiptId" not in sale for sale in fed.of_type("SALE"))


def online_order(fed: Fed) -> bool:
    prefix = f"TASK:OO-{fed.location.id}-"
    return any(
        len(sale["externalReferences"]) == 2
        and all(reference.startswith(prefix) for reference in sale["externalReferences"])
        and sale["externalFiscalNumber"]
        and sale["dineIn"] is False
        and sale["payments"][0]["consumer"]["email"].endswith("@example.com")
        for sale in fed.of_type("SALE")
        if len(sale.get("externalReferences", [])) > 1
    )


def reservation(fed: Fed) -> bool:
    return any(
        reference.startswith("RESA-")
        for sale in fed.sales()
        for reference in sale.get("externalReferences", [])
    )


def empty_day(fed: Fed) -> bool:
    return any(sales == [] for sales in fed.days.values())


def archived_item(fed: Fed) -> bool:
    archived = {
        record["item"]["sku"]
        for record in fed.records
        if record["record"] == "item" and not record["item"]["active"]
    }
    return len(archived) == 1 and archived.isdisjoint(line["sku"] for line in fed.lines())


FINDERS: dict[str, Finder] = {
    function.__name__.replace("_", " "): function
    for function in (
        modifier_before_its_parent,
        price_on_the_modifier,
        modifier_with_another_tax,
        set_menu,
        line_discount,
        account_discount,
        both_discounts_on_a_line,
        service_charge,
        tip,
        surcharge,
        several_tenders,
        cash_rounding,
        receivable,
        gift_card_sold,
        gift_card_redeemed,
        voided_line,
        void,
        refund,
        refund_of_one_dish,
        recall,
        split,
        transfer,
        cash_drop,
        update,
        cancel,
        sold_for_a_sister,
        left_open,
        carried_over,
        after_midnight,
        doubled_hour,
        after_the_gap,
        same_closing_time,
        zero_receipt,
        sold_by_weight,
        goodwill,
        renamed_special,
        every_tax_rate,
        tags_of_all_sorts,
        no_receipt,
        online_order,
        reservation,
        empty_day,
        archived_item,
    )
}
