"""The operator's pages for what the platform says."""

from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client as Http
from tests.access.world import make_person
from tests.content.conftest import account_manager, operator  # noqa: F401
from tests.portal.browser import signed_in
from tests.portal.content_pages import Desk, led_to, words_of

from tillgate.content.acts import publish_version
from tillgate.content.models import Version
from tillgate.content.queries import current
from tillgate.content.slots import SLOTS
from tillgate.directory.models import Person

pytestmark = pytest.mark.django_db
# Fixtures are taken by their names, which the linter takes for a second definition.
# ruff: noqa: F811

PATHS = ["", "terms/", "terms/edit/", "terms/compare/", "terms/versions/1/"]
HOSTILE = ['<script>alert("1")</script>', "=1+1", "../../etc/passwd", "{{ 7 }}{% now 'Y' %}", "%s"]


def publish(actor: Person, text: str, slot: str = "terms") -> Version:
    fields = current(slot).fields
    return publish_version(slot=slot, text=text, fields=fields, note="Clearer.", actor=actor)


def test_every_page_is_headed_by_the_platform_s_name(operator: Person) -> None:
    assert b"Lantern Till" in Http().get("/signed-out/").content
    fields = {"name": "Ember & Ash", "support": "a@b.example", "website": "https://b.example"}
    publish_version(slot="platform", text="", fields=fields, note="New.", actor=operator)
    for path in ("/signed-out/", "/sign-in/", "/nothing"):
        assert b"Ember &amp; Ash" in Http().get(path).content


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_are_the_operators(operator: Person, account_manager: Person, path: str) -> None:
    assert signed_in(operator).get(f"/content/{path}").status_code == 200
    for person in (account_manager, make_person()):
        assert signed_in(person).get(f"/content/{path}").status_code == 403
    answer = Http().get(f"/content/{path}")
    assert answer["Location"] == f"/sign-in/?{urlencode({'next': f'/content/{path}'})}"


def test_nobody_else_publishes(account_manager: Person) -> None:
    browser = signed_in(account_manager)
    form = {"text": "Mine.", "note": "Mine.", "based_on": 1, "step": "publish"}
    assert browser.post("/content/terms/edit/", form).status_code == 403
    assert current("terms").number == 1


def test_the_list_tells_what_is_in_force_and_costs_few_queries(
    operator: Person,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    browser = signed_in(operator)
    made = publish(operator, "Mine.")
    page = words_of(browser.get("/content/"))  # type: ignore[arg-type]
    assert "1 text is your own" in page
    assert made.label in page
    for slot in SLOTS.values():
        assert f'href="/content/{slot.slug}/"' in page
    with django_assert_max_num_queries(12):
        browser.get("/content/")


@pytest.mark.parametrize("name", SLOTS)
def test_every_slot_can_be_read_written_and_published(operator: Person, name: str) -> None:
    slot = SLOTS[name]
    browser = signed_in(operator)
    assert browser.get(f"/content/{slot.slug}/").status_code == 200
    desk = Desk(operator, slot.slug)
    desk.open()
    if "text" in desk.form:  # as browsers send it
        desk.form["text"] = desk.form["text"].replace("\n", "\r\n")
    page = desk.send("preview")
    assert page.status_code == 200
    assert "They say the same." in words_of(page)
    assert (page.context["form"].given()) == (current(name).text, current(name).fields)
    answer = desk.send("publish", note="x")
    assert "says exactly this already" in led_to(desk.browser, answer)
    assert current(name).number == 1


def test_a_version_is_seen_before_it_is_published(operator: Person) -> None:
    desk = Desk(operator, "terms")
    assert "Publish this version" not in words_of(desk.open())
    page = words_of(desk.send("preview", text="# Terms\n\n- One **point**."))
    assert "<li>One <strong>point</strong>.</li>" in page
    assert "Agreements that were sent and not yet signed become void" in page
    assert "Publish this version" in page
    assert current("terms").number == 1
    answer = desk.send("publish", note="Shorter.")
    assert (answer.status_code, answer["Location"]) == (302, "/content/terms/")
    page = words_of(desk.browser.get("/content/terms/"))  # type: ignore[arg-type]
    assert f"Version {current('terms').label} is in force" in page
    assert "Shorter." in page
    assert current("terms").published_by == operator


def test_a_note_is_needed_and_nothing_typed_is_lost(operator: Person) -> None:
    desk = Desk(operator, "terms")
    desk.open()
    page = words_of(desk.send("publish", text="Mine & yours.", note=" "))
    assert "Say in a few words what changed" in page
    assert "Mine &amp; yours.</textarea>" in page
    assert 'role="alert"' in page
    assert current("terms").number == 1


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_is_typed_is_shown_as_text(operator: Person, evil: str) -> None:
    desk = Desk(operator, "overview")
    desk.open()
    page = desk.send("preview", text=f"# {evil}\n\n{evil}\n\n| {evil} |\n|---|\n| {evil} |").content
    assert b"<script>alert" not in page
    assert unescape(page.decode()).count(evil) > 4
    assert desk.send("publish", note=evil).status_code == 302
    for path in ("", "versions/2/", "compare/"):
        page = desk.browser.get(f"/content/overview/{path}").content
        assert b"<script>alert" not in page
        assert evil in unescape(page.decode())


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_a_link_that_would_run_something_is_no_link(operator: Person, link: str) -> None:
    desk = Desk(operator, "overview")
    desk.open()
    assert f'href="{link}' not in words_of(desk.send("preview", text=f"[here]({link})"))


def test_a_double_click_publishes_once(operator: Person) -> None:
    desk = Desk(operator, "terms")
    desk.open()
    first = desk.send("publish", text="Mine.", note="Once.")
    second = desk.send("publish")
    assert first.status_code == 302
    assert "says exactly this already" in led_to(desk.browser, second)
    assert current("terms").number == 2


def test_who_was_slower_is_told_and_decides(operator: Person) -> None:
    desk = Desk(operator, "terms")
    desk.open()
    publish(operator, "Theirs.")
    page = desk.send("publish", text="Mine.", note="Mine.")
    assert page.status_code == 409
    words = words_of(page)
    assert "was published while you were writing" in words
    assert "removed: </span>Theirs</del>" in words
    assert "Mine.</textarea>" in words
    assert current("terms").text == "Theirs."
    desk.form["based_on"] = page.context["form"]["based_on"].value()
    assert desk.send("publish").status_code == 302
    assert current("terms").text == "Mine."


def test_words_that_would_spoil_a_mail_are_told_at_their_field(operator: Person) -> None:
    desk = Desk(operator, "mail-invitation")
    desk.open()
    page = words_of(desk.send("publish", text="Hello ${nmae}", subject="", note="x"))
    assert "${nmae} is not known here" in page
    assert "Subject: Fill this in." in page
    assert current("mail/invitation").number == 1
    page = words_of(
        desk.send("preview", text="Hello\n\nGo on:\n${link}", subject="For ${business}")
    )
    assert "<b>For Harbour Street Kitchens</b>" in page
    assert '<span class="button quiet">Go on</span>' in page


def test_a_reason_is_added_changed_and_removed(operator: Person) -> None:
    desk = Desk(operator, "decline_reasons")
    desk.open()
    before = current("decline_reasons").fields["reasons"]
    end = len(before)
    answer = desk.send(
        "publish",
        note="One in, one out.",
        **{
            "reasons-0-words": "Changed\r\nwords.",
            "reasons-1-remove": "on",
            f"reasons-{end + 1}-code": "too_soon",
            f"reasons-{end + 1}-words": "Too soon.",
        },
    )
    assert answer.status_code == 302
    after = current("decline_reasons").fields["reasons"]
    assert [each["code"] for each in after] == [
        before[0]["code"],
        *(each["code"] for each in before[2:]),
        "too_soon",
    ]
    assert after[0]["words"] == "Changed words."
    assert after[-1] == {"code": "too_soon", "words": "Too soon.", "advise_account_manager": False}


def test_a_problem_is_told_at_its_own_row(operator: Person) -> None:
    desk = Desk(operator, "decline_reasons")
    desk.open()
    end = len(current("decline_reasons").fields["reasons"])
    changed = {"reasons-0-remove": "on", "reasons-2-words": "", f"reasons-{end}-code": "Not one"}
    page = desk.send("publish", note="x", **changed)
    assert list(page.context["form"].errors) == [
        f"reasons-{end}-code",
        "reasons-2-words",
        f"reasons-{end}-words",
    ]
    assert f'href="#id_reasons-{end}-code"' in words_of(page)


def test_a_wish_is_taught_with_its_hub_categories(operator: Person) -> None:
    desk = Desk(operator, "feasibility")
    desk.open()
    wishes = current("feasibility").fields["wishes"]
    row = f"wishes-{len(wishes)}"
    changed = {
        f"{row}-key": "gift_cards",
        f"{row}-words": "Sell gift cards",
        f"{row}-verdict": "public_integration",
        f"{row}-why": "An app does.",
        f"{row}-categories": ["loyalty", "payments"],
        f"{row}-keywords": "gift card*\nvoucher* sell*",
    }
    assert desk.send("publish", note="Gifts.", **changed).status_code == 302
    made = current("feasibility").fields["wishes"]
    assert made[:-1] == wishes
    assert made[-1] == {
        "key": "gift_cards",
        "words": "Sell gift cards",
        "verdict": "public_integration",
        "endpoints": [],
        "fields": [],
        "why": "An app does.",
        "categories": ["loyalty", "payments"],
        "keywords": ["gift card*", "voucher* sell*"],
    }


@pytest.mark.parametrize(
    "broken",
    [
        {"based_on": "x"},
        {"based_on": ""},
        {"based_on": "99999999999999999999"},
        {"text": "a\0b"},
        {"text": "\u202eb"},
        {"text": "x" * 100_001},
        {"text": ""},
        {"note": "x" * 2001},
        {"note": "a\nb"},
    ],
)
def test_a_broken_form_is_a_form_again(operator: Person, broken: dict[str, str]) -> None:
    desk = Desk(operator, "terms")
    desk.open()
    page = desk.send("publish", **{"text": "Mine.", "note": "x"} | broken)
    assert page.status_code in {200, 409}
    assert b'role="alert"' in page.content
    assert current("terms").number == 1


def test_rows_without_end_are_not_drawn_without_end(operator: Person) -> None:
    desk = Desk(operator, "decline_reasons")
    desk.open()
    many = {"reasons-9999-code": "x", "reasons-99999999-words": "y", "reasons--1-code": "z"}
    page = desk.send("preview", **many)
    assert page.context["form"].count == 100


def test_versions_are_compared_and_shown(operator: Person) -> None:
    publish(operator, "The price is 25 a month.")
    publish(operator, "The price is 29 a month.")
    browser = signed_in(operator)
    page = words_of(browser.get("/content/terms/compare/"))  # type: ignore[arg-type]
    assert "removed: </span>25</del>" in page
    assert "added: </span>29</ins>" in page
    page = words_of(browser.get("/content/terms/compare/?old=3&new=3"))  # type: ignore[arg-type]
    assert "say the same" in page
    page = words_of(browser.get("/content/terms/versions/2/"))  # type: ignore[arg-type]
    assert "25 a month" in page
    assert "was followed by" in page


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "mail-nothing/",
        "mail-/",
        "terms/versions/7/",
        "terms/versions/99999999999999999999/",
        "terms/compare/?old=x",
        "terms/compare/?new=99999999999999999999",
        "terms/compare/?old=\u00b2",
        "terms/edit/?from=x",
        "terms/edit/?from=77",
    ],
)
def test_what_is_not_there_is_not_found(operator: Person, path: str) -> None:
    assert signed_in(operator).get(f"/content/{path}").status_code == 404


def test_writing_begins_where_one_chooses(operator: Person) -> None:
    publish(operator, "Mine.")
    desk = Desk(operator, "terms")
    for query, text in (("", "Mine."), ("?from=1", "# Terms of"), ("?from=shipped", "# Terms of")):
        desk.open(query)
        assert desk.form["text"].startswith(text)
        assert desk.form["based_on"] == 2
    page = words_of(desk.browser.get("/content/terms/"))  # type: ignore[arg-type]
    assert "Begin with the text that came with the program" in page
