"""Roads to the same figures: what each part of the API says of a range of a location's days.

Sales are added up here by decimals over the published texts, with nothing of the code under test.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.contract.gate import Gate
from tests.contract.group import GROUP_KEYS

Thing = dict[str, Any]
# A line counts under each of its tags, so by `tag` alone nodes add up to more than their root.
KEYS = tuple(key for key in GROUP_KEYS if key != "tag")
_LINE = ("totalNetAmountWithTax", "serviceCharge", "totalDiscountAmount", "taxAmount")


class Figures(NamedTuple):
    """Revenue as `aggregatedSales` shows it: amounts with two places."""

    gross: str
    service_charge: str
    discount: str
    tax: str
    lines: int


class Road(NamedTuple):
    """Asks for one location; `first` and `last` are business dates."""

    gate: Gate
    token: str
    location: int
    first: date
    last: date

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def fetch(self, target: str) -> Any:
        return self.gate.fetch(target, self.token)

    def bounds(self) -> tuple[str, str]:
        """The instants between which the days lie."""
        url = f"/accounting/v1/business-locations/{self.location}/days"
        days = self.fetch(f"{url}?from={self.first}&to={self.last}")["items"]
        return days[0]["startsAt"], days[-1]["endsAt"]

    def pages(self, size: int = 1000) -> list[Thing]:
        """The sales closed between the bounds, page by page."""
        return self.pages_between(*self.bounds(), size)

    def pages_between(self, start: str, end: str, size: int = 1000) -> list[Thing]:
        """The sales closed between two instants, page by page."""
        url = f"/f/finance/{self.location}/financials/{start}/{end}?include=payments"
        found, token = list[Thing](), ""
        while True:
            page = self.fetch(f"{url}&pageSize={size}&nextPageToken={token}")
            found += page["sales"]
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def daily(self) -> list[Thing]:
        """The sales booked on the days, day by day."""
        url = f"/f/finance/{self.location}/dailyFinancials?include=payments"
        days = (self.fetch(f"{url}&date={day}")["sales"] for day in self.dates)
        return [sale for day in days for sale in day]

    def v2(self, start: str, end: str) -> list[Thing]:
        """The sales of V2 closed between two instants, page by page."""
        url = f"/f/v2/business-location/{self.location}/sales?include=payments&pageSize=100"
        found, token = list[Thing](), ""
        while True:
            times = f"from={quote(start)}&to={quote(end)}"
            page = self.fetch(f"{url}&{times}&nextPageToken={token}")
            found += page["sales"]
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def v2_daily(self) -> list[Thing]:
        """The sales of V2 booked on the days, day by day."""
        url = f"/f/v2/business-location/{self.location}/sales-daily?include=payments"
        days = (self.fetch(f"{url}&date={day}")["sales"] for day in self.dates)
        return [sale for day in days for sale in day]

    def roots(self) -> Iterator[Figures]:
        """The root of the totals between the bounds, by every grouping."""
        start, end = self.bounds()
        url = f"/f/finance/{self.location}/aggregatedSales?from={start}&to={end}"
        for key in (*KEYS, ",".join(KEYS)):
            yield root(self.fetch(f"{url}&groupBy={key}"))

    def roots_of_days(self, key: str) -> list[Figures]:
        """The root of each day's totals."""
        url = f"/f/finance/{self.location}/aggregatedSales?groupBy={key}"
        return [root(self.fetch(f"{url}&date={day}")) for day in self.dates]

    def days_added_up(self) -> Figures:
        """What `periods` says of each day, added up."""
        url = f"/accounting/v1/business-locations/{self.location}/periods?by=day"
        items = self.fetch(f"{url}&from={self.first}&to={self.last}")["items"]
        names = ("gross", "serviceCharge", "discount", "tax", "lines")
        columns = ([Decimal(item["revenue"][name]) for item in items] for name in names)
        *amounts, lines = (sum(column, Decimal(0)) for column in columns)
        return Figures(*(two_places(each) for each in amounts), int(lines))

    def summary(self, query: str = "") -> Thing:
        url = f"/accounting/v1/business-locations/{self.location}/summary"
        found: Thing = self.fetch(f"{url}?from={self.first}&to={self.last}{query}")
        return found

    def journal(self, query: str = "") -> Thing:
        url = f"/accounting/v1/business-locations/{self.location}/journal"
        found: Thing = self.fetch(f"{url}?from={self.first}&to={self.last}{query}")
        return found

    def index_faults(self) -> list[Thing]:
        """The documents that the gate finds something not to fit beside, with what it is."""
        url = f"/accounting/v1/business-locations/{self.location}/changes?checkIndex=true"
        found, since = list[Thing](), 0
        while items := self.fetch(f"{url}&since={since}")["items"]:
            found += [item for item in items if item["indexFaults"]]
            since = items[-1]["position"]
        return found


def root(totals: Thing) -> Figures:
    """What the root of totals says."""
    names = ("totalAmount", "serviceCharge", "totalDiscountedAmount", "totalTaxAmount")
    return Figures(*(totals[name] for name in names), totals["numberOfSales"])


def revenue(summary: Thing) -> Figures:
    """What a summary says of revenue."""
    told = summary["revenue"]
    names = ("gross", "serviceCharge", "discount", "tax", "lines")
    return Figures(*(told[name] for name in names))


def counted(sales: Iterable[Thing]) -> list[Thing]:
    """The sales whose lines are revenue."""
    return [
        sale for sale in sales if sale["type"] in {"SALE", "REFUND"} and not sale.get("cancelled")
    ]


def is_update(sale: Thing) -> bool:
    """Whether V2 made it of a correction: see docs/contract.md."""
    return str(sale["accountFiscId"]).startswith("A0.")


def exact(sales: Iterable[Thing]) -> list[Decimal]:
    """The revenue of sales with all its places, and how much was paid for it."""
    sales = list(sales)
    kept = [sale for sale in sales if is_update(sale) and not sale.get("cancelled")]
    lines = [line for sale in (*counted(sales), *kept) for line in sale["salesLines"]]
    paid = [*counted(sales), *moved(sales)]
    sums = [sum((Decimal(line[name]) for line in lines), Decimal(0)) for name in _LINE]
    amounts = (
        Decimal(payment[name])
        for sale in paid
        for payment in sale.get("payments", ())
        for name in ("netAmountWithTax", "tip", "surcharge")
    )
    return [*sums, sum(amounts, Decimal(0))]


def moved(sales: Iterable[Thing]) -> list[Thing]:
    """Sales that bring payments and no revenue of their own; corrections of V2 are among them."""
    return [one for one in sales if one["type"] == "UPDATE" and not one.get("cancelled")]


def figures(sales: Iterable[Thing]) -> Figures:
    """The revenue of sales."""
    lines = [line for sale in counted(sales) for line in sale["salesLines"]]
    sums = (sum(Decimal(line[name]) for line in lines) for name in _LINE)
    return Figures(*(two_places(Decimal(each)) for each in sums), len(lines))


def tenders(sales: Iterable[Thing]) -> dict[str, tuple[str, str, str, int]]:
    """Amount, tip, surcharge and number of payments by code."""
    sales = list(sales)
    found: dict[str, list[Decimal]] = {}
    for sale in (*counted(sales), *moved(sales)):
        for payment in sale.get("payments", ()):
            sums = found.setdefault(payment["code"], [Decimal(0)] * 4)
            names = ("netAmountWithTax", "tip", "surcharge")
            more = (*(Decimal(payment[name]) for name in names), Decimal(1))
            found[payment["code"]] = [a + b for a, b in zip(sums, more, strict=True)]
    return {
        code: (*(two_places(each) for each in sums[:3]), int(sums[3]))  # type: ignore[misc]
        for code, sums in found.items()
    }


def told_tenders(summary: Thing) -> dict[str, tuple[str, str, str, int]]:
    """The same of a summary, in which tenders stand apart by more than their code."""
    found: dict[str, list[Decimal]] = {}
    for one in summary["proof"]["paid"]:
        sums = found.setdefault(one["code"], [Decimal(0)] * 4)
        more = (Decimal(one[name]) for name in ("amount", "tip", "surcharge", "payments"))
        found[one["code"]] = [a + b for a, b in zip(sums, more, strict=True)]
    return {
        code: (*(two_places(each) for each in sums[:3]), int(sums[3]))  # type: ignore[misc]
        for code, sums in found.items()
    }


def booked(journal: Thing) -> dict[tuple[str, str], Decimal]:
    """What a journal books of each thing, debits above zero; no entry may be out of balance."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in journal["entries"]:
        left = Decimal(0)
        for posting in entry["postings"]:
            sign = 1 if posting["side"] == "debit" else -1
            left += sign * Decimal(posting["amount"])
            for part in posting["parts"]:
                found[part["what"], part["key"]] += sign * Decimal(part["amount"])
        assert left == 0, entry["number"]
    return {at: amount for at, amount in found.items() if amount}


def owed(sales: Iterable[Thing]) -> dict[str, Decimal]:
    """What a journal has to book of sales, by what it is; the rounding of cash only V2 tells."""
    sales = list(sales)
    lines = [line for sale in counted(sales) for line in sale["salesLines"]]
    paid = [one for sale in (*counted(sales), *moved(sales)) for one in sale.get("payments", ())]

    def of(things: list[Thing], name: str) -> Decimal:
        return sum((Decimal(thing[name]) for thing in things), Decimal(0))

    tips, surcharges = of(paid, "tip"), of(paid, "surcharge")
    net, tax, service = (
        of(lines, name) for name in ("totalNetAmountWithoutTax", "taxAmount", "serviceCharge")
    )
    sold, taken = net + tax + service, of(paid, "netAmountWithTax")
    return {
        "tender less rounding": taken + tips + surcharges,
        "sales and gift cards": -net,
        "tax": -tax,
        "serviceCharge": -service,
        "tips": -tips,
        "surcharges": -surcharges,
        "difference": sold - taken,
    }


def told_owed(journal: Thing) -> dict[str, Decimal]:
    """The same of a journal."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    together = {
        "tender": "tender less rounding",
        "rounding": "tender less rounding",
        "sales": "sales and gift cards",
        "giftCards": "sales and gift cards",
    }
    for (what, _), amount in booked(journal).items():
        sums[together.get(what, what)] += amount
    return {name: sums[name] for name in owed([])}


def told_apart(summary: Thing) -> dict[tuple[str, str], Decimal]:
    """What a summary says of gift cards, and of each tender with its rounding."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in summary["proof"]["paid"]:
        key = "tender", str(one.get("paymentMethodId", ""))
        found[key] += Decimal(one["total"]) + Decimal(one["rounding"])
    sold = summary["proof"]["sold"]
    found["giftCards", ""] = -Decimal(sold["giftCards"])
    return {key: amount for key, amount in found.items() if amount}


def booked_apart(journal: Thing) -> dict[tuple[str, str], Decimal]:
    """The same of a journal."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (what, key), amount in booked(journal).items():
        if what in {"tender", "giftCards"}:
            found[what, key if what == "tender" else ""] += amount
    return {key: amount for key, amount in found.items() if amount}


def told_by_key(summary: Thing) -> dict[tuple[str, str], str]:
    """What a summary says of each accounting group, tax and charge that stands there once."""
    listed = [
        *(("sales", str(one.get("accountingGroupId", "")), one["net"]) for one in _groups(summary)),
        *(("tax", f"{one['code']}@{one['rate']}", one["tax"]) for one in summary["taxes"]),
        *(("serviceCharge", one["type"], one["amount"]) for one in summary["serviceCharges"]),
    ]
    times = Counter(one[:2] for one in listed)
    return {(what, key): text for what, key, text in listed if times[what, key] == 1}


def booked_by_key(journal: Thing) -> defaultdict[tuple[str, str], Decimal]:
    """The same of a journal, where gift cards stand apart from the sales of their group."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (what, key), amount in booked(journal).items():
        found["sales" if what == "giftCards" else what, key] -= amount
    return found


def _groups(summary: Thing) -> list[Thing]:
    groups: list[Thing] = summary["revenue"]["accountingGroups"]
    return groups


def two_places(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN) + 0:f}"


def references(sales: Iterable[Thing]) -> Counter[str]:
    return Counter(sale["accountReference"] for sale in sales)


def check(road: Road) -> tuple[list[Thing], list[Thing]]:
    """Every road leads to the same cent; returns the sales of pages and of days.

    Where a sale is booked on another day than it was closed on, pages and totals between two
    instants hold it by its closing time, and days, their totals and summaries by its day.
    """
    pages, daily, summary = road.pages(), road.daily(), road.summary()
    assert set(road.roots()) == {figures(pages)}
    assert revenue(summary) == road.days_added_up() == figures(daily)
    assert told_tenders(summary) == tenders(daily)
    journal = road.journal()
    assert told_owed(journal) == owed(daily)
    assert booked_apart(journal) == told_apart(summary)
    by_key = booked_by_key(journal)
    told = told_by_key(summary)
    assert {at: two_places(by_key[at]) for at in told} == told
    apart = [figures(road._replace(first=day, last=day).daily()) for day in road.dates]
    assert road.roots_of_days(KEYS[len(daily) % len(KEYS)]) == apart
    if references(pages) == references(daily):
        assert figures(pages) == figures(daily)
    return pages, daily
