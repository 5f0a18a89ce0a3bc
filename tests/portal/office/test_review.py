"""The reviewer's pages: the queue, a request with everything about it, and the decision."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop
from tests.hub.cast import everyone
from tests.portal.office.pages import HOSTILE, UNSEEN, Desk, queries_for
from tests.programme.way import (
    Cast,
    approved,
    drafted,
    make_cast,
    make_staff,
    priced,
    sent,
    sign,
    signed,
    submitted,
)

from tillgate.access import acts as access
from tillgate.directory.models import MerchantAccount, Role, StaffRole
from tillgate.directory.permissions import Who
from tillgate.programme.acts import interest, request, review
from tillgate.programme.acts.sale import send_agreement
from tillgate.programme.models import AccessRequest, Agreement, Decision

QUEUE = "/review/"


def page_of(found: AccessRequest) -> str:
    return f"/review/{found.number}/"


# --- who may -------------------------------------------------------------------------------------


def test_only_partner_services_open_the_review(cast: Cast) -> None:
    found = submitted(cast)
    for who, person in everyone(cast.shop):
        desk = Desk() if who == Who.ANYONE else Desk(person)
        status = 302 if who == Who.ANYONE else 200 if who == Who.PARTNER_SERVICES else 403
        desk.see(QUEUE, status=status)
        desk.see(page_of(found), status=status)


def test_nobody_else_decides(cast: Cast) -> None:
    found = signed(cast).request
    for who, person in everyone(cast.shop):
        if who not in {Who.ANYONE, Who.PARTNER_SERVICES}:
            for act in ("approve", "ask", "decline"):
                Desk(person).send(page_of(found), act, status=403, words="Yes.")
    assert not Decision.objects.exists()


def test_a_draft_is_not_there_for_the_reviewer(cast: Cast) -> None:
    draft = drafted(cast)
    Desk(cast.reviewer).see(page_of(draft), status=404)
    access.add_membership(
        person=cast.reviewer, business_id=cast.shop.business_id, role=Role.OWNER, actor="test"
    )
    Desk(cast.reviewer).see(page_of(draft), status=404)
    Desk(cast.reviewer).see("/review/R-999999999999/", status=404)
    Desk(cast.reviewer).see("/review/R-%00/", status=404)


# --- the queue -----------------------------------------------------------------------------------


def test_the_queue_says_how_long_each_waits_and_which_is_late(cast: Cast) -> None:
    desk = Desk(cast.reviewer)
    assert "No request waits to be decided" in desk.see(QUEUE)
    found = submitted(cast)
    page = desk.see(QUEUE)
    assert "1 request waits to be decided" in page
    assert "not priced" in page
    assert ">late<" not in page
    AccessRequest.objects.update(submitted_at=found.submitted_at - timedelta(days=30))
    page = desk.see(QUEUE)
    assert "1 of them late" in page
    assert ">late<" in page


def test_what_is_over_can_be_filtered_by_business_number_and_state(cast: Cast) -> None:
    found = approved(cast)
    desk = Desk(cast.reviewer)
    link = f'href="{page_of(found)}"'
    asked = {
        "": True,
        "?state=approved": True,
        "?state=declined": False,
        f"?q={found.number.lower()}": True,
        "?q=harbour": True,
        "?q=nothing+such": False,
        "?state=nonsense": True,
        "?q=%00": True,
        f"?q={'x' * 101}": True,
        "?page=99": True,
    }
    for query, is_shown in asked.items():
        assert (link in desk.see(QUEUE + query)) == is_shown, query


def test_the_queue_costs_the_same_for_one_request_and_for_twenty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = signed(cast).request
    desk = Desk(cast.reviewer)
    declined(found, cast)
    counted = queries_for(desk, QUEUE)
    for _ in range(10):
        copies(found, 1, state="submitted")
        declined(found, cast)
    with django_assert_num_queries(counted):
        assert "11 requests wait" in desk.see(QUEUE)


def declined(found: AccessRequest, cast: Cast) -> None:
    """Another request like this one, declined."""
    (again,) = copies(found, 1, state="declined")
    Decision.objects.create(
        request=again,
        outcome="declined",
        reason="other",
        words="No.",
        reviewer=cast.reviewer,
        decided_at=again.created_at,
    )


# --- the page ------------------------------------------------------------------------------------


def test_everything_is_on_one_page(cast: Cast) -> None:
    agreement = signed(cast, staff=True, personal_reason="For the rota.")
    page = Desk(cast.reviewer).see(page_of(agreement.request))
    for words in (
        cast.shop.name,
        "Post each closed day to our ledger.",
        "Old Mill Quay 1",
        "names of staff",
        "For the rota.",
        "ines@okafor.example",
        "https://books.lindqvist.example/callback",
        "Maya Lindqvist, owner",
        agreement.number,
        "€58.00",
        agreement.signature.document_sha256,
        "203.0.113.9",
        "Code typed, address proved",
        "This is the first.",
        "No other business shares",
        "waiting 0 working days of",
    ):
        assert words in page, words
    assert page.count('class="button"') == 1


def test_shared_traits_are_shown_with_their_evidence_and_partnerships(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    other = make_cast(shops[1])
    theirs = submitted(other, redirect_uris=["https://BOOKS.lindqvist.example/other"])
    found = submitted(cast)
    page = Desk(cast.reviewer).see(page_of(found))
    assert theirs.number in page
    assert shops[1].name in page
    assert "books.lindqvist.example" in page
    assert "formal partnership" not in page.split("belongs into")[0]
    for business_id, manager in (
        (shops[1].business_id, other.manager),
        (cast.shop.business_id, cast.manager),
    ):
        interest.mark_partnership(
            business_id=business_id, formal=True, note="Group contract 7", actor=manager
        )
    page = Desk(cast.reviewer).see(page_of(found))
    assert page.count("formal partnership") >= 2
    assert "Group contract 7" in page


def test_the_paper_is_the_sealed_one_once_there_is_one(cast: Cast) -> None:
    agreement = priced(cast)
    path = f"/review/{agreement.request.number}/agreement.pdf"
    desk = Desk(cast.reviewer)
    desk.see(path, status=404)
    agreement = send_agreement(agreement=agreement, actor=cast.manager)
    document = desk.http.get(path)
    assert document["Content-Type"] == "application/pdf"
    sign(agreement)
    sealed = desk.http.get(path)
    assert b"/ETSI.CAdES.detached" in sealed.content
    assert sealed.content.startswith(b"%PDF-")
    assert sealed.content != document.content
    desk.see(f"{path}?agreement=A-1", status=404)
    Desk(make_staff("kim", StaffRole.ACCOUNT_MANAGER)).see(path, status=403)


# --- deciding ------------------------------------------------------------------------------------


def test_approval_is_disabled_with_the_reason_before_the_signature(cast: Cast) -> None:
    desk = Desk(cast.reviewer)
    found = submitted(cast)
    assert "There is no signed agreement" in desk.see(page_of(found))
    Agreement.objects.all().delete()
    page = desk.see(page_of(found))
    assert 'value="approve" disabled aria-describedby="why_not"' in page


def test_approval_is_refused_before_the_signature_and_the_note_stays(cast: Cast) -> None:
    found = sent(cast).request
    desk = Desk(cast.reviewer)
    assert "The agreement is not signed yet" in desk.see(page_of(found))
    page = desk.send(page_of(found), "approve", status=409, words="Fine by me.")
    assert "The agreement is not signed" in page
    assert ">\nFine by me.</textarea>" in page


def test_a_request_is_approved_once_whoever_clicks_twice(cast: Cast) -> None:
    found = signed(cast).request
    desk = Desk(cast.reviewer)
    for _ in range(2):
        page = desk.send(page_of(found), "approve", words="Welcome.")
        assert "is approved. The technical contact is mailed" in page
    assert Decision.objects.count() == 1
    assert "Decided by" in page
    assert "Welcome." in page
    assert 'value="approve"' not in page


def test_a_second_reviewer_is_told_and_keeps_what_was_typed(cast: Cast) -> None:
    found = signed(cast).request
    review.approve_request(request=found, words="", actor=cast.reviewer)
    late = Desk(cast.second_reviewer)
    said = {"decline__reason": "other", "decline__words": "I would say no."}
    page = late.send(page_of(found), "decline", status=409, **said)
    assert "Somebody decided this request already" in page
    assert "I would say no." in page
    page = late.send(page_of(found), "approve", status=409, words="Me too.")
    assert "Me too." in page
    assert cast.reviewer.name in page
    page = late.send(page_of(found), "ask", status=409, words="And why?")
    assert "And why?" in page


def test_more_is_asked_and_the_page_waits_for_the_merchant(cast: Cast) -> None:
    found = signed(cast).request
    desk = Desk(cast.reviewer)
    page = desk.send(page_of(found), "ask", status=422, words="  ")
    assert "Write what you want to know." in page
    for _ in range(2):
        page = desk.send(page_of(found), "ask", words="Who runs it?")
    assert "waiting for the merchant" in page
    assert "Who runs it?" in page
    assert "The merchant has not answered your question yet." in page
    assert found.questions.count() == 1
    stale = desk.send(page_of(found), "approve", status=409, words="Yes.")
    assert "so this cannot be done any more" in stale
    request.give_information(request=found, words="Ines does.", actor=cast.owner)
    page = desk.see(page_of(found))
    assert "Ines does." in page
    assert 'value="approve">' in page


def test_answers_that_changed_since_the_page_was_opened_are_looked_at_first(cast: Cast) -> None:
    found = signed(cast).request
    tab = Desk(cast.reviewer)
    seen = seen_on(tab.see(page_of(found)))
    review.ask_information(request=found, words="Why?", actor=cast.second_reviewer)
    request.save_step(
        request=found, step="volume", values={"calls_a_day": 90_000}, actor=cast.owner
    )
    request.give_information(request=found, words="More.", actor=cast.owner)
    decline = {"decline__reason": "other", "decline__words": "No."}
    for act, said in (("decline", decline), ("approve", {"words": "Fine."})):
        page = tab.send(page_of(found), act, status=409, seen=seen, **said)
        assert "This request changed since you opened it." in page
    assert ">\nFine.</textarea>" in page
    assert "90,000" in page
    page = tab.send(page_of(found), "approve", words="Fine.", seen=seen_on(page))
    assert "is approved" in page


def seen_on(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0].replace("&#x2B;", "+")


def test_a_decline_needs_a_reason_and_words_and_says_who_is_told(cast: Cast) -> None:
    found = submitted(cast)
    desk = Desk(cast.reviewer)
    page = desk.send(page_of(found), "decline", status=422, words="A note that stays.")
    assert "Choose an answer." in page
    assert "Fill this in." in page
    assert "A note that stays." in page
    assert '<details class="decline" open>' in page
    wrong = {"decline__reason": "no_such", "decline__words": "Because."}
    page = desk.send(page_of(found), "decline", status=422, **wrong)
    assert "Choose a reason from the list." in page
    assert "Because." in page
    right = {"decline__reason": "writing_needed", "decline__words": "Only reading is possible."}
    for _ in range(2):
        page = desk.send(page_of(found), "decline", **right)
        assert "is declined. The merchant is mailed" in page
    assert Decision.objects.get().words == "Only reading is possible."
    assert "Custom API access only reads" in page or "custom API access only reads" in page


def test_who_had_a_part_is_told_before_any_button(cast: Cast) -> None:
    found = signed(cast).request
    access.add_membership(
        person=cast.reviewer, business_id=cast.shop.business_id, role=Role.MEMBER, actor="test"
    )
    desk = Desk(cast.reviewer)
    page = desk.see(page_of(found))
    assert "You had a part in this request" in page
    assert 'value="approve"' not in page
    assert "somebody else must review it" in desk.send(page_of(found), "approve", status=403)
    assert not Decision.objects.exists()


def test_a_withdrawn_request_cannot_be_decided_from_an_old_tab(cast: Cast) -> None:
    found = signed(cast).request
    request.withdraw_request(request=found, actor=cast.owner)
    page = Desk(cast.reviewer).send(page_of(found), "approve", status=409, words="Too late.")
    assert "withdrawn by the merchant" in page
    assert "Too late." in page


def test_a_location_that_left_the_business_is_told_and_nothing_is_decided(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    found = signed(cast).request
    strange = found.answers | {"locations": [shops[1].locations[0]]}
    AccessRequest.objects.filter(pk=found.pk).update(answers=strange)
    page = Desk(cast.reviewer).send(page_of(found), "approve", status=409, words="Yes.")
    assert "Not known as locations of business" in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_only_words(cast: Cast, typed: str) -> None:
    found = submitted(cast)
    desk = Desk(cast.reviewer)
    desk.send(page_of(found), "ask", words=typed)
    request.give_information(request=found, words=typed, actor=cast.owner)
    said = {"decline__reason": "other", "decline__words": typed}
    page = desk.send(page_of(found), "decline", **said)
    assert "<script>alert" not in page
    assert Decision.objects.get().words == typed


@pytest.mark.parametrize("typed", [*UNSEEN, "x" * 4001])
@pytest.mark.parametrize("act", ["approve", "ask", "decline"])
def test_what_cannot_be_read_is_refused_at_its_field(cast: Cast, act: str, typed: str) -> None:
    found = signed(cast).request
    said: dict[str, Any] = {"words": typed}
    if act == "decline":
        said = {"decline__reason": "other", "decline__words": typed}
    page = Desk(cast.reviewer).send(page_of(found), act, status=422, **said)
    assert "invisible characters" in page or "Shorten this to 4000 characters" in page
    assert 'role="alert"' in page
    assert not Decision.objects.exists()


def test_the_page_costs_the_same_for_one_other_request_and_for_twenty(
    cast: Cast, shops: tuple[Shop, Shop], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = submitted(make_cast(shops[1]))
    found = signed(cast).request
    desk = Desk(cast.reviewer)
    copies(found, 1)
    desk.see(page_of(found))
    counted = queries_for(desk, page_of(found))
    copies(other, 20)
    copies(found, 20)
    with django_assert_num_queries(counted):
        desk.see(page_of(found))


def copies(found: AccessRequest, count: int, state: str = "withdrawn") -> list[AccessRequest]:
    made = []
    for _ in range(count):
        again = AccessRequest.objects.get(pk=found.pk)
        again.pk, again.state = None, state
        again.save(force_insert=True)
        made.append(again)
    return made


def test_without_an_account_manager_the_page_says_so(cast: Cast) -> None:
    found = submitted(cast)
    MerchantAccount.objects.update(manager=None)
    assert "nobody looks after this business" in Desk(cast.reviewer).see(page_of(found))
