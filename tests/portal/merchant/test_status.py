"""The page of a request: where it stands, what is shown to whom, and what can be done."""

import hashlib
from collections.abc import Callable
from html import escape

import pytest
from tests.access.world import Shop, make_person
from tests.portal.browser import signed_in
from tests.portal.merchant.browsing import HOSTILE, get, post, shown, text_of
from tests.programme.way import (
    Cast,
    approved,
    drafted,
    mails_to,
    make_cast,
    opened,
    priced,
    sent,
    sign,
    signed,
    submitted,
)

from tillgate.directory.models import Person
from tillgate.programme.acts.request import withdraw_request
from tillgate.programme.acts.review import approve_request, ask_information, decline_request
from tillgate.programme.files import newest_file
from tillgate.programme.models import AccessRequest, CredentialLink, Question
from tillgate.programme.queries import agreements_of


@pytest.fixture
def neighbours(shops: tuple[Shop, Shop], cast: Cast) -> Cast:
    """Another merchant with its own people."""
    return make_cast(shops[1])


def declined(cast: Cast) -> AccessRequest:
    return decline_request(
        request=submitted(cast),
        reason="authority",
        words="The signatory must be an owner.",
        actor=cast.reviewer,
    )


def withdrawn(cast: Cast) -> AccessRequest:
    return withdraw_request(request=submitted(cast), actor=cast.owner)


def asked(cast: Cast) -> AccessRequest:
    return ask_information(request=submitted(cast), words="Where is it run?", actor=cast.reviewer)


STATES: list[tuple[Callable[[Cast], object], str, str]] = [
    (drafted, "Your request is not sent yet", "Go on with the form"),
    (submitted, "Your request is with Partner Services", "first in the queue"),
    (priced, "Your request is with Partner Services", "Agreement in preparation"),
    (sent, "Your agreement waits for a signature", "Maya Lindqvist signs"),
    (signed, "Your request is with Partner Services", "by Maya Lindqvist, owner"),
    (asked, "Partner Services need an answer from you", "Where is it run?"),
    (approved, "Your access is approved", "a one-time link was mailed to ines@okafor.example"),
    (declined, "Your request was declined", "The signatory must be an owner."),
    (withdrawn, "This request was withdrawn", "Start again from these answers"),
]


@pytest.mark.parametrize(("make", "title", "words"), STATES)
def test_the_title_says_where_the_request_stands(
    cast: Cast, make: Callable[[Cast], object], title: str, words: str
) -> None:
    make(cast)
    number = AccessRequest.objects.get().number
    for person in (cast.owner, cast.member):
        page = get(person, f"/requests/{number}/")
        assert f"<h1>{title}</h1>" in page
        assert words in shown(page)
        assert page.count('class="button"') <= 1


def test_the_place_in_the_queue_counts_who_came_before(cast: Cast, neighbours: Cast) -> None:
    submitted(neighbours)
    mine = submitted(cast)
    assert "second in the queue" in shown(get(cast.owner, f"/requests/{mine.number}/"))


def test_only_owners_and_those_who_priced_see_what_it_costs(cast: Cast) -> None:
    number = signed(cast).request.number
    for person, sees in ((cast.owner, True), (cast.manager, True), (cast.member, False)):
        page = shown(get(person, f"/requests/{number}/"))
        assert ("58.00" in page) is sees, person
        assert ("Sealed PDF" in page) is sees, person


def test_the_sealed_paper_is_for_the_owner(cast: Cast, neighbours: Cast) -> None:
    agreement = signed(cast)
    path = f"/requests/{agreement.request.number}/agreement.pdf"
    answer = signed_in(cast.owner).get(path)
    paper = newest_file(agreement)
    assert paper is not None
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == paper.sha256
    assert answer["ETag"] == f'"{paper.sha256}"'
    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="agreement-{agreement.number}-signed.pdf"' in answer["Content-Disposition"]
    again = signed_in(cast.owner).get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert signed_in(cast.member).get(path).status_code == 403
    assert signed_in(neighbours.owner).get(path).status_code == 404


def test_there_is_no_paper_before_it_is_sent(cast: Cast) -> None:
    agreement = priced(cast)
    get(cast.owner, f"/requests/{agreement.request.number}/agreement.pdf", status=404)


def test_another_merchants_request_is_not_there(cast: Cast, neighbours: Cast) -> None:
    theirs = submitted(cast)
    missing = shown(get(neighbours.owner, "/requests/R-999999/", status=404))
    for path in ("", "form/business/", "form/check/"):
        found = get(neighbours.owner, f"/requests/{theirs.number}/{path}", status=404)
        assert cast.shop.name not in found
        assert shown(found) == missing
    for act in ("withdraw", "answer"):
        post(neighbours.owner, f"/requests/{theirs.number}/", act=act, words="x", status=404)
    theirs.refresh_from_db()
    assert theirs.state == "submitted"


@pytest.mark.parametrize(
    "number", ["R-", "R-0", "R-1e3", "R-99999999999999999999", "x", "R-\uff11"]
)
def test_a_number_that_is_none_is_not_there(cast: Cast, number: str) -> None:
    get(cast.owner, f"/requests/{number}/", status=404)


def test_a_technical_contact_sees_no_request(cast: Cast) -> None:
    request = approved(cast)
    contact = Person.objects.get(email="ines@okafor.example")
    get(contact, f"/requests/{request.number}/", status=403)
    get(contact, "/requests/", status=403)
    home = shown(get(contact, "/"))
    assert "Nightly journal" in home
    assert "29.00" not in home


def test_the_owner_withdraws_once(cast: Cast) -> None:
    request = signed(cast).request
    path = f"/requests/{request.number}/"
    assert "the agreement is void" in shown(get(cast.owner, path))
    assert "Withdraw this request" not in get(cast.member, path)
    post(cast.member, path, act="withdraw", status=403)
    assert post(cast.owner, path, act="withdraw")["Location"] == path
    browser = signed_in(cast.owner)
    browser.post(path, {"act": "withdraw"})
    page = shown(text_of(browser.get(path)))
    assert "“withdrawn” by now" in page
    assert "This request was withdrawn" in page
    assert [each.state for each in agreements_of(request)] == ["void"]
    mails = [each for each in mails_to(cast.owner.email) if "withdrawn" in each.subject]
    assert len(mails) == 1


def test_a_decision_meanwhile_is_told_kindly(cast: Cast) -> None:
    agreement = signed(cast)
    path = f"/requests/{agreement.request.number}/"
    approve_request(request=agreement.request, words="", actor=cast.reviewer)
    browser = signed_in(cast.owner)
    assert browser.post(path, {"act": "withdraw"}).status_code == 302
    page = shown(text_of(browser.get(path)))
    assert "“approved” by now" in page
    assert "Your access is approved" in page


def test_the_answer_reaches_the_reviewer_once(cast: Cast) -> None:
    request = asked(cast)
    path = f"/requests/{request.number}/"
    assert post(cast.member, path, act="answer", words="At home.")["Location"] == path
    question = Question.objects.get()
    assert (question.answer, question.answered_by) == ("At home.", cast.member)
    again = post(cast.owner, path, act="answer", words="In the office.", status=409)
    page = shown(text_of(again))
    assert "by now" in page
    assert "What you typed was not sent In the office." in page
    question.refresh_from_db()
    assert question.answer == "At home."


@pytest.mark.parametrize("words", ["", " \n ", *(HOSTILE[each] for each in ("nul", "long"))])
def test_an_answer_that_cannot_be_taken_stays_typed(cast: Cast, words: str) -> None:
    path = f"/requests/{asked(cast).number}/"
    page = text_of(post(cast.owner, path, act="answer", words=words, status=422))
    assert 'role="alert"' in page
    assert words.strip() in page
    assert Question.objects.get().answer == ""


@pytest.mark.parametrize("name", ["script", "formula", "path"])
def test_an_answer_is_shown_as_the_text_it_is(cast: Cast, name: str) -> None:
    path = f"/requests/{asked(cast).number}/"
    post(cast.owner, path, act="answer", words=HOSTILE[name])
    page = get(cast.owner, path)
    assert escape(HOSTILE[name]) in page
    assert "<script>alert" not in page


def test_changed_answers_that_do_not_fit_are_named(cast: Cast) -> None:
    request = asked(cast)
    AccessRequest.objects.filter(pk=request.pk).update(answers={**request.answers, "purpose": ""})
    path = f"/requests/{request.number}/"
    page = text_of(post(cast.owner, path, act="answer", words="Yes.", status=422))
    assert "Say what you want to do with the data." in page
    assert ">Yes.</textarea>" in page.replace("\n", "")


def test_once_the_credentials_were_opened_the_page_says_so(cast: Cast) -> None:
    request = approved(cast)
    opened(CredentialLink.objects.get())
    page = get(cast.owner, f"/requests/{request.number}/")
    assert "<h1>You have access</h1>" in page
    assert "opened by ines@okafor.example" in shown(page)


def test_a_denial_leads_to_a_new_draft_with_the_old_answers(cast: Cast) -> None:
    old = declined(cast)
    page = get(cast.member, f"/requests/{old.number}/")
    assert "Talk to Dana first" in shown(page)
    to = post(cast.member, "/requests/start/", previous=old.number)["Location"]
    again = post(cast.owner, "/requests/start/", previous=old.number)["Location"]
    assert to == again
    new = AccessRequest.objects.get(state="draft")
    assert to == f"/requests/{new.number}/form/business/"
    assert "Nightly journal" in get(cast.owner, to)
    check = shown(get(cast.owner, f"/requests/{new.number}/form/check/"))
    assert "1 answer is missing" in check


def test_somebody_else_cannot_start_from_anothers_denial(cast: Cast, neighbours: Cast) -> None:
    old = declined(cast)
    post(neighbours.owner, "/requests/start/", previous=old.number, status=404)
    post(neighbours.owner, "/requests/start/", business=cast.shop.business_id, status=404)
    post(make_person(), "/requests/start/", business=cast.shop.business_id, status=403)
    assert not AccessRequest.objects.filter(state="draft").exists()


def test_the_status_page_asks_the_database_a_fixed_number_of_times(
    cast: Cast, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    number = sign(sent(cast)).request.number
    browser = signed_in(cast.owner)
    with django_assert_max_num_queries(45):  # type: ignore[attr-defined]
        browser.get(f"/requests/{number}/")
