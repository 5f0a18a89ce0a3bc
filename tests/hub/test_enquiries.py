"""Enquiries about the Partner Program: who may, what is mailed, and who is faster."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.access.world import Shop, make_person
from tests.hub.cast import at_once, enquiry_facts, everyone, growth_manager

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.directory.permissions import TABLE
from tillgate.foundation.models import Event, Message
from tillgate.hub.acts.enquiries import answer_enquiry, close_enquiry, file_enquiry, take_enquiry
from tillgate.hub.errors import AlreadyHandled, EnquiryOpen, NothingToSend
from tillgate.hub.models import EnquiryState, PartnerEnquiry
from tillgate.hub.queries import enquiries, enquiry_called
from tillgate.hub.states import TRANSITIONS, move


@pytest.fixture
def noa(db: None) -> Person:
    """Somebody who builds for several merchants."""
    return make_person("noa")


@pytest.fixture
def enquiry(noa: Person, gil: Person) -> PartnerEnquiry:
    return file_enquiry(facts=enquiry_facts(), actor=noa)


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="hub:").order_by("pk").values_list("kind", flat=True)
    )


def mails_to(person: Person) -> list[str]:
    return list(
        Message.objects.filter(to=person.email).order_by("pk").values_list("text", flat=True)
    )


def test_filing_tells_the_person_and_every_partner_growth_manager(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    assert (enquiry.state, enquiry.email) == (EnquiryState.NEW, noa.email)
    assert kinds() == ["hub:enquiry:filed"]
    assert Event.objects.get(kind="hub:enquiry:filed").subject == f"enquiry:{enquiry.number}"
    (received,) = mails_to(noa)
    assert "Berg Software" in received
    (waiting,) = mails_to(gil)
    assert "Booking for many restaurants." in waiting
    assert f"/partner-program/enquiries/{enquiry.number}/" in waiting


def test_an_enquiry_is_taken_and_answered(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    assert (enquiry.state, enquiry.assigned_to) == (EnquiryState.IN_TALK, gil)
    answer_enquiry(enquiry=enquiry, answer="  Welcome.\nLet us talk.  ", actor=gil)
    assert (enquiry.state, enquiry.answer) == (EnquiryState.ANSWERED, "Welcome.\nLet us talk.")
    assert kinds() == [f"hub:enquiry:{what}" for what in ("filed", "taken", "answered")]
    assert "Welcome.\nLet us talk." in mails_to(noa)[-1]


def test_closing_mails_nothing_and_keeps_the_note_here(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    close_enquiry(enquiry=enquiry, note="An advertisement.", actor=gil)
    assert (enquiry.state, enquiry.note) == (EnquiryState.CLOSED, "An advertisement.")
    assert len(mails_to(noa)) == 1


def test_only_who_the_table_names_handles_enquiries(shop: Shop, enquiry: PartnerEnquiry) -> None:
    acts: list[Callable[[Any], object]] = [
        lambda actor: take_enquiry(enquiry=enquiry, actor=actor),
        lambda actor: answer_enquiry(enquiry=enquiry, answer="x", actor=actor),
        lambda actor: close_enquiry(enquiry=enquiry, actor=actor),
    ]
    for who, person in everyone(shop):
        if who in TABLE["enquiry:handle"]:
            continue
        for act in acts:
            with pytest.raises(NotPermitted):
                act(person)
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.NEW


def test_everybody_who_signed_in_may_ask_and_nobody_else(shop: Shop, db: None) -> None:
    for who, person in everyone(shop):
        if who == "anyone":
            with pytest.raises(NotPermitted):
                file_enquiry(facts=enquiry_facts(), actor=person)
        else:
            assert file_enquiry(facts=enquiry_facts(), actor=person).person == person


def test_one_sees_ones_own_enquiry_and_the_managers_see_all(
    shop: Shop, enquiry: PartnerEnquiry, noa: Person
) -> None:
    assert enquiry_called(enquiry.number, noa) == enquiry
    for who, person in everyone(shop):
        seen = PartnerEnquiry.objects.visible_to(person)
        assert list(seen) == ([enquiry] if who in TABLE["enquiry:handle"] else [])


@pytest.mark.parametrize(
    "number", ["", "E-", "E-0", "E-999", "1001", "E-1001x", "E-²", "E-" + "9" * 30, "E--1", "E-1\0"]
)
def test_a_number_that_is_none_finds_nothing(gil: Person, number: str) -> None:
    assert enquiry_called(number, gil) is None


def test_the_same_again_is_one_enquiry(enquiry: PartnerEnquiry, noa: Person, gil: Person) -> None:
    again = file_enquiry(facts=enquiry_facts(), actor=noa)
    assert again == enquiry
    assert len(mails_to(noa)) == len(mails_to(gil)) == 1


def test_taking_and_answering_twice_is_as_good_as_once(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    for _ in range(2):
        take_enquiry(enquiry=enquiry, actor=gil)
    for _ in range(2):
        answer_enquiry(enquiry=enquiry, answer="Yes.", actor=gil)
    with pytest.raises(AlreadyHandled):
        answer_enquiry(enquiry=enquiry, answer="No.", actor=gil)
    assert kinds() == [f"hub:enquiry:{what}" for what in ("filed", "taken", "answered")]
    assert len(mails_to(noa)) == 2


def test_another_enquiry_waits_until_the_first_is_done(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    with pytest.raises(EnquiryOpen):
        file_enquiry(facts=enquiry_facts(company="Another"), actor=noa)
    take_enquiry(enquiry=enquiry, actor=gil)
    with pytest.raises(EnquiryOpen):
        file_enquiry(facts=enquiry_facts(company="Another"), actor=noa)
    answer_enquiry(enquiry=enquiry, answer="Yes.", actor=gil)
    assert file_enquiry(facts=enquiry_facts(), actor=noa) != enquiry


@pytest.mark.parametrize(("source", "target"), list(product(EnquiryState, repeat=2)))
def test_every_pair_of_states_is_as_the_table_says(
    enquiry: PartnerEnquiry, source: EnquiryState, target: EnquiryState
) -> None:
    words = "Yes." if source == EnquiryState.ANSWERED else ""
    PartnerEnquiry.objects.filter(pk=enquiry.pk).update(state=source, answer=words)
    answer = {"answer": "Yes." if target == EnquiryState.ANSWERED else ""}
    if target in TRANSITIONS[source]:
        move(enquiry, target, **answer)
        assert enquiry.state == target
    else:
        with pytest.raises(AlreadyHandled):
            move(enquiry, target, **answer)
        assert enquiry.state == source


def test_an_answer_has_words(enquiry: PartnerEnquiry, gil: Person) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    with pytest.raises(NothingToSend):
        answer_enquiry(enquiry=enquiry, answer=" \n ", actor=gil)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerEnquiry.objects.filter(pk=enquiry.pk).update(state=EnquiryState.ANSWERED)


def test_a_person_who_is_deleted_leaves_the_enquiry(enquiry: PartnerEnquiry, noa: Person) -> None:
    noa.delete()
    enquiry.refresh_from_db()
    assert (enquiry.person, enquiry.company) == (None, "Berg Software")


def test_the_queue_begins_with_who_waits_longest(noa: Person, gil: Person) -> None:
    filed = [
        file_enquiry(facts=enquiry_facts(company=name), actor=make_person(name))
        for name in ("first", "second", "third")
    ]
    take_enquiry(enquiry=filed[1], actor=gil)
    answer_enquiry(enquiry=filed[1], answer="Yes.", actor=gil)
    assert list(enquiries(is_open=True)) == [filed[0], filed[2]]
    assert list(enquiries(is_open=False)) == [filed[1]]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_outcome() -> None:
    noa, gil, ida = make_person("noa"), growth_manager("gil"), growth_manager("ida")
    assert at_once(*[lambda: file_enquiry(facts=enquiry_facts(), actor=noa)] * 2) == [None, None]
    enquiry = PartnerEnquiry.objects.get()
    assert len(mails_to(noa)) == 1
    outcomes = at_once(
        lambda: take_enquiry(enquiry=PartnerEnquiry.objects.get(), actor=gil),
        lambda: take_enquiry(enquiry=PartnerEnquiry.objects.get(), actor=ida),
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["AlreadyHandled", "NoneType"]
    enquiry.refresh_from_db()
    assert enquiry.assigned_to == (gil if outcomes[0] is None else ida)
    outcomes = at_once(
        lambda: answer_enquiry(enquiry=PartnerEnquiry.objects.get(), answer="Yes.", actor=gil),
        lambda: close_enquiry(enquiry=PartnerEnquiry.objects.get(), actor=ida),
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["AlreadyHandled", "NoneType"]
    assert len(mails_to(noa)) == (2 if outcomes[0] is None else 1)
    assert len(kinds()) == 3
