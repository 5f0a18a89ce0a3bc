"""How the demo's restaurant group has its days booked: one version, kept by a member of it.

One thing is left without an account on purpose, so that suspense has something to show.
"""

from collections.abc import Iterator

from tillgate.directory.models import Person
from tillgate.directory.queries import business_by_id
from tillgate.journal.acts import keep_mapping
from tillgate.journal.mapping import Account, Corrections, Kind, Mapping, Places, Rule, What
from tillgate.journal.things import Mappable, things_to_map

_ASSETS = (
    *(("1000-CASH", "Cash in tills"), ("1100", "Guests on account"), ("1200-CARD", "Cards")),
    *(("1210", "Online orders on the way"), ("1220", "Meal vouchers to cash in")),
    ("1999", "Suspense"),
)
_LIABILITIES = (("2100", "Gift cards not redeemed yet"), ("2300", "Tips owed to staff"))
_TAXES = (
    *(("2200-20", "VAT 20%, United Kingdom"), ("2200-05", "VAT 5%, United Kingdom")),
    *(("2200-23", "VAT 23%, Ireland"), ("2200-13", "VAT 13.5%, Ireland")),
    *(("445710", "TVA 20 %"), ("445711", "TVA 10 %"), ("445712", "TVA 5,5 %")),
    *(("2310-STATE", "State sales tax"), ("2310-CITY", "City restaurant tax")),
    *(("2320-TPS", "GST / TPS"), ("2320-TVQ", "QST / TVQ")),
)
_INCOME = (
    *(("4000", "Food"), ("4100", "Drinks without alcohol"), ("4200", "Drinks with alcohol")),
    *(("4060", "Shop"), ("4800", "Service charges")),
)
# By the code of the accounting group: many groups go to one account.
_GROUPS = {
    **dict.fromkeys(("4000", "4005"), "4000"),
    **dict.fromkeys(("4020", "4025"), "4100"),
    **dict.fromkeys(("4030", "4035", "4040"), "4200"),
}
_OTHERS = {
    What.TIPS: "2300",
    What.SERVICE_CHARGE: "4800",
    What.SURCHARGES: "7000",
    What.ROUNDING: "7900",
}


def keep_demo_mapping(business_id: int, person: Person) -> Mapping:
    """Keep the first version of a business that books as the simulated group does."""
    business = business_by_id(business_id)
    assert business is not None, "the demo's business was fed"
    draft = Mapping(
        version=0,
        accounts=list(_accounts()),
        rules=[rule for thing in things_to_map(business) for rule in _rules(thing)],
        suspense="1999",
        corrections=Corrections.OPEN_PERIOD,
        places=Places.CENTS,
    )
    return keep_mapping(person=person, business=business, draft=draft, based_on=0)


def _accounts() -> Iterator[Account]:
    for kind, accounts, parent in (
        (Kind.ASSET, _ASSETS, ""),
        (Kind.LIABILITY, _LIABILITIES, ""),
        (Kind.LIABILITY, (("2200", "Taxes owed"),), ""),
        (Kind.LIABILITY, _TAXES, "2200"),
        (Kind.INCOME, _INCOME, ""),
        (Kind.EXPENSE, (("7000", "Card charges"), ("7900", "Rounding")), ""),
    ):
        for code, name in accounts:
            yield Account(code=code, name=name, kind=kind, parent=parent)


def _rules(each: Mappable) -> Iterator[Rule]:
    thing = each.thing
    account = _OTHERS.get(thing.what, "")
    if thing.what is What.SALES:
        account = _GROUPS.get(thing.reference, "")
    if thing.what is What.TENDER and thing.key and not thing.reference:
        account = "1220"
    if account:
        yield from (Rule(thing.what, key, account) for key in each.keys)
