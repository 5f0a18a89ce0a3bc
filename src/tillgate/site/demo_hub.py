"""What the demo's Integration Hub holds, and who asks about the Partner Program; all invented."""

from datetime import date

from tillgate.directory.models import Person
from tillgate.hub.acts.enquiries import EnquiryFacts, file_enquiry
from tillgate.hub.acts.integrations import (
    IntegrationFacts,
    add_public_integration,
    list_public_integration,
)
from tillgate.hub.models import Category, PartnerEnquiry, PublicIntegration

_FACTS: dict[str, IntegrationFacts] = {
    "nightfold": IntegrationFacts(
        name="Nightfold",
        provider="Nightfold Hotel Systems",
        summary="Puts what guests eat and drink on the bill of their room.",
        description="""# At the table

The waiter chooses the room and sees whose it is. The guest pays at check-out.

# At the desk

- each receipt stands on the bill of the stay, line by line
- breakfast that is part of the rate is not charged twice
- the night audit takes over the totals of the business day""",
        categories=[Category.PROPERTY_MANAGEMENT, Category.PAYMENTS],
        countries=["AT", "CH", "DE", "FR", "IT"],
        website="https://nightfold.example/",
        contact="hello@nightfold.example",
        validated_on=date(2026, 3, 12),
    ),
    "quayside-stay": IntegrationFacts(
        name="Quayside Stay",
        provider="Quayside Software",
        summary="Room charge and table bookings for small hotels with a restaurant.",
        description="""For houses with **up to 40 rooms**.

Guests book their table when they book the room. What they have is charged to the room or paid at
the table, as they like.""",
        categories=[Category.PROPERTY_MANAGEMENT, Category.RESERVATIONS],
        countries=["BE", "GB", "IE", "NL"],
        website="https://quayside-stay.example/",
        contact="support@quayside-stay.example",
        validated_on=date(2026, 6, 2),
    ),
    "tafelrunde": IntegrationFacts(
        name="Tafelrunde",
        provider="Runde & Compagnie",
        summary="Online reservations that know when a table is free.",
        description="""Guests book on your website, day and night.

1. The plan of your tables is taken over from the till.
2. A table that has paid is free again, without anybody touching the book.
3. Guests are reminded by message, so that fewer tables stay empty.""",
        categories=[Category.RESERVATIONS],
        countries=["AT", "CH", "DE"],
        website="https://tafelrunde.example/",
        contact="hallo@tafelrunde.example",
        validated_on=date(2026, 1, 20),
    ),
    "second-seating": IntegrationFacts(
        name="Second Seating",
        provider="Second Seating",
        summary="Reservations, a waiting list, and deposits for large parties.",
        description="""Walk-ins leave their number and are called when their table is ready.

Deposits of large parties are set off against the bill.""",
        categories=[Category.RESERVATIONS, Category.PAYMENTS],
        countries=[],
        website="https://second-seating.example/",
        contact="team@second-seating.example",
        validated_on=date(2026, 8, 5),
    ),
    "larder-count": IntegrationFacts(
        name="Larder Count",
        provider="Larder Works",
        summary="Stock that goes down with each dish sold, and orders what runs low.",
        description="""Give each dish its recipe once. From then on:

- every dish sold takes its ingredients from the stock
- counting takes minutes, with a phone and without paper
- suppliers get your order when the stock falls below your mark

| for | how |
|---|---|
| kitchens | recipes with losses |
| bars | bottles by weight |""",
        categories=[Category.INVENTORY],
        countries=[],
        website="https://larder-count.example/",
        contact="help@larder-count.example",
        validated_on=date(2026, 2, 9),
    ),
    "cellarhand": IntegrationFacts(
        name="Cellarhand",
        provider="Cellarhand",
        summary="Wine lists, cellar stock and margins by bottle and by glass.",
        description="""The list on the table, in the till and on your website is the same list.

A bottle that is gone is off all three.""",
        categories=[Category.INVENTORY, Category.ANALYTICS],
        countries=["ES", "FR", "IT", "PT"],
        website="https://cellarhand.example/",
        contact="bonjour@cellarhand.example",
        validated_on=date(2026, 9, 30),
    ),
    "plain-ledger": IntegrationFacts(
        name="Plain Ledger",
        provider="Plain Ledger",
        summary="Posts every closed business day to your accounts, by tax rate and tender.",
        description="""One entry a day and location, made when the day is closed.

You choose the account for each accounting group once. Differences in cash stand on a line of their
own, so that nobody has to look for them.""",
        categories=[Category.ACCOUNTING],
        countries=[],
        website="https://plain-ledger.example/",
        contact="books@plain-ledger.example",
        validated_on=date(2026, 4, 17),
    ),
    "comptoir-clair": IntegrationFacts(
        name="Comptoir Clair",
        provider="Clair & Filles",
        summary="The monthly journal de comptabilité, as French and Belgian tax advisers want it.",
        description="""For businesses in France and Belgium.

Your tax adviser gets the journal in the form they work with, each month, without a call.""",
        categories=[Category.ACCOUNTING, Category.ANALYTICS],
        countries=["BE", "FR"],
        website="https://comptoir-clair.example/",
        contact="contact@comptoir-clair.example",
        validated_on=date(2026, 5, 28),
    ),
    "door-and-plate": IntegrationFacts(
        name="Door & Plate",
        provider="Door & Plate",
        summary="Orders from your own website straight to the kitchen, to collect or to deliver.",
        description="""Your menu with today's prices, without typing it twice.

An order that is paid prints in the kitchen like any other. Riders are yours, or those of a
delivery service of your choice.""",
        categories=[Category.ONLINE_ORDERING, Category.DELIVERY],
        countries=["BE", "DE", "FR", "GB", "NL"],
        website="https://door-and-plate.example/",
        contact="hello@door-and-plate.example",
        validated_on=date(2026, 7, 14),
    ),
    "scan-and-sup": IntegrationFacts(
        name="Scan & Sup",
        provider="Sup Labs",
        summary="Guests order and pay at the table with their own phone.",
        description="""A sign on the table, no app. Guests add to the same bill from several phones
and pay for it together or apart.

Regulars collect points with every visit.""",
        categories=[Category.ONLINE_ORDERING, Category.PAYMENTS, Category.LOYALTY],
        countries=[],
        website="https://scan-and-sup.example/",
        contact="care@scan-and-sup.example",
        validated_on=date(2026, 10, 6),
    ),
    "turnus": IntegrationFacts(
        name="Turnus",
        provider="Turnus Planung",
        summary="Rotas by expected sales, hours worked, and what a shift costs.",
        description="""Turnus expects tomorrow's sales from past weeks and says how many people you
need, hour by hour.

Hours worked go to payroll at the end of the month.""",
        categories=[Category.STAFF_SCHEDULING, Category.ANALYTICS],
        countries=["AT", "CH", "DE"],
        website="https://turnus.example/",
        contact="dienst@turnus.example",
        validated_on=date(2026, 8, 21),
    ),
    # Not validated yet, so that the operator's list has something that waits.
    "punchcard": IntegrationFacts(
        name="Punchcard",
        provider="Punchcard",
        summary="A stamp for each coffee, on the guest's phone.",
        description="The tenth coffee is free, and the till knows.",
        categories=[Category.LOYALTY],
        countries=["GB", "IE"],
        website="https://punchcard.example/",
        contact="ten@punchcard.example",
    ),
}


def fill_hub(actor: Person) -> None:
    """Add and list the demo's integrations that are not there yet; the actor is an operator."""
    there = set(PublicIntegration.objects.values_list("slug", flat=True))
    for slug, facts in _FACTS.items():
        if slug in there:
            continue
        made = add_public_integration(slug=slug, facts=facts, actor=actor)
        if facts.validated_on:
            list_public_integration(integration=made, actor=actor)


def ask_about_partner_program(actor: Person) -> PartnerEnquiry:
    """An enquiry that waits to be read; asking it again returns the same one."""
    facts = EnquiryFacts(
        name=actor.get_full_name(),
        company="Saltmeadow Software",
        website="https://saltmeadow.example/",
        builds="A forecast of tomorrow's guests from weather and past sales, for any restaurant."
        " It reads each closed business day and writes nothing.",
        serves_several_merchants=True,
        wants_listing=True,
        merchants_expected=60,
        locations_expected=140,
    )
    return file_enquiry(facts=facts, actor=actor)
