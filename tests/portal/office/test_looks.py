"""The pages of the platform's own people, seen with a real browser."""

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from tests.access.world import Shop, make_person
from tests.hub.cast import operator
from tests.portal.pages_harness import Eye
from tests.programme.conftest import forget
from tests.programme.way import Cast, answers_for, fill, make_cast, make_staff, sign

from tillgate.directory.models import MerchantAccount, StaffRole
from tillgate.programme.acts import interest, preparation, request, review, sale
from tillgate.programme.models import AccessRequest, Agreement, Interest

WISHES = "Post sales to accounting. Change prices from the web shop."


@pytest.fixture
def scene(
    committed_cast: Cast, shops: tuple[Shop, Shop], owner_url: str
) -> Iterator[tuple[Cast, Cast]]:
    """Two merchants with people, one location of the first run by a franchisee."""
    with psycopg.connect(owner_url) as connection:
        for shop, name in zip(shops, ("Harbour Street Kitchens", "Quay Street Café"), strict=True):
            connection.execute(
                "UPDATE directory_business SET name = %s WHERE business_id = %s",
                (name, shop.business_id),
            )
        connection.execute(
            "UPDATE directory_businesslocation SET name = 'Station Arcade',"
            " franchisee = 'Arcade Foods' WHERE business_location_id = %s",
            (shops[0].locations[1],),
        )
    other = make_cast(shops[1])
    yield committed_cast, other
    forget(owner_url)
    MerchantAccount.objects.filter(business_id=shops[1].business_id).delete()


def asked(cast: Cast, **changed: object) -> AccessRequest:
    """A request that was sent, with a feasibility check worth looking at."""
    version = preparation.open_overview(actor=cast.owner)
    preparation.acknowledge_overview(label=version.label, actor=cast.owner)
    preparation.check_feasibility(wishes=[], free_text=WISHES, actor=cast.owner)
    draft = request.start_request(business_id=cast.shop.business_id, actor=cast.owner)
    said = {
        "purpose": "Daily sales journal into our accounting, and the menu into our own web shop.",
        "consents": {str(cast.shop.locations[-1]): {"by": "Aline Roche", "on": "2026-11-05"}},
        **changed,
    }
    fill(draft, answers_for(cast.shop, **said), cast.owner)
    return request.submit_request(request=draft, actor=cast.owner)


def offered(found: AccessRequest, cast: Cast, percent: int = 0) -> Agreement:
    return sale.price_request(
        request=found,
        currency="EUR",
        discount_percent=Decimal(percent),
        discount_reason="First year, as agreed on the phone" if percent else "",
        actor=cast.manager,
    )


def test_the_review_is_fit_to_be_seen(scene: tuple[Cast, Cast], eye: Eye) -> None:
    cast, other = scene
    rae = cast.reviewer
    eye.look_at("/review/", "review-empty", person=rae)
    theirs = asked(other)
    found = asked(cast)
    path = f"/review/{found.number}/"
    eye.look_at(path, "review-unpriced", person=rae)
    agreement = sale.send_agreement(agreement=offered(found, cast, 10), actor=cast.manager)
    eye.look_at(path, "review-unsigned", person=rae)
    sign(agreement)
    eye.look_at("/review/", "review", person=rae)
    page = eye.look_at(path, "review-ready", person=rae)
    page.get_by_text("Decline…").click()
    page.get_by_role("button", name="Decline the request").click()
    eye.check(page, "review-decline-wrong")
    stale = eye.open(path, person=cast.second_reviewer)
    stale.get_by_label("Note").fill("Who runs the web shop?")
    page = eye.open(path, person=rae)
    page.get_by_label("Note").fill("Welcome.")
    page.get_by_role("button", name="Approve").click()
    eye.check(page, "review-approved")
    stale.get_by_role("button", name="Ask for more").click()
    eye.check(stale, "review-decided-already")
    review.ask_information(request=theirs, words="Who maintains it?", actor=rae)
    eye.look_at(f"/review/{theirs.number}/", "review-information-asked", person=rae)
    request.give_information(request=theirs, words="Ines, she built it.", actor=other.owner)
    review.decline_request(
        request=theirs, reason="several_merchants", words="Two businesses use it.", actor=rae
    )
    eye.look_at(f"/review/{theirs.number}/", "review-declined", person=rae)
    eye.look_at("/review/?state=declined", "review-over", person=rae)


def test_the_review_works_without_script(scene: tuple[Cast, Cast], eye: Eye) -> None:
    cast, _other = scene
    found = asked(cast)
    page = eye.open(f"/review/{found.number}/", person=cast.reviewer, java_script_enabled=False)
    page.get_by_text("Decline…").click()
    page.get_by_label("Reason").select_option("purpose_unclear")
    page.get_by_label("In your words").fill("Say what the web shop is.")
    page.get_by_role("button", name="Decline the request").click()
    page.get_by_text("is declined. The merchant is mailed").wait_for()


def test_the_sale_is_fit_to_be_seen(scene: tuple[Cast, Cast], eye: Eye) -> None:
    cast, _other = scene
    dana = cast.manager
    found = asked(cast)
    path = f"/merchants/requests/{found.number}/"
    page = eye.look_at(path, "sale-to-price", person=dana)
    page.get_by_label("Discount in percent").fill("10")
    page.get_by_role("button", name="Set this price").click()
    eye.check(page, "sale-price-wrong")
    page.get_by_label("Why there is a discount").fill("First year")
    page.get_by_role("button", name="Set this price").click()
    eye.check(page, "sale-priced")
    page.get_by_role("button", name="Send for signature").click()
    eye.check(page, "sale-sent")
    page.get_by_text("Make a new offer").click()
    page.get_by_text("History").click()
    eye.check(page, "sale-sent-open")
    sign(Agreement.objects.get())
    eye.look_at(path, "sale-signed", person=dana)
    review.approve_request(request=found, words="", actor=cast.reviewer)
    eye.look_at(path, "sale-approved", person=dana)
    again = asked(cast)
    review.decline_request(
        request=again, reason="authority", words="Ask the owner.", actor=cast.reviewer
    )
    eye.look_at(f"/merchants/requests/{again.number}/", "sale-declined", person=dana)


def test_the_desk_is_fit_to_be_seen(scene: tuple[Cast, Cast], eye: Eye) -> None:
    cast, _other = scene
    dana = cast.manager
    eye.look_at("/merchants/", "merchants-empty", person=dana)
    found = asked(cast)
    for name in ("Ostrand Stays", "Tiny Tables"):
        registered(name)
    Interest.objects.filter(pk=_newest().pk).update(manager=None)
    eye.look_at("/merchants/", "merchants", person=dana)
    sale.send_agreement(agreement=offered(found, cast), actor=dana)
    eye.look_at("/merchants/", "merchants-out", person=dana)
    eye.look_at(f"/merchants/{cast.shop.business_id}/", "merchant", person=dana)
    eye.look_at("/merchants/open/", "interest-lookup", person=dana)
    eye.look_at("/merchants/open/?q=street", "interest-found", person=dana)
    page = eye.look_at(
        f"/merchants/open/?business={cast.shop.business_id}", "interest-open", person=dana
    )
    page.get_by_role("button", name="Open the interest").click()
    eye.check(page, "interest-open-wrong")


def registered(name: str) -> None:
    interest.register_interest(
        business_name=name,
        contact_name="Nia Brandt",
        country="FR",
        locations=3,
        wishes="Our journal, and the menu for our own web shop.",
        actor=make_person("nia"),
    )


def test_an_interest_is_fit_to_be_seen(scene: tuple[Cast, Cast], eye: Eye) -> None:
    cast, _other = scene
    make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    registered("Harbour Street Kitchens")
    found = _newest()
    Interest.objects.update(manager=None)
    dana = cast.manager
    path = f"/merchants/interests/{found.pk}/"
    page = eye.look_at(path, "interest-nobodys", person=dana)
    page.get_by_role("button", name="I look after this").click()
    eye.check(page, "interest-find")
    page.get_by_role("button", name="This is it").click()
    eye.check(page, "interest-send")
    page.get_by_role("button", name="Send overview and form link").click()
    eye.check(page, "interest-sent")
    page.get_by_text("Close this interest").click()
    page.get_by_role("button", name="Close", exact=True).click()
    eye.check(page, "interest-close-wrong")
    page.get_by_label("Why").fill("They use a public integration now.")
    page.get_by_role("button", name="Close", exact=True).click()
    eye.check(page, "interest-closed")


def _newest() -> Interest:
    return Interest.objects.latest("pk")


def test_the_staff_page_is_fit_to_be_seen(scene: tuple[Cast, Cast], eye: Eye) -> None:
    page = eye.look_at("/staff/", "staff", person=operator())
    page.get_by_role("button", name="Give the role").click()
    eye.check(page, "staff-wrong")
