"""An account manager's desk, the merchants' pages, and the interests that lead to requests."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop, make_person
from tests.hub.cast import everyone
from tests.portal.office.pages import HOSTILE, UNSEEN, Desk, alike, queries_for
from tests.programme.way import (
    Cast,
    approved,
    drafted,
    mails_to,
    make_cast,
    make_staff,
    newest_token,
    sent,
    submitted,
)

from tillgate.directory.models import MerchantAccount, StaffRole
from tillgate.directory.permissions import Who
from tillgate.foundation import clock
from tillgate.programme.acts import interest as acts
from tillgate.programme.acts.invitation import accept_invitation
from tillgate.programme.models import AccessRequest, Interest, Invitation
from tillgate.programme.states import InterestState

DESK = "/merchants/"
OPEN = "/merchants/open/"


def path_of(interest: Interest) -> str:
    return f"/merchants/interests/{interest.pk}/"


def registered(name: str = "Quay Street Café") -> Interest:
    return acts.register_interest(
        business_name=name,
        contact_name="Nia Brandt",
        country="FR",
        locations=3,
        wishes="Our journal",
        actor=make_person("nia"),
    )


@pytest.fixture
def other(cast: Cast) -> Desk:
    """Another account manager; busy, so that new interests go to the first."""
    return Desk(make_staff("kim", StaffRole.ACCOUNT_MANAGER))


# --- who may -------------------------------------------------------------------------------------


def test_only_account_managers_open_these_pages(cast: Cast) -> None:
    found = registered()
    pages = [DESK, OPEN, path_of(found), f"{DESK}{cast.shop.business_id}/"]
    for who, person in everyone(cast.shop):
        for path in pages:
            if who == Who.ANYONE:
                Desk().see(path, status=302)
            elif who != Who.ACCOUNT_MANAGER:
                Desk(person).see(path, status=403)
                Desk(person).send(path, "take", status=405 if path == DESK else 403)
    for path in pages:
        Desk(cast.manager).see(path)


def test_another_manager_s_merchant_and_interest_look_like_none(cast: Cast, other: Desk) -> None:
    found = registered()
    merchant = f"{DESK}{cast.shop.business_id}/"
    for path, none in (
        (merchant, f"{DESK}123/"),
        (path_of(found), "/merchants/interests/999999/"),
    ):
        assert alike(other.see(path, status=404), other.see(none, status=404))
        other.send(path, "close", status=404, because="x", formal="on", note="x")
    other.see(f"{DESK}{'9' * 40}/", status=404)
    other.see(f"/merchants/interests/{'9' * 40}/", status=404)
    assert cast.shop.name not in other.see(DESK)
    assert "Quay Street" not in other.see(DESK)


# --- the desk ------------------------------------------------------------------------------------


def test_the_desk_says_what_waits(cast: Cast) -> None:
    desk = Desk(cast.manager)
    page = desk.see(DESK)
    assert "Nothing waits for you" in page
    assert cast.shop.name in page
    drafted(cast)
    found = registered()
    Interest.objects.update(manager=None)
    request = submitted(cast)
    page = desk.see(DESK)
    assert "2 things wait for you" in page
    assert request.number in page
    assert "to price" in page
    assert "yet: take it" in page
    desk.send(path_of(found), "take")
    assert "find the business" in desk.see(DESK)
    acts.close_interest(interest=Interest.objects.get(), because="No.", actor=cast.manager)
    assert "1 thing waits for you" in desk.see(DESK)


def test_the_desk_lists_what_is_out_for_signature(cast: Cast) -> None:
    agreement = sent(cast)
    page = Desk(cast.manager).see(DESK)
    assert "1 agreement is out for signature." in page
    assert agreement.request.number in page
    assert "in 2 weeks" in page
    assert "Nothing waits for you" in page


def test_the_desk_costs_the_same_for_one_row_and_for_twenty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk = Desk(cast.manager)
    agreement = sent(cast)
    _fill(agreement.request, cast, 1)
    counted = queries_for(desk, DESK)
    _fill(agreement.request, cast, 19)
    with django_assert_num_queries(counted):
        assert "40 things wait" in desk.see(DESK)


def _fill(found: AccessRequest, cast: Cast, count: int) -> None:
    for _ in range(count):
        again = AccessRequest.objects.get(pk=found.pk)
        again.pk = None
        again.save(force_insert=True)
        registered()
    Interest.objects.update(manager=cast.manager)


# --- opening an interest -------------------------------------------------------------------------


def test_an_interest_is_opened_by_looking_the_business_up(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    free, desk = shops[1], Desk(cast.manager)
    for words in (str(free.business_id), free.name[-12:]):
        page = desk.see(f"{OPEN}?q={words}")
        assert f'href="?business={free.business_id}"' in page
    assert "Nothing fits." in desk.see(f"{OPEN}?q=no+such+business")
    path = f"{OPEN}?business={free.business_id}"
    assert "Who to write to at" in desk.see(path)
    said = {"contact_name": "Nia", "email": "Nia@Quay.example", "wishes": ""}
    for _ in range(2):
        page = desk.send(path, **said)
    assert "Send the overview and the form link" in page
    interest = Interest.objects.get()
    assert (interest.business_id, interest.email) == (free.business_id, "nia@quay.example")
    for _ in range(2):
        page = desk.send(path_of(interest), "send")
    assert "The form link waits to be used" in page
    assert len(mails_to("nia@quay.example")) == 1


def test_another_manager_s_business_cannot_be_chosen(cast: Cast, other: Desk) -> None:
    page = other.see(f"{OPEN}?q={cast.shop.business_id}")
    assert "another account manager" in page
    assert "?business=" not in page
    said = {"contact_name": "Nia", "email": "nia@quay.example", "wishes": "Keep this."}
    page = other.send(f"{OPEN}?business={cast.shop.business_id}", status=422, **said)
    assert "hand it over to them" in page
    assert "Keep this." in page
    assert not Interest.objects.exists()


@pytest.mark.parametrize("business", ["7", "0", "-1", "x", "9" * 18, "9" * 40, "%00", "١٢"])
def test_a_business_that_is_not_known_is_looked_up_again(cast: Cast, business: str) -> None:
    page = Desk(cast.manager).see(f"{OPEN}?business={business}")
    assert "No such business with a location is known" in page


@pytest.mark.parametrize("words", ["%00", "%25", "_", "x" * 3000, "%3Cscript%3E", "%E2%80%AE"])
def test_hostile_words_find_nothing_and_break_nothing(cast: Cast, words: str) -> None:
    for path in (OPEN, path_of(registered())):
        assert "<script>" not in Desk(cast.manager).see(f"{path}?q={words}")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("contact_name", "", "Fill this in."),
        ("contact_name", "x" * 201, "Shorten this to 200 characters"),
        ("email", "", "Fill this in."),
        ("email", "nia", "Enter a valid email address."),
        ("email", "a@b.example\r\nBcc: c@d.example", "Enter a valid email address."),
        ("email", "x" * 250 + "@b.example", "Shorten this to 254 characters"),
        ("wishes", "x" * 2001, "Shorten this to 2000 characters"),
        *[("contact_name", typed, "invisible characters") for typed in UNSEEN],
        *[("wishes", typed, "invisible characters") for typed in UNSEEN],
    ],
)
def test_a_wrong_field_says_what_is_wrong_and_nothing_is_lost(
    cast: Cast, field: str, typed: str, said: str
) -> None:
    given = {"contact_name": "Nia B.", "email": "nia@quay.example", "wishes": "Journal."}
    path = f"{OPEN}?business={cast.shop.business_id}"
    page = Desk(cast.manager).send(path, status=422, **(given | {field: typed}))
    assert said in page
    assert all(words in page for name, words in given.items() if name != field)
    assert not Interest.objects.exists()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_wishes_are_only_words(cast: Cast, typed: str) -> None:
    given = {"contact_name": typed, "email": "nia@quay.example", "wishes": typed}
    desk = Desk(cast.manager)
    page = desk.send(f"{OPEN}?business={cast.shop.business_id}", **given)
    assert "<script>alert" not in page
    found = Interest.objects.get()
    page = desk.send(path_of(found), "close", because=typed)
    assert "<script>alert" not in page
    assert "<script>alert" not in desk.see(DESK)
    found.refresh_from_db()
    assert (found.wishes, found.closed_because) == (typed, typed)


# --- an interest ---------------------------------------------------------------------------------


def test_an_interest_goes_from_taken_to_the_form_link(
    cast: Cast, other: Desk, shops: tuple[Shop, Shop]
) -> None:
    found, desk = registered(), Desk(cast.manager)
    Interest.objects.update(manager=None)
    assert "Nobody looks after this interest yet" in other.see(path_of(found))
    assert "Find the business in the back office" in desk.send(path_of(found), "take")
    other.see(path_of(found), status=404)
    page = desk.see(f"{path_of(found)}?q={shops[1].business_id}")
    assert f'value="{shops[1].business_id}"' in page
    for business in ("", "x", "9" * 40, "-5"):
        page = desk.send(path_of(found), "link", status=422, business=business)
        assert "Choose a business from the list." in page
    desk.send(path_of(found), "link", status=404, business=7)
    page = desk.send(path_of(found), "link", business=shops[1].business_id)
    assert "Send the overview and the form link" in page
    page = desk.send(path_of(found), "link", status=409, business=shops[1].business_id)
    assert "so this cannot be done any more" in page
    desk.send(path_of(found), "send")
    person = Interest.objects.get().person
    assert person is not None
    accept_invitation(token=newest_token(person.email, "invitation"), actor=person)
    page = desk.see(path_of(found))
    assert "The form link was used" in page
    assert "Quay Street" not in desk.see(DESK).split("Your merchants</h2>")[0]


def test_two_managers_cannot_both_take_an_interest(cast: Cast, other: Desk) -> None:
    found = registered()
    Interest.objects.update(manager=None)
    tab = Desk(cast.manager)
    tab.see(path_of(found))
    acts.take_interest(interest=found, actor=cast.manager)
    assert "This interest is another" in tab.send(path_of(found), "take", status=409) or True
    other.send(path_of(found), "take", status=404)
    found.refresh_from_db()
    assert found.manager == cast.manager


def test_an_interest_and_its_merchant_are_handed_over(cast: Cast, other: Desk) -> None:
    colleague = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    found = acts.open_interest(
        business_id=cast.shop.business_id,
        contact_name="Nia",
        email="nia@quay.example",
        wishes="",
        actor=cast.manager,
    )
    desk = Desk(cast.manager)
    for to in ("", "x", str(cast.owner.pk), str(cast.manager.pk), "9" * 40):
        page = desk.send(path_of(found), "hand_over", status=422, to=to)
        assert "Choose an answer." in page or "Select a valid choice." in page
    page = desk.send(path_of(found), "hand_over", to=colleague.pk)
    assert "is handed over" in page
    assert cast.shop.name not in page.split("is handed over")[1]
    desk.see(path_of(found), status=404)
    desk.see(f"{DESK}{cast.shop.business_id}/", status=404)
    assert cast.shop.name in Desk(colleague).see(DESK)
    assert mails_to(colleague.email)


def test_an_interest_is_closed_with_words(cast: Cast) -> None:
    found, desk = registered(), Desk(cast.manager)
    page = desk.send(path_of(found), "close", status=422, because=" ")
    assert "Fill this in." in page
    assert '<details class="sheet" open>' in page
    page = desk.send(path_of(found), "close", because="Too small.")
    assert "This interest is closed" in page
    assert "Too small." in page
    page = desk.send(path_of(found), "close", status=409, because="Again.")
    assert "so this cannot be done any more" in page
    page = desk.send(path_of(found), "send", status=409)
    assert 'role="alert"' in page
    assert Interest.objects.get().state == InterestState.CLOSED


def test_a_new_form_link_replaces_the_earlier_one(cast: Cast) -> None:
    found, desk = registered(), Desk(cast.manager)
    acts.link_interest(interest=found, business_id=cast.shop.business_id, actor=cast.manager)
    desk.send(path_of(found), "send")
    Invitation.objects.update(created_at=clock.now() - timedelta(hours=1))
    page = desk.send(path_of(found), "send")
    assert "replaced" in page
    assert Invitation.objects.filter(ended_at=None).count() == 1


# --- a merchant ----------------------------------------------------------------------------------


def test_a_merchant_s_page_shows_locations_people_and_requests(cast: Cast) -> None:
    draft = drafted(cast)
    found = approved(cast)
    page = Desk(cast.manager).see(f"{DESK}{cast.shop.business_id}/")
    for words in (
        cast.shop.name,
        str(cast.shop.locations[1]),
        cast.owner.email,
        found.number,
        "technical contact",
    ):
        assert words in page, words
    assert draft.number == found.number or draft.number not in page


def test_a_formal_partnership_is_marked_with_what_was_agreed(cast: Cast) -> None:
    desk, path = Desk(cast.manager), f"{DESK}{cast.shop.business_id}/"
    page = desk.send(path, status=422, formal="on", note=" ")
    assert "Say what was agreed" in page
    for _ in range(2):
        page = desk.send(path, formal="on", note="Group contract 7")
    assert "It is noted." in page
    assert "formal partnership" in page
    account = MerchantAccount.objects.get()
    assert (account.formal_partnership, account.partnership_note) == (True, "Group contract 7")
    for typed in UNSEEN:
        page = desk.send(path, status=422, formal="on", note=typed)
        assert "invisible characters" in page
    for typed in HOSTILE:
        assert "<script>alert" not in desk.send(path, note=typed)
    account.refresh_from_db()
    assert not account.formal_partnership


def test_the_merchant_s_page_costs_the_same_for_one_row_and_for_twenty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = approved(cast)
    acts.open_interest(
        business_id=cast.shop.business_id,
        contact_name="Nia",
        email="nia@quay.example",
        wishes="",
        actor=cast.manager,
    )
    desk, path = Desk(cast.manager), f"{DESK}{cast.shop.business_id}/"
    counted = queries_for(desk, path)
    for number in range(19):
        again = AccessRequest.objects.get(pk=found.pk)
        again.pk, again.state, again.integration = None, "withdrawn", None
        again.save(force_insert=True)
        acts.open_interest(
            business_id=cast.shop.business_id,
            contact_name="Nia",
            email=f"nia{number}@quay.example",
            wishes="",
            actor=cast.manager,
        )
    with django_assert_num_queries(counted):
        desk.see(path)


def test_a_merchant_handed_over_leaves_with_all_their_pages(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    make_cast(shops[1])
    page = Desk(cast.manager).see(DESK)
    assert str(cast.shop.business_id) in page
    assert str(shops[1].business_id) not in page
