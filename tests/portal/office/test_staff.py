"""Who works for the platform: the operator's page, and the act behind it."""

import pytest
from django.conf import LazySettings
from django.test import Client as Http
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop
from tests.hub.cast import everyone, operator
from tests.portal.mailbox import mails_to
from tests.portal.office.pages import HOSTILE, UNSEEN, Desk, queries_for
from tests.portal.test_second_factor import set_up_app, sign_in
from tests.programme.way import make_staff

from tillgate.access.errors import LastOperator
from tillgate.access.staff import appoint, dismiss
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person, StaffMembership, StaffRole
from tillgate.directory.permissions import Who
from tillgate.foundation.models import Event

PAGE = "/staff/"
NEW = {"email": "Dana@Platform.example", "name": "Dana Whitlock", "role": "account_manager"}


@pytest.fixture
def olga(db: None) -> Person:
    return operator()


def test_only_operators_settle_who_works_here(shop: Shop, db: None) -> None:
    for who, person in everyone(shop):
        if who == Who.ANYONE:
            Desk().see(PAGE, status=302)
        elif who != Who.OPERATOR:
            Desk(person).see(PAGE, status=403)
            Desk(person).send(PAGE, "appoint", status=403, **NEW)
            with pytest.raises(NotPermitted):
                appoint(email="x@y.example", name="", role=StaffRole.OPERATOR, actor=person)
            with pytest.raises(NotPermitted):
                dismiss(person=person, role=StaffRole.OPERATOR, actor=person)
    assert not Person.objects.filter(email__iexact=NEW["email"]).exists()


def test_a_new_person_gets_a_role_and_no_password(olga: Person) -> None:
    desk = Desk(olga)
    assert "1 person works for the platform" in desk.see(PAGE)
    for _ in range(2):
        page = desk.send(PAGE, "appoint", **NEW)
    assert "2 people work for the platform" in page
    dana = Person.objects.get(email="dana@platform.example")
    assert not dana.has_usable_password()
    assert [held.role for held in dana.staff_memberships.all()] == ["account_manager"]
    event = Event.objects.get(kind="directory:staff:added", subject=f"person:{dana.pk}")
    assert event.actor == f"person:{olga.pk}"


def test_whoever_gets_a_role_is_told_once_and_comes_in_without_a_password(
    olga: Person, settings: LazySettings
) -> None:
    for _ in range(2):
        Desk(olga).send(PAGE, "appoint", **NEW)
    (mail,) = mails_to("dana@platform.example")
    assert mail.subject == "You have a new role at Lantern Till"
    assert "Olga gave you a role at Lantern Till: account manager." in mail.text
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    browser = Http()
    sign_in(browser, Person.objects.get(email="dana@platform.example"))
    assert browser.get("/merchants/")["Location"].startswith("/account/second-factor/")
    set_up_app(browser)
    assert browser.get("/merchants/").status_code == 200


def test_somebody_known_keeps_their_name_and_gets_another_role(olga: Person) -> None:
    rae = make_staff("rae", StaffRole.PARTNER_SERVICES)
    Desk(olga).send(PAGE, "appoint", email=rae.email.upper(), name="Other", role="operator")
    rae.refresh_from_db()
    assert rae.name == "Rae"
    assert rae.staff_memberships.count() == 2


def test_a_role_is_taken_away_and_stops_at_once(olga: Person) -> None:
    rae = make_staff("rae", StaffRole.PARTNER_SERVICES)
    theirs = Desk(rae)
    theirs.see("/review/")
    for _ in range(2):
        page = Desk(olga).send(PAGE, "dismiss", person=rae.pk, role="partner_services")
    assert "does not have this role any more" in page
    theirs.see("/review/", status=403)


def test_the_last_operator_stays(olga: Person) -> None:
    desk = Desk(olga)
    page = desk.send(PAGE, "dismiss", status=409, person=olga.pk, role="operator")
    assert "Make somebody else an operator first." in page
    second = operator("otto")
    Person.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(LastOperator):
        dismiss(person=olga, role=StaffRole.OPERATOR, actor=olga)
    Person.objects.filter(pk=second.pk).update(is_active=True)
    desk.send(PAGE, "dismiss", person=second.pk, role="operator")
    assert StaffMembership.objects.filter(role="operator").count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Fill this in."),
        ("email", "dana", "Enter a valid email address."),
        ("email", "a@b.example\nBcc: c@d.example", "Enter a valid email address."),
        ("email", "x" * 250 + "@b.example", "Shorten this to 254 characters"),
        ("name", "x" * 201, "Shorten this to 200 characters"),
        ("role", "king", "Select a valid choice."),
        ("role", "", "Choose an answer."),
        *[("name", typed, "invisible characters") for typed in UNSEEN],
    ],
)
def test_a_wrong_field_says_what_is_wrong(olga: Person, field: str, typed: str, said: str) -> None:
    page = Desk(olga).send(PAGE, "appoint", status=422, **(NEW | {field: typed}))
    assert said in page
    kept = {"email": "Dana@Platform.example", "name": "Dana Whitlock"}
    assert all(words in page for name, words in kept.items() if name != field)
    assert not Person.objects.filter(email__iexact=NEW["email"]).exists()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_names_are_only_words(olga: Person, typed: str) -> None:
    page = Desk(olga).send(PAGE, "appoint", **(NEW | {"name": typed}))
    assert "<script>alert" not in page
    assert Person.objects.filter(name=typed).exists()


@pytest.mark.parametrize("person", ["", "x", "0", "9" * 40, "\0"])
def test_a_person_who_is_not_known_has_no_role_to_lose(olga: Person, person: str) -> None:
    page = Desk(olga).send(PAGE, "dismiss", status=422, person=person, role="operator")
    assert "Choose a person and one of their roles." in page


def test_the_page_costs_the_same_for_one_person_and_for_twenty(
    olga: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk = Desk(olga)
    desk.see(PAGE)
    counted = queries_for(desk, PAGE)
    for number in range(20):
        make_staff(f"p{number}", StaffRole.ACCOUNT_MANAGER, StaffRole.PARTNER_SERVICES)
    with django_assert_num_queries(counted):
        assert "21 people" in desk.see(PAGE)
