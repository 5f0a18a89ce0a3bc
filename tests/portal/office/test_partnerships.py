"""The operator's pages of formal partnerships."""

import pytest
from django.conf import LazySettings
from tests.hub.cast import operator
from tests.portal.office.pages import HOSTILE, UNSEEN, Desk
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast

from tillgate.directory.models import MerchantAccount, Person
from tillgate.foundation.models import Event

LIST = "/partnerships/"


@pytest.fixture
def olga(cast: Cast) -> Person:
    return operator()


def path_of(cast: Cast) -> str:
    return f"{LIST}{cast.shop.business_id}/"


def test_an_operator_marks_a_partnership_with_what_was_agreed(cast: Cast, olga: Person) -> None:
    desk = Desk(olga)
    assert "0 businesses are in a formal partnership" in desk.see(LIST)
    assert path_of(cast) in desk.see(f"{LIST}?q={cast.shop.business_id}")
    page = desk.send(path_of(cast), formal="on", note="Contract 7 of 2 March")
    assert "1 business is in a formal partnership" in page
    assert "Contract 7 of 2 March" in page
    account = MerchantAccount.objects.get(business_id=cast.shop.business_id)
    assert (account.formal_partnership, account.manager) == (True, cast.manager)
    event = Event.objects.get(kind="programme:merchant:partnership_marked")
    assert event.actor == f"person:{olga.pk}"


def test_it_ends_when_the_mark_is_taken_away(cast: Cast, olga: Person) -> None:
    desk = Desk(olga)
    desk.send(path_of(cast), formal="on", note="Contract 7")
    assert "0 businesses are" in desk.send(path_of(cast), note="Ended in May")
    assert "is in no formal partnership" in desk.see(path_of(cast))


def test_a_partnership_says_what_it_rests_on(cast: Cast, olga: Person) -> None:
    for note in ("", "  ", *UNSEEN, "x" * 1001):
        Desk(olga).send(path_of(cast), status=422, formal="on", note=note)
    assert not MerchantAccount.objects.get().formal_partnership


def test_what_was_typed_is_text(cast: Cast, olga: Person) -> None:
    for note in HOSTILE:
        page = Desk(olga).send(path_of(cast), formal="on", note=note)
        assert "<script>alert" not in page


def test_nobody_else_keeps_partnerships(cast: Cast) -> None:
    for person in (cast.owner, cast.manager, cast.reviewer):
        Desk(person).see(LIST, status=403)
        Desk(person).send(path_of(cast), status=403, formal="on", note="Mine")


def test_a_business_that_is_not_known_is_no_page(olga: Person) -> None:
    for number in ("1", "9" * 30):
        Desk(olga).see(f"{LIST}{number}/", status=404)


def test_the_pages_are_fit_to_be_seen(
    committed_cast: Cast, eye: Eye, settings: LazySettings
) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    olga = operator()
    Desk(olga).send(path_of(committed_cast), formal="on", note="Contract 7 of 2 March")
    name = committed_cast.shop.name.split()[0]
    eye.look_at(f"{LIST}?q={name}", "partnerships", person=olga)
    eye.look_at(path_of(committed_cast), "partnership", person=olga)
