"""A day's totals and proof, counted anew from its sales as docs/books.md says them.

Written apart from the code that closes days, in plain decimals: two ways that come to the same.
Counts are kept in the unit of the figures, which is a millionth.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_NOTHING = Decimal(0)
_ONCE = Decimal("0.000001")

Thing = dict[str, Any]
Sums = dict[tuple[Any, ...], list[Decimal]]


class Recount:
    """What sales come to; `add` each sale, then compare."""

    def __init__(self, proof: Thing, starts_at: str) -> None:
        self._gift_card_groups = list(proof.get("giftCardGroups", []))
        self._starts_at = starts_at
        self._tables: dict[str, Sums] = {name: {} for name in _TABLES}
        self._voids = [_NOTHING, _NOTHING]
        self._covers = _NOTHING
        self._receipts = 0
        self._sold = dict.fromkeys(_SOLD, _NOTHING)
        self._beside = {name: [_NOTHING, _NOTHING] for name in _BESIDE}
        self._unbalanced: list[Thing] = []

    def add(self, sale: Thing) -> None:
        """Count one more sale."""
        kind, cancelled = sale["type"], sale.get("cancelled", False)
        lines, payments = sale.get("salesLines", []), sale.get("payments", [])
        counts = kind in {"SALE", "REFUND"} and not cancelled
        gross, paid = _sum(lines, "totalNetAmountWithTax"), _sum(payments, "netAmountWithTax")
        self._put("types", (kind, cancelled), [_ONCE, gross, paid])
        for line in lines if counts else ():
            self._add_line(line)
        if counts and kind == "SALE":
            self._covers += Decimal(str(sale.get("nbCovers", 0))).quantize(_ONCE)
            self._receipts += 1
        if counts or (kind == "UPDATE" and not cancelled):
            for payment in payments:
                self._add_payment(payment)
            sold = _added(map(_sold, lines if counts else ()))
            if sold != paid:
                rest = exact(sold - paid)
                self._unbalanced.append({"accountFiscId": sale["accountFiscId"], "rest": rest})
        if not cancelled:
            self._note(sale, gross, paid)

    def _add_line(self, line: Thing) -> None:
        net, tax, service = (_amount(line, name) for name in _PARTS)
        gross, discount = (
            _amount(line, name) for name in ("totalNetAmountWithTax", "totalDiscountAmount")
        )
        group = line.get("accountingGroup", {})
        names = (group.get("name", ""), group.get("code", ""))
        key = (group.get("accountingGroupId"), *names)
        self._put("accountingGroups", key, [gross, net, tax, service, discount, _ONCE])
        self._put("lines", _kind(line, group), [gross, service, discount, tax, _ONCE])
        self._add_taxes(line, net)
        self._add_discounts(line)
        if service:
            charge = (line.get("serviceChargeType"), line.get("serviceChargeRate", ""))
            self._put("serviceCharges", charge, [service, _ONCE])
        if "voidReason" in line:
            self._voids = [self._voids[0] + _ONCE, self._voids[1] + gross]
        if not tax and names[1] in self._gift_card_groups:
            self._sold["giftCards"] += net + service
        else:
            self._sold["net"] += net
            self._sold["tax"] += tax
            self._sold["serviceCharges"] += service

    def _add_taxes(self, line: Thing, net: Decimal) -> None:
        for tax in line.get("taxLines", []):
            given = (net * (Decimal(tax["taxRate"]) - 1)).quantize(_ONCE, ROUND_HALF_EVEN)
            key = (tax["taxCode"], tax["taxRate"], tax["taxIncluded"])
            self._put("taxes", key, [net, _amount(tax, "taxAmount"), given])

    def _add_discounts(self, line: Thing) -> None:
        for level, prefix in (("line", "discount"), ("account", "accountDiscount")):
            if amount := _amount(line, f"{prefix}Amount"):
                told = (line.get(f"{prefix}{part}", "") for part in ("Type", "Code", "Name"))
                self._put("discounts", (level, *told), [amount, _ONCE])

    def _add_payment(self, payment: Thing) -> None:
        key = (
            payment.get("paymentMethodId"),
            payment["code"],
            payment.get("description", ""),
            payment.get("type", "NORMAL"),
        )
        names = ("netAmountWithTax", "tip", "surcharge", "roundingAmount")
        self._put("payments", key, [*(_amount(payment, name) for name in names), _ONCE])

    def _note(self, sale: Thing, gross: Decimal, paid: Decimal) -> None:
        kind = sale["type"]
        if kind == "REFUND":
            self._count("refunds", gross)
        if kind == "TRANSITORY":
            self._count("carriedOver", gross)
        if kind == "FLOAT":
            self._count("cashDrops", paid)
        opened = sale.get("timeOfOpening", "")
        if kind in {"SALE", "REFUND"} and opened and opened[:19] < self._starts_at[:19]:
            self._count("carriedIn", gross)

    def _count(self, name: str, amount: Decimal) -> None:
        count, total = self._beside[name]
        self._beside[name] = [count + _ONCE, total + amount]

    def _put(self, table: str, key: tuple[Any, ...], amounts: list[Decimal]) -> None:
        rows = self._tables[table]
        known = rows.get(key, [_NOTHING] * len(amounts))
        rows[key] = [a + b for a, b in zip(known, amounts, strict=True)]

    def totals(self) -> Thing:
        """Table by table, key → figures, as `told_totals` gives what a file says."""
        return {
            **{name: _whole_rows(rows) for name, rows in self._tables.items()},
            "voids": _whole(self._voids),
            "covers": int(self._covers / _ONCE),
            "receipts": self._receipts,
        }

    def proof(self) -> Thing:
        """The proof as the manifest has it; its tenders in no order."""
        payments = self._tables["payments"]
        sold = {
            **{name: self._sold[name] for name in _SOLD},
            "tips": _added(row[1] for row in payments.values()),
            "surcharges": _added(row[2] for row in payments.values()),
        }
        total = _added(sold.values())
        paid = _added(_added(row[:3]) for row in payments.values())
        discounts = list(self._tables["discounts"].values())
        roundings = [row[3] for row in payments.values() if row[3]]
        beside = {
            **self._beside,
            "voids": self._voids,
            "discounts": [_added(row[1] for row in discounts), _added(row[0] for row in discounts)],
            "rounding": [len(roundings) * _ONCE, _added(roundings)],
        }
        return {
            "balances": total == paid and not self._unbalanced,
            "sold": {name: exact(amount) for name, amount in {**sold, "total": total}.items()},
            "paid": sorted((_tender(*row) for row in payments.items()), key=repr),
            "rest": exact(total - paid),
            "unbalanced": self._unbalanced,
            "giftCardGroups": self._gift_card_groups,
            **{
                name: {"count": int(count / _ONCE), "total": exact(total)}
                for name, (count, total) in beside.items()
            },
        }


_TABLES = (
    "lines",
    "accountingGroups",
    "taxes",
    "discounts",
    "payments",
    "serviceCharges",
    "types",
)
_SOLD = ("net", "tax", "serviceCharges", "giftCards")
_PARTS = ("totalNetAmountWithoutTax", "taxAmount", "serviceCharge")
_BESIDE = ("refunds", "carriedIn", "carriedOver", "cashDrops")
_KINDS = ("staffIds", "staffNames", "deviceIds", "devices", "accountingGroups", "statisticGroups")
_FIGURES = ("gross", "serviceCharges", "discounts", "taxes", "lines")
# How many fields of a row say what it is about; figures follow.
_KEYS = {
    "accountingGroups": 3,
    "taxes": 3,
    "discounts": 4,
    "payments": 4,
    "serviceCharges": 2,
    "types": 2,
}


def told_totals(told: Thing) -> Thing:
    """What `totals.json` says, in the form of `Recount.totals`; raises for another shape."""
    lines = told["lines"]
    kinds = [[_place(each) for each in lines[name]] for name in _KINDS]
    keys = zip(*kinds, map(tuple, lines["tags"]), strict=True)
    rows = zip(*(lines[name] for name in _FIGURES), strict=True)
    tables = {
        name: [(tuple(row[:size]), list(row[size:])) for row in told[name]]
        for name, size in _KEYS.items()
    }
    tables["lines"] = [(key, list(row)) for key, row in zip(keys, rows, strict=True)]
    if any(len(dict(table)) < len(table) for table in tables.values()):
        raise ValueError("a row comes twice")
    rest = {name: each for name, each in told.items() if name not in tables}
    return {**{name: dict(table) for name, table in tables.items()}, **rest}


def told_proof(proof: Thing) -> Thing:
    """A manifest's proof in the form of `Recount.proof`."""
    return {**proof, "paid": sorted(proof["paid"], key=repr)}


def exact(amount: Decimal) -> str:
    """With six places."""
    return f"{amount + 0:.6f}"


def _kind(line: Thing, group: Thing) -> tuple[Any, ...]:
    return (
        line.get("staffId"),
        _place(line.get("staffName")),
        line.get("deviceId"),
        line.get("deviceName", ""),
        group.get("name", ""),
        line.get("statisticGroup") or group.get("statisticGroup", ""),
        tuple(dict.fromkeys(line.get("tags", []))),
    )


def _place(value: Any) -> Any:
    return (value["part"], value["value"]) if isinstance(value, dict) else value


def _whole_rows(rows: Sums) -> dict[tuple[Any, ...], list[int]]:
    return {key: _whole(row) for key, row in rows.items()}


def _whole(row: Iterable[Decimal]) -> list[int]:
    return [int(each / _ONCE) for each in row]


def _tender(key: tuple[Any, ...], row: list[Decimal]) -> Thing:
    method, code, description, kind = key
    amount, tip, surcharge, _, count = row
    told = {
        "code": code,
        "type": kind,
        "payments": int(count / _ONCE),
        "amount": exact(amount),
        "tip": exact(tip),
        "surcharge": exact(surcharge),
        "total": exact(amount + tip + surcharge),
    }
    if description:
        told["description"] = description
    if method is not None:
        told["paymentMethodId"] = method
    return dict(sorted(told.items()))


def _sold(line: Thing) -> Decimal:
    return _added(_amount(line, name) for name in _PARTS)


def _sum(things: Iterable[Thing], name: str) -> Decimal:
    return _added(_amount(thing, name) for thing in things)


def _added(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _NOTHING)


def _amount(thing: Thing, name: str) -> Decimal:
    return Decimal(thing.get(name, "0"))
