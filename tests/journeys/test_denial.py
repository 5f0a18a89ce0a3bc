"""A request that is declined, mended and sent again: what was said stays, in reach of everybody."""

from tests.journeys import steps
from tests.journeys.installation import Installation
from tests.journeys.person import Person

REASON = "We could not confirm that the signatory may sign for the business."
WORDS = "The company register names Tove Aas; please let her sign."


def test_a_declined_request_is_mended_and_approved_in_the_end(installation: Installation) -> None:
    maya, dana, rae = installation.prepared()
    tove = installation.person("Tove Aas", "tove@heron.example")
    ines = installation.person("Ines Okafor", "ines@okafor.example")

    declined = decline(rae)
    both_are_told(maya, dana)
    start_again(maya)
    change_signatory(maya, tove)
    steps.confirm(maya, steps.SAVE_AND_CHECK)
    steps.send(maya)
    steps.price_and_send(dana, tove.name)
    steps.prove_signatory(tove)
    steps.sign(tove)

    rae.follow_mail("can be approved")
    rae.sees("Other requests of this business", declined)
    rae.follow(declined)
    rae.reads(": declined")
    rae.sees(REASON, WORDS)
    rae.page.go_back()
    steps.approve(rae)

    maya.finds_at_home("Your access is approved")
    steps.take_credentials(ines)
    maya.finds_at_home("You have access")
    the_denial_is_kept(maya, declined)
    assert installation.complaints() == []


def decline(rae: Person) -> str:
    """With a reason of the list and words; returns the number of the request."""
    rae.sign_in()
    rae.reads("1 request waits to be decided")
    number = str(rae.page.locator("main table").get_by_role("link").first.inner_text())
    rae.follow(number)
    rae.page.locator("summary", has_text="Decline…").click()
    rae.press("Decline the request")
    rae.sees("another look")  # a reason and words are wanted
    rae.page.get_by_label("Reason").select_option(label=REASON)
    rae.fill({"In your words": WORDS})
    rae.press("Decline the request")
    rae.reads(": declined")
    return number


def both_are_told(maya: Person, dana: Person) -> None:
    """The merchant with reason, words and advice; the account manager too."""
    letter = maya.mail("is declined")
    assert REASON in letter.text
    assert WORDS in letter.text
    assert "Talk to your account manager" in letter.text
    assert "nothing is charged" in letter.text
    told = dana.mail("is declined")
    assert WORDS in told.text
    dana.sign_in()
    dana.open(told.link)
    dana.reads("Partner Services declined this request")
    maya.sign_in()
    maya.open(letter.link)
    maya.reads("Your request was declined")
    maya.sees(REASON, WORDS, f"Talk to {dana.name} first")


def start_again(maya: Person) -> None:
    """The form begins with the old answers; only the confirmations are asked for anew."""
    maya.press("Start again from these answers")
    maya.reads("What is it, and for whom?")
    assert maya.page.get_by_label("What do you call it?").input_value() == "Nightly journal"
    maya.finds_at_home("Your request is not sent yet")
    maya.follow("Go on")
    maya.reads("1 answer is missing")


def change_signatory(maya: Person, signatory: Person) -> None:
    """The one answer that was the reason."""
    maya.follow("Change Signatory")
    maya.fill({"Full name": signatory.name, "E-mail address": signatory.email})
    maya.press(steps.SAVE_AND_CHECK)
    maya.sees(signatory.email)
    maya.follow("Change Confirmations")


def the_denial_is_kept(maya: Person, declined: str) -> None:
    """Among all requests, with its reason."""
    maya.open("/requests/")
    maya.follow(declined)
    maya.reads("Your request was declined")
    maya.sees(REASON, WORDS)
