"""Answers of the published API as they were recorded, turned into records of the feed.

The published contract may grow, so a property we do not know is left out and reported by name; a
null counts as absent. What an answer cannot know (a location's first day, whether a day is closed)
stays open: see `docs/feed.md`.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, TypeAlias

import msgspec
from msgspec.inspect import type_info

from tillgate.catalogue.item import Item, Statistic
from tillgate.foundation.instants import format_instant
from tillgate.ledger.calendar import ONE_DAY
from tillgate.ledger.feed.checks import check_record, load_json, refuse_nul
from tillgate.ledger.feed.errors import Unreadable
from tillgate.ledger.feed.records import (
    AccountingGroupRecord,
    AnyRecord,
    BusinessRecord,
    ItemRecord,
    LocationRecord,
    PaymentMethodRecord,
    SaleRecord,
    TaxRateRecord,
)
from tillgate.ledger.feed.wording import explain
from tillgate.ledger.sale import Sale

Thing: TypeAlias = dict[str, Any]

# V1 as described but not as on the wire, and V2 where it has another word.
_SPELLINGS = {
    "timeofOpening": "timeOfOpening",
    "timeofCloseAndPaid": "timeOfCloseAndPaid",
    "timeClosed": "timeOfCloseAndPaid",
    "timeofSale": "timeOfSale",
}
_NAMING = ("businessId", "businessName")
_BUSINESS = ("businessName", "businessId", "currencyCode", "businessLocations")
_LOCATION = ("blName", "blID", "blId", "country", "timezone")
_TAX_RATE = ("code", "description", "rate", "taxIncluded", "accountingReference")
_PAYMENT_METHOD = ("name", "code", "accountingReference", "pmId")
_ACCOUNTING_GROUP = ("accountingGroupId", "name", "statisticGroup", "code")


class Answer:
    """One recorded answer.

    `location` is where it belongs if it does not say; `left_out` collects the names of properties
    that the published contract does not have (yet).
    """

    def __init__(self, *, location: int | None, recorded_at: datetime, left_out: set[str]) -> None:
        self.location = location
        self.recorded_at = format_instant(recorded_at)
        self.left_out = left_out

    def records(self, document: Any) -> Iterator[tuple[str, AnyRecord | Unreadable]]:
        """Each record of the answer, or what is wrong with it, with its path in the answer.

        Raises `Unreadable` when the document is no published answer at all.
        """
        for path, thing, make in self._things(document):
            try:
                record = _checked(thing, make)
            except Unreadable as error:
                inside = ".".join(filter(None, (path, error.path.removeprefix("sale."))))
                yield path, Unreadable(inside, error.problem, error.expected)
            else:
                yield path, record

    def _things(self, document: Any) -> Iterator[tuple[str, Any, Callable[[Thing], AnyRecord]]]:
        if isinstance(document, list):
            yield from self._each("", document, self._item)
        elif not isinstance(document, dict):
            raise Unreadable("", "is neither a record nor a published answer", "an object")
        elif isinstance(document.get("sales"), list):
            yield from self._each("sales", document["sales"], self._sale_maker(document))
        elif isinstance(document.get("_embedded"), dict):
            yield from self._embedded(document["_embedded"])
        elif "record" in document:
            raise Unreadable("record", "is spread over several lines", "one record a line")
        elif "accountReference" in document:
            yield "", document, self._sale_maker({})
        elif "id" in document and "name" in document:
            yield "", document, self._item
        else:
            raise Unreadable(
                "record",
                "is missing, and no published answer looks like this",
                "a record of the feed, or an answer that docs/feed.md names",
            )

    def _each(
        self, path: str, things: Any, make: Callable[[Thing], AnyRecord]
    ) -> Iterator[tuple[str, Any, Callable[[Thing], AnyRecord]]]:
        for index, thing in enumerate(_listed(path, things)):
            yield f"{path}[{index}]", thing, make

    def _embedded(self, embedded: Thing) -> Iterator[tuple[str, Any, Callable[[Thing], AnyRecord]]]:
        makers = {
            "taxRateList": self._tax_rate,
            "paymentMethodList": self._payment_method,
            "accountingGroupList": self._accounting_group,
        }
        for name, things in embedded.items():
            if name == "businessList":
                yield from self._businesses(f"_embedded.{name}", things)
            elif name in makers:
                yield from self._each(f"_embedded.{name}", things, makers[name])
            else:
                self.left_out.add(f"_embedded.{name}")

    def _businesses(
        self, path: str, businesses: Any
    ) -> Iterator[tuple[str, Any, Callable[[Thing], AnyRecord]]]:
        named = set[str]()
        for index, business in enumerate(_listed(path, businesses)):
            # Our own answer names a business once for each currency that its locations sell in.
            facts = (
                [business.get(key) for key in _BUSINESS[:2]] if isinstance(business, dict) else []
            )
            if not facts or repr(facts) not in named:
                yield f"{path}[{index}]", business, self._business
            named.add(repr(facts))
            places = business.get("businessLocations", []) if isinstance(business, dict) else []
            inside = f"{path}[{index}].businessLocations"
            make = partial(self._location, business=business)
            for number, place in enumerate(_listed(inside, places)):
                yield f"{inside}[{number}]", place, make

    def _business(self, thing: Thing) -> AnyRecord:
        self._only(thing, _BUSINESS, "_embedded.businessList[]")
        return self._record(
            BusinessRecord,
            businessId=thing.get("businessId"),
            name=thing.get("businessName"),
            currency=thing.get("currencyCode"),
        )

    def _location(self, thing: Thing, business: Thing) -> AnyRecord:
        self._only(thing, _LOCATION, "_embedded.businessList[].businessLocations[]")
        return self._record(
            LocationRecord,
            businessLocationId=thing.get("blID", thing.get("blId")),
            businessId=business.get("businessId"),
            name=thing.get("blName"),
            country=thing.get("country"),
            timezone=thing.get("timezone"),
            currency=business.get("currencyCode"),
        )

    def _tax_rate(self, thing: Thing) -> AnyRecord:
        self._only(thing, _TAX_RATE, "_embedded.taxRateList[]")
        rate = thing.get("rate")
        if isinstance(rate, int | Decimal) and not isinstance(rate, bool):
            rate = f"{rate:f}" if isinstance(rate, Decimal) else str(rate)
        return self._record(TaxRateRecord, **self._here(), **(thing | {"rate": rate}))

    def _payment_method(self, thing: Thing) -> AnyRecord:
        self._only(thing, _PAYMENT_METHOD, "_embedded.paymentMethodList[]")
        fields = {name: value for name, value in thing.items() if name != "pmId"}
        return self._record(
            PaymentMethodRecord, **self._here(), paymentMethodId=thing.get("pmId"), **fields
        )

    def _accounting_group(self, thing: Thing) -> AnyRecord:
        self._only(thing, _ACCOUNTING_GROUP, "_embedded.accountingGroupList[]")
        fields = {name: value for name, value in thing.items() if name != "statisticGroup"}
        if isinstance(thing.get("statisticGroup"), str):
            groups = load_json(thing["statisticGroup"].encode() or b"[]")
            known = [self._known(each, Statistic) for each in _listed("statisticGroup", groups)]
            fields["statisticGroups"] = known
        return self._record(AccountingGroupRecord, **self._here(), **fields)

    def _item(self, thing: Thing) -> AnyRecord:
        return self._record(ItemRecord, **self._here(), item=self._known(thing, Item))

    def _sale_maker(self, body: Thing) -> Callable[[Thing], AnyRecord]:
        location = body.get("businessLocationId", self.location)
        if self.location is not None and location != self.location:
            problem = f"is {location}, and location {self.location} was asked for"
            raise Unreadable("businessLocationId", problem, "the same location")
        here = self._here(location)
        day = business_date_of(body)
        if day is not None:
            here["businessDate"] = day.isoformat()
        return lambda thing: self._record(SaleRecord, **here, sale=self._known(thing, Sale))

    def _here(self, location: int | None = None) -> Thing:
        known = self.location if location is None else location
        if known is None:
            cure = "--location with the business location's id"
            raise Unreadable("", "the answer does not say which location it belongs to", cure)
        return {"businessLocationId": _whole(known)}

    def _record(self, kind: type[Any], **fields: Any) -> AnyRecord:
        present = {name: _whole(value) for name, value in fields.items() if value is not None}
        record = {"recordedAt": self.recorded_at, **present}
        try:
            return msgspec.convert(record, kind)  # type: ignore[no-any-return]
        except msgspec.ValidationError as error:
            raise explain(error) from error

    def _only(self, thing: Thing, names: tuple[str, ...], path: str) -> None:
        for name in [name for name in thing if name not in names]:
            self.left_out.add(f"{path}.{name}")
            del thing[name]

    def _known(self, value: Any, kind: type[msgspec.Struct], path: str = "") -> Any:
        """The value with the fields the struct knows, spelled as there, and nothing null."""
        if not isinstance(value, dict):
            return value
        shape = _shape(kind)
        kept = {}
        for given, each in value.items():
            name = _SPELLINGS.get(given, given)
            if name not in shape:
                self.left_out.add(f"{path or kind.__name__.lower()}.{given}")
            elif each is not None:
                kept[name] = self._within(each, shape[name], f"{path or ''}{name}")
        return kept

    def _within(self, value: Any, kind: type[msgspec.Struct] | None, path: str) -> Any:
        if kind is None:
            return value if isinstance(value, dict | list) else _whole(value)
        if isinstance(value, list):
            return [self._known(each, kind, f"{path}[]") for each in value]
        return self._known(value, kind, path)


def _checked(thing: Any, make: Callable[[Thing], AnyRecord]) -> AnyRecord:
    if not isinstance(thing, dict):
        raise Unreadable("", "is not an object", "an object as published")
    refuse_nul(thing)
    record = make(thing)
    check_record(record, lenient=True)
    return record


def business_date_of(body: Thing) -> date | None:
    """The business date of an answer about one day: the day before its next start of day.

    None for an answer about a range, whose sales fall on the days of their closing times.
    """
    next_start = body.get("nextStartOfDayAsIso8601")
    href = _inside(_inside(body.get("_links"), "self"), "href")
    is_v2 = "businessLocationId" not in body and "nextPageToken" not in body
    if not isinstance(next_start, str) or not ("/dailyFinancials" in str(href) or is_v2):
        return None
    try:
        # As the location's clock has it: the date before any change to UTC.
        return date.fromisoformat(next_start[:10]) - ONE_DAY
    except (ValueError, OverflowError):
        return None


def _inside(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else None


def _listed(path: str, things: Any) -> list[Any]:
    if not isinstance(things, list):
        raise Unreadable(path, "is not a list", "a list as published")
    return things


def _whole(value: Any) -> Any:
    """Ids are `number` in the description, so 12.0 is one as well."""
    if isinstance(value, Decimal) and value.adjusted() < 20 and value == value.to_integral_value():
        return int(value)
    return value


@cache
def _shape(kind: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct] | None]:
    """The fields of a struct by their name on the wire, with the struct they hold, if any."""
    fields = type_info(kind).fields  # type: ignore[attr-defined]
    return {field.encode_name: _struct_in(field.type) for field in fields}


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    for choice in getattr(kind, "types", (kind,)):
        inner = getattr(choice, "item_type", choice)
        found: type[msgspec.Struct] | None = getattr(inner, "cls", None)
        if found is not None and issubclass(found, msgspec.Struct):
            return found
    return None
