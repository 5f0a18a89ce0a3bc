"""The steps of the way as people do them on pages; each ends where its page says it was done."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.journeys.person import Person

SAVE, SAVE_AND_CHECK = "Save and go on", "Save and check"
QUAYSIDE, HARBOUR = "Heron & Thistle Quayside", "Heron & Thistle Harbour Road"
FRANCHISEE = "Saltmarsh Hospitality Ltd"
CONFIRMATIONS = (
    "The access is read-only",
    "The integration serves this business only",
    "The business builds and maintains it",
    "It is not resold",
    "The platform gives no development support",
)
SIGNATORY: Mapping[str, str] = {
    "Full name": "Signe Holm",
    "Role in your business": "managing director",
    "E-mail address": "signe@heron.example",
}
TECHNICAL_CONTACT: Mapping[str, str] = {
    "Full name": "Ines Okafor",
    "E-mail address": "ines@okafor.example",
    "Their company": "Okafor Programs",
}


class Credentials(NamedTuple):
    """What the technical contact was shown."""

    client_id: str
    secret: str


def prepare(merchant: Person) -> None:
    """Overview read and acknowledged, wishes checked; from home to home."""
    merchant.follow("Open the overview")
    merchant.sees("read-only")
    merchant.press("I have read this")
    merchant.reads("Check what is feasible next")
    merchant.follow("Check your wishes")
    merchant.tick("Export every sale with its lines")
    merchant.fill({"Something else": "Change prices from our web shop"})
    merchant.press("Check")
    merchant.reads("1 of 2 wishes possible")
    merchant.follow("Your access")


def fill_in_request(merchant: Person) -> None:
    """Every step of the form, for two locations of which a franchisee runs one."""
    merchant.press("Start the request")
    merchant.fill({"What do you call it?": "Nightly journal"})
    merchant.tick("This business only")
    merchant.press(SAVE)
    choose_locations(merchant)
    merchant.reads("What is the data for?")
    merchant.tick("Financial API", "Items API")
    merchant.fill({"What do you want to do": "Post each closed day.", "Which systems": "Our books"})
    merchant.press(SAVE)
    merchant.reads("How often will it call?")
    merchant.fill({"About how many calls": "400"})
    merchant.press(SAVE)
    merchant.reads("Does it need data about people?")
    merchant.press(SAVE)
    merchant.reads("Who signs the agreement?")
    merchant.fill(SIGNATORY)
    merchant.tick("This person has authority")
    merchant.press(SAVE)
    merchant.reads("Who gets the credentials?")
    merchant.fill(TECHNICAL_CONTACT)
    merchant.tick("This is a developer from outside")
    merchant.press(SAVE)
    confirm(merchant)


def choose_locations(merchant: Person) -> None:
    """The consent of the franchisee is asked for, and what was chosen stays meanwhile."""
    merchant.reads("Which locations may it read?")
    merchant.tick(QUAYSIDE, HARBOUR)
    merchant.press(SAVE)
    merchant.sees("need another look")
    merchant.fill({f"Who agreed at {FRANCHISEE}?": "Pat Muir, director"})
    merchant.fill({"When did they agree?": "2026-01-15"})
    merchant.press(SAVE)


def confirm(merchant: Person, button: str = SAVE) -> None:
    """The last step of the form."""
    merchant.reads("What have you understood?")
    merchant.tick(*CONFIRMATIONS)
    merchant.press(button)
    merchant.reads("Check your answers")


def send(merchant: Person) -> None:
    """From all answers to the review."""
    merchant.press("Send the request")
    merchant.reads("Your request is with Partner Services")


def price_and_send(manager: Person, signatory: str, *, discount: str = "") -> None:
    """From the mail that asks for a price to the agreement that is out for signature."""
    manager.follow_mail("waits for its price")
    price(manager, signatory, discount=discount)


def price(manager: Person, signatory: str, *, discount: str = "") -> None:
    """From the page of the request to the agreement that is out for signature."""
    manager.reads("This request is to be priced")
    if discount:
        manager.fill({"Discount in percent": discount, "Why there is a discount": "Opening offer"})
    manager.press("Set this price")
    manager.reads("Priced, and ready to be sent")
    manager.press("Send for signature")
    manager.reads(f"Waiting for {signatory} to sign")


def prove_signatory(signatory: Person) -> None:
    """From the mail to the agreement: the code is what stands between."""
    signatory.follow_mail("to read and sign")
    signatory.reads("An agreement waits for your signature")
    signatory.press("Send me a code")
    signatory.fill({"The code from the mail": signatory.mail("Your code for the agreement").code})
    signatory.press("Go on")
    signatory.reads("Read the agreement, then sign or decline")


def sign(signatory: Person) -> None:
    """Read, agreed, with authority, by name."""
    signatory.tick("I have read the agreement", "I agree to them", "I have authority to sign")
    signatory.fill({"Your full name": signatory.name})
    signatory.press("Sign the agreement")
    signatory.reads("You have signed")


def download(person: Person, link: str) -> bytes:
    """The PDF behind a link of the page."""
    found = person.page.locator("main").get_by_role("link", name=link, exact=True)
    answer = person.context.request.get(found.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    return bytes(answer.body())


def approve(reviewer: Person) -> None:
    """From the page of a request that is signed to the approval."""
    reviewer.press("Approve")
    reviewer.reads(": approved")


def take_credentials(contact: Person) -> Credentials:
    """From the one-time link, by a code, to the secret."""
    contact.follow_mail("Credentials for")
    contact.reads("The credentials wait for you")
    contact.press("Send me a code")
    contact.fill({"The code from the mail": contact.mail("Your code for the credentials").code})
    contact.press("Show the credentials")
    contact.reads("Store these now")
    shown = [contact.page.locator(f"#client-{each}").inner_text() for each in ("id", "secret")]
    return Credentials(*shown)
