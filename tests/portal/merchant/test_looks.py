"""The merchant's pages in a real browser: pictures, axe, narrow windows; and without script."""

from typing import Any

import psycopg
import pytest
from tests.access.world import make_person
from tests.portal.pages_harness import Eye
from tests.programme import way
from tests.programme.way import Cast

from tillgate.programme.acts import preparation, request, review

WISHES = ["journal", "payments", "write_prices", "reservations"]


@pytest.fixture
def franchised(committed_cast: Cast, owner_url: str) -> Cast:
    """The business has names as people know them, and a franchisee runs its second location."""
    cast = committed_cast
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE directory_business SET name = 'Harbour Street Kitchens' WHERE business_id = %s",
            (cast.shop.business_id,),
        )
        for pk, name, run_by in zip(
            cast.shop.locations,
            ["Harbour Street", "Station Arcade"],
            ["", "Arcade Foods"],
            strict=True,
        ):
            connection.execute(
                "UPDATE directory_businesslocation SET name = %s, franchisee = %s"
                " WHERE business_location_id = %s",
                (name, run_by, pk),
            )
    return cast


def consents(cast: Cast) -> dict[str, object]:
    return {str(cast.shop.locations[1]): {"by": "Ada Moreno, franchisee", "on": "2026-11-02"}}


def test_before_there_is_a_request(franchised: Cast, eye: Eye) -> None:
    cast = franchised
    eye.look_at("/", "merchant-landing")
    newcomer = make_person("nora")
    eye.look_at("/", "merchant-newcomer", person=newcomer)
    page = eye.look_at("/interest/", "merchant-interest", person=newcomer)
    page.get_by_label("Business", exact=True).fill("Quay & Sons")
    page.get_by_role("button", name="Register interest").click()
    eye.check(page, "merchant-interest-wrong")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Register interest").click()
    eye.check(page, "merchant-interest-registered")
    eye.look_at("/", "merchant-home-first", person=cast.owner)
    page = eye.look_at("/overview/", "merchant-overview", person=cast.owner)
    page.get_by_role("button", name="I have read this").click()
    eye.check(page, "merchant-home-read")
    page = eye.look_at("/feasibility/", "merchant-feasibility", person=cast.owner)
    for words in ("Book each day", "Change prices", "Take table reservations"):
        page.get_by_label(words).check()
    page.get_by_label("Something else").fill("Send a birthday present")
    page.get_by_role("button", name="Check").click()
    eye.check(page, "merchant-feasibility-result")
    eye.look_at("/people/", "merchant-people", person=cast.owner)


def test_the_form(franchised: Cast, eye: Eye) -> None:
    cast = franchised
    page = eye.look_at("/requests/", "merchant-requests-none", person=cast.owner)
    page.get_by_role("button", name="Start a request").click()
    number = page.url.split("/")[4]
    for step in ("business", "locations", "purpose", "volume", "personal"):
        eye.look_at(f"/requests/{number}/form/{step}/", f"merchant-form-{step}", person=cast.owner)
    for step in ("signatory", "technical", "confirmations", "check"):
        eye.look_at(f"/requests/{number}/form/{step}/", f"merchant-form-{step}", person=cast.owner)
    page.get_by_label("Several merchants").check()
    page.get_by_role("button", name="Save and go on").click()
    eye.check(page, "merchant-form-business-wrong")
    page.goto(f"/requests/{number}/form/locations/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Save and go on").click()
    eye.check(page, "merchant-form-locations-wrong")


def test_the_page_of_a_request(franchised: Cast, eye: Eye) -> None:
    cast = franchised
    way.prepare(cast.owner)
    preparation.check_feasibility(
        wishes=WISHES, free_text="", actor=cast.owner, business_id=cast.shop.business_id
    )
    draft = way.drafted(cast, consents=consents(cast))
    eye.look_at(f"/requests/{draft.number}/form/check/", "merchant-check", person=cast.owner)
    eye.look_at(
        f"/requests/{draft.number}/form/check/", "merchant-check-member", person=cast.member
    )
    eye.look_at("/", "merchant-draft", person=cast.owner)
    sent = request.submit_request(request=draft, actor=cast.owner)
    eye.look_at("/", "merchant-submitted", person=cast.owner)
    agreement = way.sale.price_request(
        request=sent,
        currency="EUR",
        discount_percent=way.Decimal(10),
        discount_reason="First year",
        actor=cast.manager,
    )
    way.sale.send_agreement(agreement=agreement, actor=cast.manager)
    eye.look_at("/", "merchant-to-sign", person=cast.owner)
    way.sign(agreement)
    eye.look_at("/", "merchant-signed", person=cast.owner)
    eye.look_at("/", "merchant-signed-member", person=cast.member)
    review.ask_information(
        request=sent, words="Where will the bookkeeping be hosted?", actor=cast.reviewer
    )
    page = eye.look_at("/", "merchant-asked", person=cast.owner)
    page.get_by_role("button", name="Send the answer").click()
    eye.check(page, "merchant-asked-wrong")
    page.get_by_label("Your answer").fill("On a server in our office.")
    page.get_by_role("button", name="Send the answer").click()
    sent.refresh_from_db()
    review.approve_request(request=sent, words="", actor=cast.reviewer)
    eye.look_at("/", "merchant-approved", person=cast.owner)
    eye.look_at("/requests/", "merchant-requests", person=cast.owner)


def test_a_denial(franchised: Cast, eye: Eye) -> None:
    cast = franchised
    sent = way.submitted(cast, consents=consents(cast))
    review.decline_request(
        request=sent,
        reason="purpose_unclear",
        words="We do not see what the program does with staff names.",
        actor=cast.reviewer,
    )
    eye.look_at("/", "merchant-declined", person=cast.owner)


def test_the_whole_form_works_without_script(franchised: Cast, eye: Eye) -> None:
    cast = franchised
    page = eye.open("/overview/", person=cast.owner, java_script_enabled=False)
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("link", name="Check your wishes").click()
    page.get_by_label("Book each day").check()
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("link", name="Your access").click()
    page.get_by_role("button", name="Start the request").click()
    for fill in FILLED:
        fill(page)
        page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Send the request").click()
    assert page.get_by_role("heading", level=1).inner_text() == (
        "Your request is with Partner Services"
    )
    assert "Ada Moreno" in page.content()


def _business(page: Any) -> None:
    page.get_by_label("What do you call it?").fill("Nightly journal")
    page.get_by_label("This business only").check()


def _locations(page: Any) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Who agreed at Arcade Foods?").fill("Ada Moreno")
    page.get_by_label("When did they agree?").fill("2026-11-02")


def _purpose(page: Any) -> None:
    page.get_by_label("Financial API").check()
    page.get_by_label("What do you want to do with the data?").fill("Post each day.")
    page.get_by_label("Which systems does it go to?").fill("Our bookkeeping")


def _volume(page: Any) -> None:
    page.get_by_label("About how many calls a day?").fill("200")


def _personal(page: Any) -> None:
    """Nothing is needed."""


def _signatory(page: Any) -> None:
    page.get_by_label("Full name").fill("Maya Lindqvist")
    page.get_by_label("Role in your business").fill("owner")
    page.get_by_label("E-mail address").fill("maya@lindqvist.example")
    page.get_by_label("This person has authority").check()


def _technical(page: Any) -> None:
    page.get_by_label("Full name").fill("Ines Okafor")
    page.get_by_label("E-mail address").fill("ines@okafor.example")


def _confirmations(page: Any) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()


FILLED = (
    *(_business, _locations, _purpose, _volume),
    *(_personal, _signatory, _technical, _confirmations),
)
