"""Home by who comes, interest, invitation, overview and feasibility."""

from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client as Http
from tests.access.world import Shop, make_person
from tests.portal.browser import signed_in
from tests.portal.merchant.browsing import HOSTILE, get, post, shown, text_of
from tests.programme.way import Cast, mails_to, make_cast, make_staff, newest_token, prepare

from tillgate.access.acts import add_membership
from tillgate.content import acts as content
from tillgate.content.feasibility import wishes
from tillgate.content.queries import current
from tillgate.directory.models import Membership, Person, Role, StaffRole
from tillgate.foundation import clock
from tillgate.hub.models import PublicIntegration
from tillgate.programme.acts.interest import open_interest, send_form_link
from tillgate.programme.acts.invitation import end_invitation, invite_person
from tillgate.programme.models import FeasibilityCheck, Interest, Invitation, OverviewReading

INTEREST = {"business_name": "Quay & Sons", "contact_name": "Nora", "country": "FR"}


@pytest.fixture(autouse=True)
def no_second_factor(settings: LazySettings) -> None:
    """Second factors are another matter."""
    settings.TILLGATE_STAFF_NEEDS_SECOND_FACTOR = False


@pytest.fixture
def nora(db: None) -> Person:
    """Somebody who registered by themselves."""
    return make_person("nora")


# --- home -----------------------------------------------------------------------------------------


def test_home_tells_a_stranger_what_this_is(db: None) -> None:
    page = text_of(Http().get("/"))
    assert "Your own sales data, in your own program" in shown(page)
    assert "/sign-in/" in page
    assert page.count('class="button"') == 1


def test_home_leads_a_newcomer_on_step_by_step(cast: Cast, nora: Person) -> None:
    home = shown(get(nora, "/"))
    assert "Register your interest" in home
    assert cast.shop.name not in home
    post(nora, "/interest/", **INTEREST)
    assert "Open the overview" in shown(get(nora, "/"))
    signed_in(nora).get("/overview/")
    post(nora, "/overview/read/", version=current("overview").label)
    assert "Check your wishes" in shown(get(nora, "/"))
    post(nora, "/feasibility/", wishes=["journal"])
    assert "1 of 1 wishes possible" in shown(get(nora, "/"))


def test_home_leads_an_owner_to_the_form(cast: Cast) -> None:
    assert "Read the access overview first" in shown(get(cast.owner, "/"))
    prepare(cast.owner)
    page = get(cast.owner, "/")
    assert "You can ask for access now" in shown(page)
    assert f'value="{cast.shop.business_id}"' in page


def test_who_acts_for_several_businesses_chooses(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    other = shops[1]
    make_cast(other)
    assert other.name not in get(cast.owner, "/")
    get(cast.owner, f"/?business={other.business_id}", status=404)
    add_membership(person=cast.owner, business_id=other.business_id, role=Role.MEMBER, actor="test")
    page = shown(get(cast.owner, "/"))
    assert cast.shop.name in page
    assert other.name in page
    assert other.name in shown(get(cast.owner, f"/?business={other.business_id}"))
    assert "Requests of your businesses" in shown(get(cast.owner, "/requests/"))


@pytest.mark.parametrize("business", ["x", "0", "-1", "9" * 40, "%00"])
def test_a_business_that_is_none_is_not_there(cast: Cast, business: str) -> None:
    get(cast.owner, f"/?business={business}", status=404)
    get(cast.owner, f"/people/?business={business}", status=404)


@pytest.mark.parametrize("role", list(StaffRole))
def test_staff_begin_with_their_own_queue(db: None, role: StaffRole) -> None:
    answer = signed_in(make_staff("sam", role)).get("/")
    if answer.status_code == 302:  # as soon as that queue has a page
        assert answer["Location"] in {
            "/merchants/",
            "/review/",
            "/partner-program/enquiries/",
            "/content/",
        }


# --- interest -------------------------------------------------------------------------------------


def test_interest_is_registered_once_and_shown(cast: Cast, nora: Person) -> None:
    browser = signed_in(nora)
    for _ in range(2):
        assert browser.post("/interest/", INTEREST)["Location"] == "/interest/"
    assert Interest.objects.filter(person=nora).count() == 1
    page = shown(text_of(browser.get("/interest/")))
    assert "Dana knows of your interest" in page
    assert "Quay & Sons" in page
    assert "Quay" not in get(cast.owner, "/interest/")


@pytest.mark.parametrize(
    "name", ["business_name", "contact_name", "country", "locations", "wishes"]
)
@pytest.mark.parametrize("kind", list(HOSTILE))
def test_hostile_interest_stays_typed(nora: Person, name: str, kind: str) -> None:
    form = INTEREST | {"wishes": "Nightly journal"} | {name: HOSTILE[kind]}
    answer = signed_in(nora).post("/interest/", form)
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:
        assert kind in {"script", "formula", "path"}
        answer = signed_in(nora).get("/interest/")
    page = text_of(answer)
    assert "<script>alert" not in page
    if name not in {"country", "contact_name"}:
        assert escape(HOSTILE[kind]) in page


def test_an_empty_interest_names_what_is_missing(nora: Person) -> None:
    page = text_of(post(nora, "/interest/", status=422))
    assert shown(page).count("Fill this in.") == 4  # two fields, there and on top
    assert not Interest.objects.exists()


# --- invitation -----------------------------------------------------------------------------------


def invited(cast: Cast, person: Person, role: Role = Role.MEMBER) -> str:
    invite_person(
        business_id=cast.shop.business_id, email=person.email, role=role, actor=cast.owner
    )
    return f"/invitation/{newest_token(person.email, 'invitation')}/"


def test_an_invitation_says_who_invites_to_what_and_opening_it_does_nothing(
    cast: Cast, nora: Person
) -> None:
    path = invited(cast, nora)
    page = shown(text_of(Http().get(path)))
    assert f"You are invited to act for {cast.shop.name}" in page
    assert "Maya invites you" in page
    assert Http().post(path)["Location"].startswith("/sign-in/?next=")
    assert Invitation.objects.get().accepted_at is None


def test_accepting_twice_is_accepting_once(cast: Cast, nora: Person) -> None:
    path = invited(cast, nora)
    assert post(nora, path)["Location"] == f"/?business={cast.shop.business_id}"
    assert post(nora, path)["Location"] == "/"
    assert Membership.objects.get(person=nora).role == Role.MEMBER
    assert "used already" in text_of(signed_in(cast.member).get(path))


def test_somebody_elses_invitation_is_refused(cast: Cast, nora: Person) -> None:
    path = invited(cast, nora)
    other = make_person("olga")
    assert "signed in with another address" in get(other, path)
    post(other, path, status=403)
    assert not Membership.objects.filter(person=other).exists()


def test_a_link_that_does_not_work_says_so(cast: Cast, nora: Person) -> None:
    path = invited(cast, nora)
    altered = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    get(nora, altered, status=404)
    get(nora, "/invitation/%00/", status=404)
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert "has expired" in get(nora, path, status=410)
    Invitation.objects.update(expires_at=clock.now() + timedelta(days=1))
    end_invitation(invitation=Invitation.objects.get(), actor=cast.owner)
    get(nora, path, status=404)
    post(nora, path, status=404)


def test_a_form_link_makes_an_owner_who_finds_the_next_step(cast: Cast, nora: Person) -> None:
    interest = open_interest(
        business_id=cast.shop.business_id,
        contact_name="Nora",
        email=nora.email,
        wishes="",
        actor=cast.manager,
    )
    send_form_link(interest=interest, actor=cast.manager)
    path = f"/invitation/{newest_token(nora.email, 'invitation')}/"
    home = post(nora, path)["Location"]
    assert "Read the access overview first" in shown(get(nora, home))
    assert Membership.objects.get(person=nora).role == Role.OWNER


# --- overview -------------------------------------------------------------------------------------


def test_anybody_reads_the_overview_and_who_is_signed_in_is_noted(nora: Person) -> None:
    page = text_of(Http().get("/overview/"))
    assert "aggregatedSales" in page
    assert '<div class="scroll"' in page
    assert not OverviewReading.objects.exists()
    for _ in range(2):
        get(nora, "/overview/")
    assert OverviewReading.objects.get().acknowledged_at is None
    assert Http().post("/overview/read/")["Location"].startswith("/sign-in/")


def test_only_what_was_opened_and_is_current_is_acknowledged(nora: Person) -> None:
    label = current("overview").label
    browser = signed_in(nora)
    assert browser.post("/overview/read/", {"version": label})["Location"] == "/overview/"
    browser.get("/overview/")
    content.publish_version(
        slot="overview",
        text=current("overview").text + "\n\nOne more thing.",
        fields={},
        note="One thing more.",
        actor=make_staff("op", StaffRole.OPERATOR),
    )
    for old in (label, "", "a\0b"):
        assert browser.post("/overview/read/", {"version": old})["Location"] == "/overview/"
    assert "There is a newer overview" in text_of(browser.get("/overview/"))
    new = current("overview").label
    for _ in range(2):
        assert browser.post("/overview/read/", {"version": new})["Location"] == "/"
    assert OverviewReading.objects.filter(acknowledged_at__isnull=False).count() == 1


def test_the_overview_is_there_as_pdf(db: None) -> None:
    answer = Http().get("/overview.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "access-overview-" in answer["Content-Disposition"]
    same = Http().get("/overview.pdf", headers={"If-None-Match": answer["ETag"]})
    assert same.status_code == 304


# --- feasibility ----------------------------------------------------------------------------------


def test_wishes_are_answered_point_by_point(nora: Person) -> None:
    form = {
        "wishes": ["journal", "write_prices", "reservations"],
        "free_text": "Paint the walls",
    }
    to = post(nora, "/feasibility/", **form)["Location"]
    page = get(nora, to)
    assert "<h1>1 of 4 wishes possible</h1>" in page
    for badge in ("possible", "not possible", "better served by an app", "we cannot tell"):
        assert f">{badge}</span>" in page
    assert "GET /f/finance/{businessLocationId}/dailyFinancials" in page
    assert "Paint the walls" in page
    assert '"/partner-program/"' in page


def test_an_app_that_serves_a_wish_is_linked(nora: Person) -> None:
    PublicIntegration.objects.create(
        slug="table-tide",
        name="Table Tide",
        provider="Tide",
        summary="Bookings.",
        description="",
        categories=["reservations"],
        website="https://tide.example",
        contact="hello@tide.example",
        validated_on="2026-01-01",
        is_listed=True,
        added_at=clock.now(),
        changed_at=clock.now(),
        sort_name="table tide",
        search_text="table tide",
    )
    to = post(nora, "/feasibility/", wishes=["reservations"])["Location"]
    assert 'href="/hub/table-tide/"' in get(nora, to)


def test_somebody_elses_result_is_not_there(cast: Cast, nora: Person) -> None:
    to = post(cast.owner, "/feasibility/", wishes=["journal"])["Location"]
    assert FeasibilityCheck.objects.get().business_id == cast.shop.business_id
    get(cast.member, to)
    get(nora, to, status=404)
    get(cast.reviewer, to, status=404)


def test_nothing_wished_is_nothing_answered(nora: Person) -> None:
    page = shown(text_of(post(nora, "/feasibility/", free_text="  ", status=422)))
    assert "Choose at least one wish" in page
    assert not FeasibilityCheck.objects.exists()


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_hostile_wishes_stay_typed(nora: Person, kind: str) -> None:
    answer = signed_in(nora).post("/feasibility/", {"free_text": HOSTILE[kind]})
    if answer.status_code == 302:
        assert kind in {"script", "formula", "path"}
        answer = signed_in(nora).get(answer["Location"])
    page = text_of(answer)
    assert "<script>alert" not in page
    assert escape(HOSTILE[kind]).replace("&#x27;", "&#39;") in page
    post(nora, "/feasibility/", wishes=[HOSTILE[kind]], status=422)


def test_every_wish_of_the_catalogue_can_be_chosen(nora: Person) -> None:
    every = [wish.key for wish in wishes()]
    to = post(nora, "/feasibility/", wishes=every)["Location"]
    assert get(nora, to).count('<span class="state') == len(every)


def test_with_several_businesses_one_is_chosen(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    other = shops[1].business_id
    add_membership(person=cast.owner, business_id=other, role=Role.OWNER, actor="test")
    post(cast.owner, "/feasibility/", wishes=["journal"], status=422)
    post(cast.owner, "/feasibility/", wishes=["journal"], business="77", status=422)
    post(cast.owner, "/feasibility/", wishes=["journal"], business=other)
    assert FeasibilityCheck.objects.get().business_id == other


# --- people ---------------------------------------------------------------------------------------


def test_an_owner_invites_once_and_takes_back(cast: Cast) -> None:
    browser = signed_in(cast.owner)
    form = {"email": "New@Quay.example", "role": "member"}
    assert browser.post("/people/", form).status_code == 302
    assert browser.post("/people/", form).status_code == 422
    assert len(mails_to("new@quay.example")) == 1
    page = text_of(browser.get("/people/"))
    assert "new@quay.example" in page
    pk = Invitation.objects.get().pk
    for _ in range(2):
        assert browser.post("/people/", {"end": pk}).status_code == 302
    assert Invitation.objects.get().ended_at is not None
    assert "not open any more" in text_of(browser.get("/people/"))


@pytest.mark.parametrize("email", ["", "nobody", *HOSTILE.values()])
def test_an_address_that_is_none_stays_typed(cast: Cast, email: str) -> None:
    page = text_of(post(cast.owner, "/people/", email=email, role="owner", status=422))
    assert escape(email) in page
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["", "technical_contact", "operator", "a\0b"])
def test_a_role_that_is_not_offered_is_refused(cast: Cast, role: str) -> None:
    post(cast.owner, "/people/", email="new@quay.example", role=role, status=422)


def test_who_may_not_invite_sees_no_people(
    cast: Cast, shops: tuple[Shop, Shop], nora: Person
) -> None:
    others = make_cast(shops[1])
    for person in (cast.member, nora, cast.reviewer):
        get(person, "/people/", status=403)
    path = f"/people/?business={cast.shop.business_id}"
    for person in (others.owner, others.manager):
        get(person, path, status=404)
        post(person, path, email="new@quay.example", role="owner", status=404)
    assert cast.owner.email in get(cast.manager, path)
    theirs = post(cast.owner, "/people/", email="new@quay.example", role="owner")
    assert theirs.status_code == 302
    browser = signed_in(others.owner)
    browser.post("/people/", {"end": Invitation.objects.get().pk})
    assert Invitation.objects.get().ended_at is None


def test_the_number_of_people_costs_no_queries(
    cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(cast.owner)
    browser.get("/people/")
    with django_assert_max_num_queries(25) as first:
        browser.get("/people/")
    for _ in range(3):
        add_membership(
            person=make_person(),
            business_id=cast.shop.business_id,
            role=Role.MEMBER,
            actor="test",
        )
    with django_assert_num_queries(len(first)):
        browser.get("/people/")
