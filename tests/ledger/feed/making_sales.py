"""Any sale a back office could write, for property tests."""

from typing import Any

from hypothesis import strategies as st

Thing = dict[str, Any]

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
keys = st.text("ABCdef0189-_=.", min_size=1, max_size=12)
ids = st.integers(1, 2**63 - 1)


def amounts(places: int, digits: int = 6) -> st.SearchStrategy[str]:
    """Decimal strings as a careless writer makes them: zeros in front, fewer places, minus zero."""
    whole = st.from_regex(rf"-?0{{0,2}}[0-9]{{1,{digits}}}", fullmatch=True)
    tail = st.from_regex(rf"(\.[0-9]{{1,{places}}})?", fullmatch=True)
    return st.builds(lambda one, two: one + two, whole, tail)


instants = st.builds(
    lambda minute, second, fraction, zone: f"2026-03-14T12:{minute:02}:{second:02}{fraction}{zone}",
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", ".5", ".250", ".123", ".000", ".123456"]),
    st.sampled_from(["Z", "+00:00", "-05:00", "+05:30"]),
)

categories = st.fixed_dictionaries({"category": texts, "value": texts})

tax_lines = st.fixed_dictionaries(
    {
        "taxCode": texts,
        "taxRate": st.sampled_from(["1.2", "1.20", "1", "1.09975", "001.055"]),
        "taxAmount": amounts(6),
        "taxIncluded": st.booleans(),
    },
    optional={"taxId": texts},
)

staff = {"staffId": ids, "staffName": texts}
revenue_center = {"revenueCenter": texts, "revenueCenterId": ids}


def lines(number: int) -> st.SearchStrategy[Thing]:
    return st.fixed_dictionaries(
        {
            "id": st.just(f"S1.{number}"),
            "totalNetAmountWithTax": amounts(6),
            "totalNetAmountWithoutTax": amounts(6),
            "taxAmount": amounts(6),
            "quantity": amounts(3, digits=4),
            "currency": st.just("GBP"),
        },
        optional={
            "parentLineId": keys,
            "menuListPrice": amounts(2),
            "discountAmount": amounts(6),
            "serviceCharge": amounts(2),
            "serviceChargeType": st.sampled_from(["UNTAXED", "APPORTIONED"]),
            "taxLines": st.lists(tax_lines, max_size=2),
            "accountingGroup": st.fixed_dictionaries({"accountingGroupId": ids, "name": texts}),
            "tags": st.lists(texts, max_size=2),
            "categories": st.lists(categories, max_size=2),
            "timeOfSale": instants,
            "voidReason": texts,
            "accountProfileCode": texts,
        }
        | staff
        | revenue_center,
    )


def payments(number: int) -> st.SearchStrategy[Thing]:
    return st.fixed_dictionaries(
        {
            "code": texts,
            "netAmountWithTax": amounts(2),
            "currency": st.just("GBP"),
            "uuid": st.just(f"uuid-{number}"),
        },
        optional={
            "tip": amounts(2),
            "deviceId": ids | st.just("72676") | st.just("till"),
            "consumer": st.fixed_dictionaries({}, optional={"firstName": texts, "email": texts}),
            "authorization": texts,
            "fiscDate": instants,
            "roundingAmount": amounts(2),
        }
        | staff
        | revenue_center,
    )


def _up_to_two(make: Any) -> st.SearchStrategy[list[Thing]]:
    return st.integers(0, 2).flatmap(lambda count: st.tuples(*map(make, range(count))).map(list))


def sales(number: int = 1) -> st.SearchStrategy[Thing]:
    return st.fixed_dictionaries(
        {
            "accountReference": st.just(f"reference-{number}"),
            "accountFiscId": st.just(f"A1.{number}"),
            "timeOfCloseAndPaid": instants,
            "type": st.sampled_from(["SALE", "REFUND", "VOID", "CROSS_BL"]),
        },
        optional={
            "salesLines": _up_to_two(lines),
            "payments": _up_to_two(payments),
            "timeOfOpening": instants,
            "source": st.fixed_dictionaries({"initialAccountId": keys}),
            "cancelled": st.booleans(),
            "tableNumber": texts,
            "tableName": texts,
            "accountProfileCode": texts,
            "ownerName": texts,
            "ownerId": ids,
            "externalReferences": st.lists(keys, max_size=2),
            "nbCovers": st.sampled_from([0, 2, 2.0, 1.5]),
            "dineIn": st.booleans(),
        },
    )
